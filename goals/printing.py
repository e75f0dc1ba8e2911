"""A plan on paper: which parts of it a person wants, and the same as a tagged PDF."""

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _


class Section(models.TextChoices):
    """What can stand on paper. Private notes, the journal and circumstances are not among it."""

    VISION = "vision", _("What I hope for")
    GOALS = "goals", _("The goals")
    REASONS = "reasons", _("Why they matter")
    STEPS = "steps", _("The steps")
    LEVELS = "levels", _("The five levels")
    RATINGS = "ratings", _("How far each has come, and who said so")
    TRELLIS = "trellis", _("The trellis")
    HISTORY = "history", _("What changed in the plan")


USUAL = (Section.VISION, Section.GOALS, Section.STEPS, Section.TRELLIS)


def chosen(names: Sequence[str], *, is_asked: bool = False) -> list[Section]:
    """The sections of these names, in the order of the paper.

    Where none is named: the usual ones, or none where the person was asked (`is_asked`).
    """
    return [section for section in Section if section in names] or ([] if is_asked else list(USUAL))
