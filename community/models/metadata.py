"""The history a source sends along with its objects."""

from django.db import models

from community.records import HsdsRecord


class Metadata(HsdsRecord):
    """One change a source made to one field of one object; Trellis's own history is in the event tables."""

    resource_id = models.UUIDField()
    resource_type = models.CharField(max_length=50)
    last_action_date = models.DateField()
    last_action_type = models.CharField(max_length=50)
    field_name = models.CharField(max_length=250)
    previous_value = models.TextField(blank=True)
    replacement_value = models.TextField(blank=True)
    updated_by = models.CharField(max_length=250)

    class Meta:
        verbose_name_plural = "metadata"
        indexes = [models.Index(fields=["resource_id"], name="metadata_resource")]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.field_name}"
