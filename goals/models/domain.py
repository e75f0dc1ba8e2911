"""What a circumstance in a person's life can be about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Domain(models.TextChoices):
    """What a circumstance is about. The codes are the directory's needs (`community.vocabulary.NEEDS`)."""

    HOUSING = "housing", _("Housing")
    INCOME = "income", _("Money and income")
    WORK = "work", _("Work")
    FOOD = "food", _("Food")
    HEALTH_CARE = "health_care", _("Health care")
    CARE_DUTIES = "care_duties", _("Caring for others")
    TRANSPORT = "transport", _("Getting around")
    EDUCATION = "education", _("Learning")
    LEGAL_IMMIGRATION = "legal_immigration", _("Law and immigration")
    DISCRIMINATION = "discrimination", _("Discrimination")
    SAFETY = "safety", _("Safety")
    ISOLATION = "isolation", _("Being alone")
    DIGITAL_ACCESS = "digital_access", _("Phone and internet")
