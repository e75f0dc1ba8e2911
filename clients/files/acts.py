"""Putting a file into a record, taking it out, and giving it to whoever may have it."""

from django.db import transaction
from django.db.models import Sum
from django.http import HttpResponse
from django.utils.translation import gettext as _

from clients.files.kinds import Kind, NotTaken, clean_name, kind_of
from clients.models import Client, FileContent, RecordFile, Trace
from coaching.accounts.forms import bytes_in_words
from coaching.accounts.http import attachment
from coaching.accounts.models import User

MOST_BYTES = 10 * 1024 * 1024
MOST_IN_A_RECORD = 200 * 1024 * 1024
"""So much may stand in one client's record, whoever put it there."""


@transaction.atomic
def add_file(*, by: User, client: Client, name: str, content: bytes, audience: str) -> RecordFile:
    """Keep it, encrypted. Raises NotTaken with a sentence, and AgreementFirst."""
    client.check_open_to_words()
    if len(content) > MOST_BYTES:
        raise NotTaken(_("The file is larger than %(most)s.") % {"most": bytes_in_words(MOST_BYTES)})
    kind = kind_of(content)
    name = clean_name(name, kind)
    Client.objects.select_for_update().get(pk=client.pk)  # two at once must not pass the limit together
    used = RecordFile.objects.filter(client=client).aggregate(used=Sum("size"))["used"] or 0
    if used + len(content) > MOST_IN_A_RECORD:
        left = bytes_in_words(max(MOST_IN_A_RECORD - used, 0))
        raise NotTaken(
            _("There is room for %(left)s more in this record. Take something out first.") % {"left": left}
        )
    file = RecordFile(client=client, added_by=by, name=name, kind=kind, size=len(content), audience=audience)
    file.save()
    FileContent.objects.create(file=file, content=content)
    if audience != RecordFile.Audience.ME or client.user_id == by.pk:
        Trace.objects.leave(client=client, by=by, act=Trace.Act.ADDED, part=Trace.Part.FILES)
    return file


@transaction.atomic
def remove_file(*, by: User, file: RecordFile) -> None:
    """Take it out for good."""
    if file.audience != RecordFile.Audience.ME or file.client.user_id == by.pk:
        Trace.objects.leave(client=file.client, by=by, act=Trace.Act.REMOVED, part=Trace.Part.FILES)
    file.delete()


def download_of(file: RecordFile) -> HttpResponse:
    """The file, to be kept and not to be opened by the browser: nothing in it can act on these pages."""
    answer = attachment(file.stored.content, file.name, Kind(file.kind).media_type)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
