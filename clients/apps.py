from django.apps import AppConfig


class Config(AppConfig):
    name = "clients"

    def ready(self) -> None:
        """What clients said of two listings is counted anew where these become one, or two again."""
        from clients.outcomes import tell_directory  # noqa: PLC0415 - models are there now
        from community.merging import merged  # noqa: PLC0415

        merged.connect(tell_directory)
