from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "tsela.care"
    label = "care"
