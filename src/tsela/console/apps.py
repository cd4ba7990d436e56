"""The console as a Django application: it has templates and static files, no tables."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "tsela.console"
