from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "tsela.record"
    label = "record"
