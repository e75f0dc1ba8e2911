"""The mails about sessions: which ones a person wants, and when."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest
from coaching.scheduling.forms_mails import MailForm
from coaching.scheduling.models import MailChoices


def mail_settings(request: PersonRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    form = MailForm(typed, instance=MailChoices.of(request.user))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. It counts for every mail that has not been sent yet."))
        return redirect("scheduling:mail_settings")
    context = {"form": form, "is_coach": request.user.coach_or_none is not None}
    return render(request, "scheduling/mail_settings.html", context, status=422 if form.errors else 200)
