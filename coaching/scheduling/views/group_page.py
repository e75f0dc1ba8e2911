"""The page of a group, which its coach alone sees."""

from django.http import HttpResponse
from django.shortcuts import render

from coaching.accounts.http import PersonRequest
from coaching.scheduling.calendars import web_links
from coaching.scheduling.models import CoachingSession, Reminder


def group_page(request: PersonRequest, group: CoachingSession) -> HttpResponse:
    """Who comes, each with their own session; `group` was read for this coach."""
    people = group.members.select_related("client__user").order_by("client__name", "created_at")
    coming = [row for row in people if row.is_scheduled]
    context = {
        "session": group,
        "times": group.times_for(request.user),
        "calendar_links": web_links(group),
        "people": people,
        "places_left": (group.seats or 0) - len(coming),
        "can_change": group.is_scheduled,
        "can_note": group.has_started
        and not group.cancelled_at
        and any(not row.cancelled_at for row in people),
        "mails": Reminder.objects.visible_to(request.user).about(group).count(),
    }
    return render(request, "scheduling/group_detail.html", context)
