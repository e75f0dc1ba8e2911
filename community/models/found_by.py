"""What listings are found by that needs rows of its own. All of it can be written anew from the listings."""

from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models

from coaching.accounts.records import Record
from community.fields import PositionField
from community.models.services import Service


class Spot(Record):
    """Where a service is on the earth. A confidential place has none."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="spots")
    position = PositionField()

    class Meta:
        indexes = [GistIndex(fields=["position"], name="spot_position")]

    def __str__(self) -> str:
        return str(self.position)


class SearchWord(models.Model):
    """A word that some listing says, or said once: what a wrongly written one may have meant."""

    word = models.CharField(max_length=40, primary_key=True, db_collation="C")
    stem = models.CharField(max_length=40, db_index=True)

    class Meta:
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_alike")]

    def __str__(self) -> str:
        return self.word
