"""The settings that tests run with: the server's own, in test mode, with quick password hashing."""

import os
import tempfile

os.environ.setdefault("TSELA_MODE", "test")
os.environ.setdefault("TSELA_HOME", tempfile.mkdtemp(prefix="tsela-test-"))

from tsela.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
