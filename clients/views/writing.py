"""The page on which a note or a journal entry is written: what is typed is kept, and saved when asked."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clients import actions
from clients.models.writing import Writing
from coaching.accounts.http import PersonRequest

LONGEST = 50_000


def write_page(
    request: PersonRequest,
    template: str,
    writing: Writing,
    form_class: Callable[..., forms.ModelForm],
    *,
    back: str,
    save: Callable[..., None] = actions.save_writing,
    said: str = "",
    is_checked: bool = False,
    **context: object,
) -> HttpResponse:
    """Shows the text, keeps a draft of it (`keep`), or saves it for its audience and goes `back`.

    Whether anything may be written is asked by the verbs, and before the form is
    shown, unless the caller has asked (`is_checked`).
    """
    text = request.POST.get("words", "")[:LONGEST]
    if "keep" in request.POST and (text.strip() or not writing._state.adding):
        writing.keep_draft(text)
        if not request.htmx:
            messages.success(request, _("Kept as a draft. Only you see it."))
            return redirect(back)
        response = render(request, "clients/_kept.html", {"writing": writing})
        response["X-Kept"] = "yes"  # an answer without it, such as the sign-in page, kept nothing
        return response
    form = form_class(request.POST or None, user=request.user, instance=writing)
    if form.is_valid():
        save(by=request.user, writing=form.instance, text=form.cleaned_data["words"])
        messages.success(request, said or _("Saved."))
        return redirect(back)
    if not is_checked:
        writing.client.check_open_to_words()
    context |= {"form": form, "writing": writing, "back": back}
    return render(request, template, context, status=422 if form.errors else 200)
