from django.apps import AppConfig


class Config(AppConfig):
    name = "coaching.accounts"
    label = "accounts"
