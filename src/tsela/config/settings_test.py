"""The settings that tests run with: the server's own, in test mode, with quick password hashing."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("TSELA_MODE", "test")
if "TSELA_HOME" not in os.environ:
    os.environ["TSELA_HOME"] = tempfile.mkdtemp(prefix="tsela-test-")
    atexit.register(shutil.rmtree, os.environ["TSELA_HOME"], ignore_errors=True)

from tsela.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
