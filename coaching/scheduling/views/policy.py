"""The page on which the owner of a practice says what counts for the bookings of all its coaches."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest
from coaching.scheduling.forms.policy import PolicyForm
from coaching.scheduling.models import BookingPolicy


def practice_booking(request: PersonRequest) -> HttpResponse:
    policy = BookingPolicy.owned_by(request.user)
    if policy is None:
        raise PermissionDenied
    form = PolicyForm(request.POST or None, instance=policy)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. It counts for every session of your practice from now on."))
        return redirect("home:practice")
    context = {"form": form, "practice": policy.practice}
    return render(request, "scheduling/practice_booking.html", context, status=422 if form.errors else 200)
