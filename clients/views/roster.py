"""A coach's roster, and the door through which people come in."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from clients import actions
from clients.forms.roster import ClientCreateForm, ClientForm, InvitationAcceptForm, OwnDetailsForm
from clients.models import Client
from coaching.accounts.http import PersonRequest, coaches_only
from coaching.accounts.models import Invitation, User


def client_create(request: PersonRequest) -> HttpResponse:
    coaches_only(request)
    form = ClientCreateForm(request.POST or None, user=request.user)
    if form.is_valid() and (client := _added(request.user, form)):
        if form.cleaned_data["invite"]:
            messages.success(
                request,
                _("%(name)s is on your list, and an invitation is on its way.") % {"name": client.name},
            )
        else:
            messages.success(request, _("%(name)s is on your list.") % {"name": client.name})
        return redirect(client)
    return render(request, "clients/client_create.html", {"form": form}, status=422 if form.errors else 200)


def _added(by: User, form: ClientCreateForm) -> Client | None:
    """The new client; None, with an error on the form, where another click was quicker."""
    try:
        return actions.add_client(by=by, **form.cleaned_data)
    except IntegrityError as error:
        if "client_email_unique_per_coach" not in str(error):
            raise
        form.add_error("email", _("You already have a client with this e-mail address."))
        return None


def client_edit(request: PersonRequest, pk: str) -> HttpResponse:
    """A coach changes how a client is reached; the client their own name and phone."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    is_own = client.user == request.user
    form: OwnDetailsForm | ClientForm = (
        OwnDetailsForm(request.POST or None, instance=client)
        if is_own
        else ClientForm(request.POST or None, instance=client, user=request.user)
    )
    if form.is_valid():
        actions.change_details(by=request.user, client=form.instance, fields=form.changed_data)
        messages.success(request, _("Saved."))
        return redirect("home:me" if is_own else client)
    context = {"form": form, "client": client, "is_own": is_own}
    return render(request, "clients/client_edit.html", context, status=422 if form.errors else 200)


@require_POST
def client_invite(request: PersonRequest, pk: str) -> HttpResponse:
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=pk)
    try:
        actions.invite_client(by=request.user, client=client)
    except actions.AlreadyJoined:
        messages.info(request, _("%(name)s has joined already.") % {"name": client.name})
        return redirect(client)
    messages.success(request, _("An invitation to %(email)s is on its way.") % {"email": client.email})
    return redirect(client)


@require_POST
def client_status(request: PersonRequest, pk: str) -> HttpResponse:
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=pk)
    status = request.POST.get("status")
    if status not in Client.Status.values:
        messages.error(request, _("Choose active, paused or ended."))
        return redirect(client)
    actions.change_status(by=request.user, client=client, status=status)
    messages.success(request, _("Saved."))
    return redirect(client)


@require_POST
def log_consent(request: PersonRequest, pk: str) -> HttpResponse:
    """The client lets their name stand in the coach's log of hours, or takes that back."""
    client = get_object_or_404(Client.objects.belonging_to(request.user), pk=pk)
    actions.choose_log_consent(by=request.user, client=client, given=request.POST.get("given") == "yes")
    messages.success(request, _("Saved."))
    return redirect("home:me")


@login_not_required
@never_cache
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link only shows; joining is a POST, so that mail scanners accept nothing."""
    invitation = (
        Invitation.objects.open()
        .filter(token_hash=Invitation.hash_of(token))
        .select_related("practice", "invited_by", "client")
        .first()
    )
    if invitation is None:
        return render(request, "clients/invitation_closed.html", status=404)
    user = request.user if request.user.is_authenticated else None
    context: dict[str, object] = {"invitation": invitation}
    if user and user.email != invitation.email:
        return render(request, "clients/invitation_other_person.html", context, status=403)
    if user is None and User.objects.filter(email=invitation.email).exists():
        return render(request, "clients/invitation_sign_in.html", context)
    form = None if user else InvitationAcceptForm(request.POST or None, invitation=invitation)
    if (form is not None and not form.is_valid()) or request.method != "POST":
        context["form"] = form
        status = 422 if form and form.errors else 200
        return render(request, "clients/invitation_accept.html", context, status=status)
    try:
        answers = form.cleaned_data if form else {}
        joined = actions.accept_invitation(invitation=invitation, user=user, **answers)
    except actions.InvitationClosed:
        return render(request, "clients/invitation_closed.html", status=404)
    except actions.CoachesElsewhere:
        messages.error(request, _("You are a coach at a practice already, and one person coaches at one."))
        return redirect("home:home")
    except IntegrityError:
        # Two invitations for one address, opened side by side: the account is there by now.
        return render(request, "clients/invitation_sign_in.html", context)
    messages.success(request, _("Welcome. This is your place."))
    if user is None:
        login(request, joined)
    return redirect("home:home")
