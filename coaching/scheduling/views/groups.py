"""The pages on which a coach plans sessions of several people, adds some, and notes who came."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coaching.accounts.http import PersonRequest, typed
from coaching.scheduling.forms.groups import AttendanceForm, GroupCreateForm, PeopleForm
from coaching.scheduling.models import CoachingSession
from coaching.scheduling.views.sessions import plan


def group_create(request: PersonRequest) -> HttpResponse:
    if request.user.coach_or_none is None:
        raise PermissionDenied
    form = GroupCreateForm(request.POST or None, user=request.user)
    return plan(request, form, "scheduling/group_create.html")


def group_people(request: PersonRequest, pk: str) -> HttpResponse:
    """Add people to a group that is planned. Somebody leaves it where their own session is called off."""
    group = _group(request, pk)
    if not group.is_scheduled:
        messages.info(request, _("This group is no longer planned, so it stays as it is."))
        return redirect(group)
    form = PeopleForm(typed(request), user=request.user, group=group)
    if form.is_valid() and (count := form.save()):
        words = ngettext("One person was added.", "%(count)s people were added.", count)
        messages.success(request, words % {"count": count})
        return redirect(group)
    context = {"form": form, "session": group, "times": group.times_for(request.user)}
    return render(request, "scheduling/group_people.html", context, status=422 if form.errors else 200)


def group_attendance(request: PersonRequest, pk: str) -> HttpResponse:
    """Note for everybody at once who came."""
    group = _group(request, pk)
    if group.cancelled_at or not group.has_started:
        messages.info(request, _("You can say who came once it has begun."))
        return redirect(group)
    form = AttendanceForm(typed(request), user=request.user, group=group)
    if form.is_valid() and form.save():
        messages.success(request, _("Noted who came."))
        return redirect(group)
    context = {"form": form, "session": group, "times": group.times_for(request.user)}
    return render(request, "scheduling/group_attendance.html", context, status=422 if form.errors else 200)


def _group(request: PersonRequest, pk: str) -> CoachingSession:
    groups = CoachingSession.objects.editable_by(request.user).groups()
    return get_object_or_404(groups.with_people(), pk=pk)
