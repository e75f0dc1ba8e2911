"""How long a practice keeps the records of clients whose work has ended."""

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import page_helper


class RetentionForm(forms.Form):
    helper = page_helper()

    months = forms.IntegerField(
        label=_("Months after the end"),
        required=False,
        min_value=1,
        max_value=240,
        help_text=_("Leave it empty to keep records until the client has theirs erased."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
