from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "tsela.access"
    label = "access"
