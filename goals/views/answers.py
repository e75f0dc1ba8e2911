"""How every act on a plan is answered."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from coaching.accounts.http import PersonRequest
from goals.errors import NotPossible


def back_of(request: PersonRequest, default: str) -> str:
    """Where the form said that the person came from, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    # `redirect()` would take what does not begin so for the name of a page.
    if is_ours and wanted.startswith(("/", "http:", "https:")):
        return wanted
    return default


def done(request: PersonRequest, act: Callable[[], object], *, back: str, said: str = "") -> HttpResponse:
    """Do it and go back; where it is not possible, say why."""
    try:
        act()
    except NotPossible as reason:
        messages.warning(request, str(reason))
    else:
        if said:
            messages.success(request, said)
    return redirect(back_of(request, back))


def tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do what a valid form asks; where it is not possible, say why at the top of the form."""
    try:
        act()
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True


def form_page(request: PersonRequest, template: str, form: object, /, **context: object) -> HttpResponse:
    is_refused = request.method == "POST"
    return render(request, template, {"form": form, **context}, status=422 if is_refused else 200)
