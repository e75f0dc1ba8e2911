"""What fits a client, what they keep, and how it went. Only they act here; nobody outside hears of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import actions
from clients.fitting import Looking
from clients.forms.connections import ConnectionForm, LookingForForm
from clients.models import Client, Connection
from clients.views.own import clients_only
from coaching.accounts.http import PersonRequest, held, saved_whole, typed
from coaching.accounts.paging import keyset_page
from community.matching import everything, suggest
from community.models import Service
from community.vocabulary import NAMES, NEEDS


def connection_list(request: PersonRequest) -> HttpResponse:
    """What the client keeps, and what else fits what they said."""
    looking = _looking(request)
    kept = list(Connection.objects.belonging_to(request.user).with_listing())
    wish = looking.wish(kept=[each.service_id for each in kept if each.service_id])
    matches = suggest(wish)
    ids = [match.service.pk for match in matches]
    context = {
        "kept": kept,
        "matches": [
            (match, [(code, NAMES[code]) for code in match.service.listing.category_codes], following)
            for match, following in zip(matches, [*ids[1:], *ids[-2:-1], ""], strict=False)
        ],
        "unmet_urgent": [NEEDS[need][0] for need in matches.unmet if need in wish.urgent],
        "unmet": [NEEDS[need][0] for need in matches.unmet if need not in wish.urgent],
        "coach": looking.record.coach,
        "said": looking.said,
        "is_place_unknown": bool(looking.said.near) and wish.place is None,
        "has_said": bool(wish.needs or looking.said.interests),
        "is_urgent": looking.is_urgent,
    }
    return render(request, "clients/connection_list.html", context)


def _looking(request: PersonRequest) -> Looking:
    looking = Looking.of(request.user)
    if not looking.records:
        clients_only(request)
    return looking


def connection_all(request: PersonRequest) -> HttpResponse:
    """Everything about what they named and like, by name; only what they do not want to see is gone."""
    services = everything(_looking(request).wish())
    page = keyset_page(request, services.for_cards(), by=services.order)
    return render(request, "clients/connection_all.html", {"page": page})


@saved_whole
def looking_for(request: PersonRequest) -> HttpResponse:
    """What they like, where they are, and what is not to be suggested again."""
    if request.method == "POST":
        held(request, Client.objects.belonging_to(request.user), _looking(request).record.pk)
    form = LookingForForm(typed(request), instance=_looking(request).said)
    if form.is_valid():
        actions.say_what_to_look_for(by=request.user, looking_for=form.instance)
        messages.success(request, _("Saved."))
        return redirect("clients:connection_list")
    status = 409 if form.is_stale else 422 if form.errors else 200
    return render(request, "clients/looking_for.html", {"form": form}, status=status)


@require_POST
def looking_for_veto(request: PersonRequest, code: str) -> HttpResponse:
    looking = _looking(request)
    if code in NAMES:
        actions.veto(by=request.user, looking_for=looking.said, code=code)
        words = _("Nothing about “%(category)s” will be suggested any more.") % {"category": NAMES[code]}
        _say_with_a_way_back(request, words, "vetoed")
    return redirect("clients:connection_list")


def _say_with_a_way_back(request: PersonRequest, words: str, field: str) -> None:
    where, take_back = f"{reverse('clients:looking_for')}#div_id_{field}", _("Take it back")
    messages.success(request, format_html('{} <a href="{}">{}</a>', words, where, take_back))


@require_POST
def looking_for_leave_out(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Not this one; others about the same are still suggested."""
    looking = _looking(request)
    service = get_object_or_404(Service.objects.visible_to(request.user).published(), pk=pk)
    actions.leave_out(by=request.user, looking_for=looking.said, service=service)
    words = _("“%(name)s” will not be suggested any more.") % {"name": service.name}
    _say_with_a_way_back(request, words, "unwanted")
    return redirect("clients:connection_list")


@require_POST
def connection_keep(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Keep a listing, in the record with one of their coaches: the oldest, unless they choose another.

    Who keeps it among what may fit goes on with the next there.
    """
    looking = _looking(request)
    service = get_object_or_404(Service.objects.visible_to(request.user).published(), pk=pk)
    chosen = request.POST.get("client", "")
    record = next((each for each in looking.records if str(each.pk) == chosen), looking.record)
    actions.keep_listing(by=request.user, client=record, service=service)
    messages.success(request, _("Kept. Only you see that."))
    return redirect(reverse("clients:connection_list") + _fragment_of(request.POST.get("next", "")))


def _fragment_of(pk: str) -> str:
    """Where the card of this listing stands on the page."""
    try:
        return f"#fit-{UUID(pk)}"
    except ValueError:
        return ""


def _own(request: PersonRequest, pk: UUID) -> Connection:
    return get_object_or_404(Connection.objects.belonging_to(request.user).with_listing(), pk=pk)


def connection_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The client's words on it, and who may see it."""
    connection = _own(request, pk)
    form = ConnectionForm(request.POST or None, instance=connection)
    if request.method == "POST" and form.is_valid():
        actions.change_connection(by=request.user, connection=form.instance, fields=["words", "is_shared"])
        messages.success(request, _("Saved."))
        return redirect("clients:connection_list")
    context = {"form": form, "connection": connection}
    return render(request, "clients/connection_edit.html", context, status=422 if form.errors else 200)


@require_POST
def connection_go_on(request: PersonRequest, pk: UUID) -> HttpResponse:
    actions.go_on(by=request.user, connection=_own(request, pk), to=request.POST.get("to", ""))
    return redirect("clients:connection_list")


@require_POST
def connection_undo(request: PersonRequest, pk: UUID) -> HttpResponse:
    actions.undo_connection(by=request.user, connection=_own(request, pk))
    return redirect("clients:connection_list")


@require_POST
def connection_share(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Let the coach see this one, or no longer."""
    connection = _own(request, pk)
    connection.is_shared = "share" in request.POST
    actions.change_connection(by=request.user, connection=connection, fields=["is_shared"])
    coach = {"coach": connection.client.coach}
    messages.success(
        request,
        _("%(coach)s may see this one now.") % coach
        if connection.is_shared
        else _("%(coach)s does not see this one any more.") % coach,
    )
    return redirect("clients:connection_list")


def connection_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    connection = _own(request, pk)
    if request.method == "POST":
        actions.let_go(by=request.user, connection=connection)
        messages.success(request, _("It is gone."))
        return redirect("clients:connection_list")
    return render(request, "clients/connection_remove.html", {"connection": connection})
