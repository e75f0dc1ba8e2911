"""The pages on which a coach keeps their kinds of session."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest, held, saved_whole
from coaching.scheduling.forms.session_types import SessionTypeForm
from coaching.scheduling.models import SessionType


def type_list(request: PersonRequest) -> HttpResponse:
    if request.user.coach_or_none is None:
        raise PermissionDenied
    types = SessionType.objects.editable_by(request.user).order_by("-is_active", "name", "pk")
    return render(request, "scheduling/type_list.html", {"types": types})


def type_create(request: PersonRequest) -> HttpResponse:
    if request.user.coach_or_none is None:
        raise PermissionDenied
    return _keep(request, SessionTypeForm(request.POST or None, user=request.user))


@saved_whole
def type_edit(request: PersonRequest, pk: str) -> HttpResponse:
    session_type = held(request, SessionType.objects.editable_by(request.user), pk)
    return _keep(request, SessionTypeForm(request.POST or None, instance=session_type, user=request.user))


def _keep(request: PersonRequest, form: SessionTypeForm) -> HttpResponse:
    if form.is_valid() and (kept := form.keep()):
        messages.success(request, _("Saved: %(name)s.") % {"name": kept})
        return redirect("scheduling:type_list")
    context = {"form": form, "is_new": form.instance._state.adding}
    status = 409 if form.is_stale else 422 if form.errors else 200
    return render(request, "scheduling/type_form.html", context, status=status)
