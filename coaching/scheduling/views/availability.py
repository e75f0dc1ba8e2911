"""The pages on which a coach says when they are there, and on what terms clients may book."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest, saved_whole
from coaching.scheduling.forms.availability import AvailabilityForm, SpecialDaysForm
from coaching.scheduling.forms.hours import written
from coaching.scheduling.models import BookingRules, SessionType, SpecialDays


@saved_whole
def availability(request: PersonRequest) -> HttpResponse:
    if request.user.coach_or_none is None:
        raise PermissionDenied
    if request.method == "POST":
        BookingRules.hold(request.user.coach_or_none)
    form = AvailabilityForm(request.POST or None, user=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. Sessions that are planned stay as they are."))
        return redirect("scheduling:availability")
    days = SpecialDays.objects.editable_by(request.user).filter(last_on__gte=timezone.localdate())
    coming = [{"days": row, "hours": written(row.spans)} for row in days]
    context = {
        "form": form,
        "coming": coming,
        "rules": BookingRules.of(request.user.coach),
        "has_bookable_types": SessionType.objects.editable_by(request.user).bookable().exists(),
    }
    status = 409 if form.is_stale else 422 if form.errors else 200
    return render(request, "scheduling/availability.html", context, status=status)


def special_days_create(request: PersonRequest) -> HttpResponse:
    if request.user.coach_or_none is None:
        raise PermissionDenied
    form = SpecialDaysForm(request.POST or None, user=request.user)
    if form.is_valid() and form.save():
        count = form.planned_then.count()
        words = ngettext(
            "Saved. One session is planned on these days and stays as it is: look at it in your calendar.",
            "Saved. %(count)s sessions are planned on these days and stay as they are: "
            "look at them in your calendar.",
            count,
        )
        messages.success(request, words % {"count": count} if count else _("Saved."))
        return redirect("scheduling:availability")
    return render(request, "scheduling/special_days.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def special_days_remove(request: PersonRequest, pk: str) -> HttpResponse:
    days = get_object_or_404(SpecialDays.objects.editable_by(request.user), pk=pk)
    days.delete()
    messages.success(request, _("Removed. Your usual hours count on these days again."))
    return redirect("scheduling:availability")
