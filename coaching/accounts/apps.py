from django.apps import AppConfig


class Config(AppConfig):
    name = "coaching.accounts"
    label = "accounts"

    def ready(self) -> None:
        from coaching.accounts.sentences import speak  # noqa: PLC0415 - forms need the apps

        speak()
