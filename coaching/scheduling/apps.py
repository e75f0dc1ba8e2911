from django.apps import AppConfig


class Config(AppConfig):
    name = "coaching.scheduling"
    label = "scheduling"
