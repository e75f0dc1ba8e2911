"""The mails about sessions: which ones a person wants, and what became of those of a coach's sessions."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from coaching.accounts import sms
from coaching.accounts.http import PersonRequest, typed
from coaching.accounts.models import ReturnedMail
from coaching.accounts.paging import keyset_page
from coaching.scheduling.forms.mails import MailForm
from coaching.scheduling.models import CoachingSession, MailChoices, Nudge, Reminder

NUDGES_SHOWN = 8
LISTS = {
    "done": gettext_lazy("Done"),
    "waiting": gettext_lazy("Waiting"),
    "look": gettext_lazy("To look at"),
    "off": gettext_lazy("Called off"),
    "nudges": gettext_lazy("Now and then"),
}


def mail_settings(request: PersonRequest) -> HttpResponse:
    form = MailForm(typed(request), instance=MailChoices.of(request.user))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. It counts for every mail that has not been sent yet."))
        return redirect("scheduling:mail_settings")
    context = {
        "form": form,
        "is_coach": request.user.coach_or_none is not None,
        "has_sms": sms.is_set_up(),
        "returned": ReturnedMail.objects.belonging_to(request.user).first(),
        "nudges": Nudge.objects.visible_to(request.user).gone_out()[:NUDGES_SHOWN],
    }
    return render(request, "scheduling/mail_settings.html", context, status=422 if form.errors else 200)


def mail_list(request: PersonRequest) -> HttpResponse:
    """What was sent about the coach's sessions, when, to whom, and what the mail server said."""
    if request.user.coach_or_none is None:
        raise PermissionDenied
    mails = Reminder.objects.visible_to(request.user)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in LISTS else "done"
    session = _chosen_session(request)
    lists = {
        "done": mails.done(),
        "waiting": mails.waiting(),
        "look": mails.to_look_at(),
        "off": mails.called_off(),
    }
    rows: QuerySet
    if chosen == "nudges" and not session:
        # To the coach alone: what their clients are reminded of is their clients'.
        rows = Nudge.objects.visible_to(request.user).select_related("client")
    elif session:
        rows, chosen = mails.about(session).with_session(), ""
    else:
        rows = lists[chosen].with_session()
    by = ["due_at", "pk"] if chosen == "waiting" else ["-due_at", "-pk"]
    context = {
        "page": keyset_page(request, rows, by=by),
        "lists": LISTS,
        "about": session,
        "chosen": chosen,
        "to_look_at": mails.to_look_at().count(),
        "on_hold": mails.filter(state=Reminder.State.ON_HOLD).count() if chosen == "look" else 0,
    }
    return render(request, "scheduling/mail_list.html", context)


def _chosen_session(request: PersonRequest) -> CoachingSession | None:
    """The session in the address, if there is one: its mails in whichever state."""
    chosen = request.GET.get("session")
    if not chosen:
        return None
    try:
        pk = UUID(chosen)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(CoachingSession.objects.editable_by(request.user).with_people(), pk=pk)


@require_POST
def mail_resend(request: PersonRequest, pk: str) -> HttpResponse:
    mail = get_object_or_404(Reminder.objects.visible_to(request.user).with_session(), pk=pk)
    try:
        mail.send_again()
    except ValidationError as error:
        messages.info(request, error.message)
    else:
        messages.success(request, _("It is on its way to %(name)s once more.") % {"name": mail.reader_name})
    return redirect(_back(request))


@require_POST
def mail_release(request: PersonRequest, pk: str) -> HttpResponse:
    return _decide(request, pk, is_sent=True, done=_("It is on its way now."))


@require_POST
def mail_drop(request: PersonRequest, pk: str) -> HttpResponse:
    return _decide(request, pk, is_sent=False, done=_("It will not be sent."))


def _decide(request: PersonRequest, pk: str, *, is_sent: bool, done: str) -> HttpResponse:
    mail = get_object_or_404(Reminder.objects.visible_to(request.user), pk=pk)
    if mail.decide(is_sent=is_sent):
        messages.success(request, done)
    else:
        messages.info(request, _("This mail is not on hold any more."))
    return redirect(_back(request))


def mail_release_all(request: PersonRequest) -> HttpResponse:
    return _decide_all(request, is_sent=True)


def mail_drop_all(request: PersonRequest) -> HttpResponse:
    return _decide_all(request, is_sent=False)


def _decide_all(request: PersonRequest, *, is_sent: bool) -> HttpResponse:
    """Everything of the coach's that is on hold, once they have confirmed it."""
    if request.user.coach_or_none is None:
        raise PermissionDenied
    held = Reminder.objects.visible_to(request.user).filter(state=Reminder.State.ON_HOLD)
    if request.method != "POST":
        context = {"count": held.count(), "is_sent": is_sent}
        return render(request, "scheduling/mail_decide_all.html", context)
    count = held.decide(is_sent=is_sent)
    if is_sent:
        words = ngettext("%(count)s mail is on its way.", "%(count)s mails are on their way.", count)
    else:
        words = ngettext("%(count)s mail will not be sent.", "%(count)s mails will not be sent.", count)
    messages.success(request, words % {"count": count})
    return redirect("scheduling:mail_list")


def _back(request: PersonRequest) -> str:
    """The list that the button was pressed on."""
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    # `redirect()` would take what does not begin so for the name of a page.
    return back if is_ours and back.startswith("/") else "scheduling:mail_list"
