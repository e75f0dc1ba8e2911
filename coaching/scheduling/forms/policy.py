"""What the owner of a practice types about the bookings of all its coaches."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import page_helper
from coaching.scheduling.models import BookingPolicy


class PolicyForm(forms.ModelForm):
    class Meta:
        model = BookingPolicy
        fields = ["allows_booking", "change_notice_hours", "allows_stricter", "notes_late", "words"]
        help_texts = {
            "allows_booking": _("Without this nobody books here by themselves; coaches still plan sessions."),
            "change_notice_hours": _(
                "Until then clients may move a session. They may call one off at any time before it begins."
            ),
            "allows_stricter": _("Without this your hours count for all coaches."),
            "notes_late": _("Take this away if your practice makes no difference."),
            "words": _(
                "Clients read it where they book, move and call off. For example what a late call-off means."
            ),
        }
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}

    @property
    def helper(self) -> FormHelper:
        return page_helper()
