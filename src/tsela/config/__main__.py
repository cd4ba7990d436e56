"""Django's own commands, for developers: python -m tsela.config makemigrations."""

import os

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tsela.config.settings")
execute_from_command_line()
