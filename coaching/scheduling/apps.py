from django.apps import AppConfig


class Config(AppConfig):
    name = "coaching.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        from clients.export import also_pack  # noqa: PLC0415 - models are there only now
        from coaching.scheduling.calendars import taken_out  # noqa: PLC0415

        also_pack(taken_out)
