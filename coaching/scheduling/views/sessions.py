"""The pages on which a coach plans sessions, and both people see them."""

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients.models import Client
from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import Page, keyset_page
from coaching.scheduling import actions
from coaching.scheduling.bookings import records_that_may_book
from coaching.scheduling.calendars import web_links
from coaching.scheduling.followup import FollowUp
from coaching.scheduling.forms.agenda import AgendaForm
from coaching.scheduling.forms.followup import AgreedForm
from coaching.scheduling.forms.groups import GroupForm
from coaching.scheduling.forms.sessions import SessionCreateForm, SessionForm
from coaching.scheduling.lines import lines_for
from coaching.scheduling.models import CoachingSession, Reminder
from coaching.scheduling.series import cancel_following
from coaching.scheduling.views.booking import times_to_move, version_seen
from coaching.scheduling.views.group_page import group_page

Status = CoachingSession.Status


def session_list(request: PersonRequest) -> HttpResponse:
    """What is to come, soonest first; then what is over or called off. A further page shows one of them."""
    sessions = CoachingSession.objects.visible_to(request.user).one_line_each(request.user).with_people()
    only = request.GET.get("list") if "after" in request.GET else None
    context: dict[str, object] = {
        "view": "list",
        "is_first_page": only is None,
        "is_coach": request.user.coach_or_none is not None,
        "bookable": records_that_may_book(request.user) if only is None else [],
    }
    if only in (None, "upcoming"):
        context["upcoming"] = _lines(request, sessions.upcoming(), "upcoming", by=["starts_at", "pk"])
    if only != "upcoming":
        context["past"] = _lines(request, sessions.past(), "past", by=["-starts_at", "-pk"])
    return render(request, "scheduling/session_list.html", context)


def _lines(request: PersonRequest, sessions, name: str, *, by: list[str]) -> Page:
    """One page of a list: each session with the other person, and the time on both walls."""
    page = keyset_page(request, sessions, by=by)
    rows = lines_for(request.user, page)
    if page.next_url and "list" not in request.GET:
        page.next_url += f"&list={name}"
    return replace(page, rows=rows)


def session_create(request: PersonRequest) -> HttpResponse:
    if request.user.coach_or_none is None:
        raise PermissionDenied
    form = SessionCreateForm(
        request.POST or None, user=request.user, initial={"client": request.GET.get("client")}
    )
    return plan(request, form, "scheduling/session_create.html")


def session_reschedule(request: PersonRequest, pk: str) -> HttpResponse:
    """The coach types any time; the client chooses one that is free, where the coach lets them."""
    session = get_object_or_404(CoachingSession.objects.visible_to(request.user).with_people(), pk=pk)
    if not session.is_scheduled:
        messages.info(request, _("This session is no longer planned, so it stays as it is."))
        return redirect(session)
    if not session.is_coached_by(request.user):
        return times_to_move(request, session)
    if session.group_id:
        return redirect("scheduling:session_reschedule", session.group_id)
    kind = GroupForm if session.is_group else SessionForm
    typed = request.POST.copy() if request.method == "POST" else None
    form = kind(typed, user=request.user, session=session)
    response = plan(request, form, "scheduling/session_reschedule.html")
    if not (typed and form.is_stale):
        return response
    # What was typed stays, now beside what the other window made of the session; sent again, it counts.
    session.refresh_from_db()
    typed["edition"] = session.edition
    form = kind(typed, user=request.user, session=session)
    form.full_clean()
    context = {"form": form, "session": session, "now": session.times_for(request.user)}
    return render(request, "scheduling/session_reschedule.html", context, status=409)


def plan(request: PersonRequest, form: SessionForm, template: str) -> HttpResponse:
    """Answer the form: show it, say what the time is for the client, or save it."""
    is_valid = form.is_valid()
    is_check = "check" in request.POST
    if is_check and request.htmx:
        return render(request, "scheduling/_times.html", {"form": form})
    if is_valid and not is_check and (session := form.save()):
        planned = ngettext(
            "Planned for %(time)s.", "%(count)s sessions are planned, the first for %(time)s.", form.count
        )
        moved = ngettext(
            "Saved: %(time)s.", "%(count)s sessions are saved as you wrote, the first: %(time)s.", form.count
        )
        words = moved if form.session else planned
        messages.success(request, words % {"time": session.times_for(request.user)[0], "count": form.count})
        if form.is_away:
            messages.warning(request, _("You said that you are away on this day."))
        return redirect(session)
    context = {
        "form": form,
        "session": form.session,
        "has_clients": form.session is not None or Client.objects.coached_by(request.user).exists(),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def session_detail(request: PersonRequest, pk: str) -> HttpResponse:
    session = get_object_or_404(CoachingSession.objects.visible_to(request.user).with_people(), pk=pk)
    is_coach = session.is_coached_by(request.user)
    if session.is_group:
        return group_page(request, session)
    follow_up = FollowUp(session, request.user)
    follow_up.leave_traces()
    context = {
        "session": session,
        "follow_up": follow_up,
        "agreed_form": AgreedForm(user=request.user, session=session),
        "other_person": session.other_person(request.user),
        "times": session.times_for(request.user),
        "calendar_links": web_links(session.group if is_coach and session.group else session),
        "is_coach": is_coach,
        "can_move": session.is_scheduled and not session.group_id
        if is_coach
        else session.can_be_moved_by_client,
        "can_cancel": session.is_scheduled and (is_coach or not session.has_started),
        "can_complete": is_coach and session.can_be_noted and session.status != Status.COMPLETED,
        "notes": session.notes if session.has_started else (),
        "can_miss": is_coach and session.can_be_noted and session.status != Status.NO_SHOW,
        "mails": Reminder.objects.visible_to(request.user).about(session).count() if is_coach else 0,
    }
    return render(request, "scheduling/session_detail.html", context)


def session_agenda(request: PersonRequest, pk: str) -> HttpResponse:
    """What it is about, in the words of either of the two, until it begins."""
    session = get_object_or_404(CoachingSession.objects.visible_to(request.user).with_people(), pk=pk)
    if not session.can_have_another_agenda:
        messages.info(request, _("What this session is about stays as it is."))
        return redirect(session)
    typed = request.POST.copy() if request.method == "POST" else None
    form = AgendaForm(typed, initial={"agenda": session.agenda, "edition": session.edition})
    context = {"form": form, "session": session, "other_person": session.other_person(request.user)}
    if typed is None or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "scheduling/session_agenda.html", context, status=status)
    try:
        actions.say_agenda(by=request.user, session=session, **form.cleaned_data)
    except ValidationError as error:
        if error.code == "stale":
            session.refresh_from_db()
            typed["edition"] = session.edition
            context |= {"form": AgendaForm(typed), "is_stale": True}
            return render(request, "scheduling/session_agenda.html", context, status=409)
        messages.info(request, error.message)
    else:
        messages.success(request, _("Saved."))
    return redirect(session)


def session_cancel(request: PersonRequest, pk: str) -> HttpResponse:
    """Asks first, then calls it off. The coach may, and the client until it starts."""
    session = get_object_or_404(CoachingSession.objects.visible_to(request.user).with_people(), pk=pk)
    if (
        not CoachingSession.objects.visible_to(request.user)
        .cancellable_by(request.user)
        .filter(pk=pk)
        .exists()
    ):
        messages.info(request, _("This session cannot be called off any more."))
        return redirect(session)
    is_series = session.series_id is not None and session.is_coached_by(request.user)
    is_following = is_series and request.POST.get("scope") == "following"
    is_stale = False
    if request.method == "POST":
        cancel = cancel_following if is_following else actions.cancel_session
        try:
            cancel(by=request.user, session=session, version=version_seen(request))
        except ValidationError as error:
            messages.info(request, error.message)
            is_stale = error.code == "stale"
        else:
            on_its_way = _("The session is called off. The mail about it is on its way.")
            messages.success(request, on_its_way if session.is_told_of else _("The session is called off."))
        if not is_stale:
            return redirect(session)
        session.refresh_from_db()
    context = {
        "session": session,
        "other_person": session.other_person(request.user),
        "times": session.times_for(request.user),
        "is_series": is_series,
        "is_following": is_following,
        "is_group": session.is_group,
        "is_coach": session.is_coached_by(request.user),
        "is_late": session.is_noted_as_late and not session.is_coached_by(request.user),
    }
    return render(request, "scheduling/session_cancel.html", context, status=409 if is_stale else 200)


@require_POST
def session_complete(request: PersonRequest, pk: str) -> HttpResponse:
    session = get_object_or_404(CoachingSession.objects.editable_by(request.user), pk=pk)
    return _note(request, session, session.complete, _("Noted as held."))


@require_POST
def session_miss(request: PersonRequest, pk: str) -> HttpResponse:
    session = get_object_or_404(CoachingSession.objects.editable_by(request.user), pk=pk)
    return _note(request, session, session.miss, _("Noted. You can put it right on this page."))


def _note(
    request: PersonRequest, session: CoachingSession, note: Callable[..., None], done: str
) -> HttpResponse:
    try:
        note(by=request.user)
    except ValidationError as error:
        messages.info(request, error.message)
    else:
        messages.success(request, done)
    return redirect(session)
