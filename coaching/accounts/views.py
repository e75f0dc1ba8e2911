"""The pages of a person's own account that allauth does not have."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from coaching.accounts.forms import AccountForm
from coaching.accounts.http import PersonRequest


def person_edit(request: PersonRequest) -> HttpResponse:
    # A copy, so that the page's head shows what is saved, not what is being typed.
    form = AccountForm(request.POST or None, instance=copy(request.user))
    if form.is_valid():
        request.user.change_details(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:person_edit")
    return render(request, "accounts/person_edit.html", {"form": form}, status=422 if form.errors else 200)
