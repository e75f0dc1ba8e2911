"""The page on which the owner of a practice says how long records are kept."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clients.forms.retention import RetentionForm
from clients.models.erasure import WARNED_BEFORE
from coaching.accounts.http import PersonRequest, owned_practice


def practice_retention(request: PersonRequest) -> HttpResponse:
    practice = owned_practice(request)
    form = RetentionForm(request.POST or None, initial={"months": practice.retention_months})
    is_sent = request.method == "POST"
    if is_sent and form.is_valid():
        practice.keep_records_for(form.cleaned_data["months"])
        messages.success(request, _("Saved. Your clients read it in their record."))
        return redirect("home:practice")
    context = {"form": form, "practice": practice, "days": WARNED_BEFORE.days}
    return render(request, "clients/practice_retention.html", context, status=422 if form.errors else 200)
