from django.apps import AppConfig


class Config(AppConfig):
    name = "coaching.home"
    label = "home"
