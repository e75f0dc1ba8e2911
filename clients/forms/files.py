"""A file for a client's record."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.files.acts import MOST_BYTES
from clients.forms.record import CoachChoice
from clients.models import Client, RecordFile
from coaching.accounts.forms import UploadField, page_helper
from coaching.accounts.models import User

ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.txt,.odt,.ods,.docx,.xlsx"


class FileForm(forms.Form):
    """What to add, and who may have it; somebody with several coaches says for which of them it is."""

    helper = page_helper()

    file = UploadField(
        label=_("File"),
        help_text=_("PDF, PNG, JPEG, WebP, plain text, ODT, DOCX, ODS or XLSX, up to 10 MB."),
        most_bytes=MOST_BYTES,
        accept=ACCEPTED,
    )
    audience = forms.ChoiceField(label=_("Who can see this"), widget=forms.RadioSelect, initial="me")

    def __init__(self, *args: Any, user: User, client: Client | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Audience = RecordFile.Audience
        is_coach = client is not None
        self.fields["audience"].choices = (  # type: ignore[attr-defined]
            [(Audience.ME, _("Only you")), (Audience.COACHES, _("The client's coaches in this practice")),
             (Audience.BOTH, _("The client, too"))]
            if is_coach
            else [(Audience.ME, _("Only you")), (Audience.BOTH, _("You and your coaches in this practice"))]
        )  # fmt: skip
        self.record = client
        records = Client.objects.belonging_to(user).select_related("coach__user").order_by("created_at")
        if is_coach:
            return
        if len(records) > 1:
            self.fields["record"] = CoachChoice(
                records, label=_("With which of your coaches?"), empty_label=_("Choose one")
            )
            self.order_fields(["record"])
        else:
            self.record = records[0]

    def clean_record(self) -> Client:
        self.record = self.cleaned_data["record"]
        return self.cleaned_data["record"]
