from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "tsela.messaging"
    label = "messaging"
