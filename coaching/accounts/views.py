"""The pages of a person's own account that allauth does not have."""

from copy import copy

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts import actions, sms
from coaching.accounts.forms import SMS_CONSENT, AccountForm, ScreenForm, SmsCodeForm, SmsNumberForm
from coaching.accounts.http import PersonRequest, typed
from coaching.accounts.models import ReturnedMail, SmsNumber


def person_edit(request: PersonRequest) -> HttpResponse:
    # A copy, so that the page's head shows what is saved, not what is being typed.
    form = AccountForm(request.POST or None, instance=copy(request.user))
    if form.is_valid():
        request.user.change_details(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:person_edit")
    return render(request, "accounts/person_edit.html", {"form": form}, status=422 if form.errors else 200)


def screen_settings(request: PersonRequest) -> HttpResponse:
    """The quick exit and the neutral title, with what they cannot do."""
    form = ScreenForm(typed(request), instance=copy(request.user))
    if form.is_valid():
        request.user.choose_screen(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:screen_settings")
    return render(
        request, "accounts/screen_settings.html", {"form": form}, status=422 if form.errors else 200
    )


def sms_settings(request: PersonRequest) -> HttpResponse:
    """Give a number and agree to SMS; then type in the code. What stands there already can be stopped."""
    if not sms.is_set_up():
        raise Http404
    form = SmsNumberForm(request.POST or None)
    if form.is_valid():
        try:
            actions.agree_to_sms(by=request.user, number=form.cleaned_data["number"], words=str(SMS_CONSENT))
        except actions.TooManyCodes:
            form.add_error("number", _("Enough codes were sent for now. Try again in an hour or tomorrow."))
        else:
            messages.success(request, _("An SMS with a code is on its way."))
            return redirect("accounts:sms_settings")
    return _sms_page(request, form=form)


def sms_confirm(request: PersonRequest) -> HttpResponse:
    if not sms.is_set_up():
        raise Http404
    if request.method != "POST":
        return redirect("accounts:sms_settings")
    code_form = SmsCodeForm(request.POST)
    if code_form.is_valid():
        if actions.confirm_sms(by=request.user, code=code_form.cleaned_data["code"]):
            messages.success(request, _("This is your number. Now choose what should come by SMS."))
            return redirect("scheduling:mail_settings")
        code_form.add_error(
            "code", _("This is not the code, or it is too old. Type it again, or send a new one.")
        )
    return _sms_page(request, code_form=code_form)


def _sms_page(
    request: PersonRequest, *, form: SmsNumberForm | None = None, code_form: SmsCodeForm | None = None
) -> HttpResponse:
    number = SmsNumber.objects.belonging_to(request.user).first()
    asked = [shown for shown in (form, code_form) if shown is not None and shown.errors]
    context = {
        "number": number,
        "number_form": form or SmsNumberForm(),
        "code_form": code_form or SmsCodeForm(),
        "form": asked[0] if asked else None,
    }
    return render(request, "accounts/sms_settings.html", context, status=422 if asked else 200)


@require_POST
def sms_stop(request: PersonRequest) -> HttpResponse:
    actions.stop_sms(by=request.user)
    messages.success(request, _("Stopped. What would have come by SMS comes by mail."))
    return redirect("accounts:sms_settings" if sms.is_set_up() else "scheduling:mail_settings")


@require_POST
def mail_try_again(request: PersonRequest) -> HttpResponse:
    """The person says that their address works, or wants mails again after all."""
    ReturnedMail.objects.belonging_to(request.user).clear()
    messages.success(request, _("Mails go to your address again."))
    return redirect("scheduling:mail_settings")
