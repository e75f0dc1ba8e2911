"""Sessions for calendar programs: one as a file, all at a private address, and the page that keeps it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coaching.accounts.http import PersonRequest
from coaching.scheduling import calendars
from coaching.scheduling.forms.mails import CalendarForm
from coaching.scheduling.models import CalendarFeed, CoachingSession

UNSTORED = {"Cache-Control": "private, no-store"}


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """One person's sessions for a calendar program. A dead token is like a page that is not there."""
    feed = CalendarFeed.read_with(token)
    if feed is None:
        raise Http404
    sessions = CoachingSession.objects.visible_to(feed.user).one_line_each(feed.user).with_people()
    content = calendars.feed(sessions.for_calendars(), reader=feed.user, shows_names=feed.shows_names)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=UNSTORED)


def session_calendar(request: PersonRequest, pk: str) -> HttpResponse:
    """One session as a file that a calendar program opens."""
    session = get_object_or_404(CoachingSession.objects.visible_to(request.user).with_people(), pk=pk)
    if session.group and session.is_coached_by(request.user):  # the coach's calendar has the group once
        return redirect("scheduling:session_calendar", session.group.pk)
    headers = {**UNSTORED, "Content-Disposition": 'attachment; filename="session.ics"'}
    return HttpResponse(
        calendars.download(session), content_type="text/calendar; charset=utf-8", headers=headers
    )


def calendar_settings(request: PersonRequest) -> HttpResponse:
    """Whether there is an address, when it was last used, and what it shows."""
    feed = _feed_of(request)
    form = CalendarForm(request.POST or None, instance=feed)
    if request.method == "POST" and feed and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Your calendar shows it when it reads the address again."))
        return redirect("scheduling:calendar_settings")
    return _page(request, feed=feed, form=form)


@require_POST
def calendar_open(request: PersonRequest) -> HttpResponse:
    """Make a new address and show it, this once, in the answer itself: it is stored nowhere."""
    token = CalendarFeed.open_for(request.user)
    address = settings.SITE_URL + reverse("scheduling:calendar_feed", args=[token])
    feed = _feed_of(request)
    return _page(request, feed=feed, form=CalendarForm(instance=feed), address=address)


@require_POST
def calendar_close(request: PersonRequest) -> HttpResponse:
    if feed := _feed_of(request):
        feed.delete()
    messages.success(request, _("The calendar address is closed. Nobody can read it any more."))
    return redirect("scheduling:calendar_settings")


def _feed_of(request: PersonRequest) -> CalendarFeed | None:
    return getattr(request.user, "calendar_feed", None)


def _page(request: PersonRequest, **context: object) -> HttpResponse:
    response = render(request, "scheduling/calendar_settings.html", context)
    response["Cache-Control"] = UNSTORED["Cache-Control"]
    return response
