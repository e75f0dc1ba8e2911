"""The first pages: for visitors, and for each kind of person who is signed in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from clients.actions import invite_coach
from clients.agreements.standing import standings_of
from clients.cards import CARDS, cards_of
from clients.circumstances import with_changes
from clients.forms.roster import CoachInviteForm, RosterViewForm
from clients.models import Circumstance, Client, Connection, Erasure, RosterView, Trace, Value
from clients.views.checkins import curves_for, figures_for
from coaching.accounts.http import PersonRequest, attachment, coaches_only, owned_practice
from coaching.accounts.models import Invitation, ReturnedMail
from coaching.accounts.paging import keyset_page
from coaching.accounts.sheets import TYPES, sheet_answer
from coaching.home.desks import desks_of
from coaching.home.mirror import Mirror
from coaching.home.roster import LISTS, Wish, coaches_of_practice
from coaching.scheduling.lines import lines_for
from coaching.scheduling.models import CoachingSession
from goals.board import closed_plans_for, plans_for


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home:home")
    return render(request, "home/front.html")


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read (RFC 9309): the front page and the directory, and no searches in it."""
    lines = [
        "User-agent: *",
        "Disallow: /",
        "Allow: /$",
        "Allow: /static/",
        "Allow: /resources/",
        "Allow: /sitemap",
        "Disallow: /resources/*?",
        "Disallow: /resources/*/report/",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('community:sitemap')}",
    ]
    response = HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def home(request: PersonRequest) -> HttpResponse:
    returned = ReturnedMail.objects.belonging_to(request.user).first()
    return render(request, "home/home.html", {"returned": returned, **desks_of(request.user)})


def me(request: PersonRequest) -> HttpResponse:
    """The client's own record: one for each coach they work with."""
    records = Client.objects.belonging_to(request.user).select_related("coach__user", "practice")
    records = records.with_handovers()
    open_erasures = Erasure.objects.belonging_to(request.user).open()
    due = {erasure.record: erasure for erasure in open_erasures}
    return render(request, "home/me.html", {"records": [(record, due.get(record.pk)) for record in records]})


def client_list(request: PersonRequest) -> HttpResponse:
    """A coach's clients: found by name, by tag, and by what may need the coach now."""
    coaches_only(request)
    wish = Wish.of(request.GET)
    rows = wish.rows_for(request.user).select_related("invitation", "user")
    context = {
        "page": keyset_page(request, rows, by=["name", "pk"]),
        "wish": wish,
        "lists": LISTS,
        "tags": Client.objects.coached_by(request.user).tags(),
        "roster_views": RosterView.objects.visible_to(request.user),
        "form": RosterViewForm(),
    }
    return render(request, "home/client_list.html", context)


ROSTER_HEADER = [
    gettext_lazy("Name"),
    gettext_lazy("Pronouns"),
    gettext_lazy("E-mail"),
    gettext_lazy("Phone"),
    gettext_lazy("How and when to be reached"),
    gettext_lazy("Languages"),
    gettext_lazy("Time zone"),
    gettext_lazy("State"),
    gettext_lazy("Has joined"),
    gettext_lazy("Agreed"),
    gettext_lazy("Fee"),
    gettext_lazy("Tags"),
    gettext_lazy("Added on"),
]


def roster_file(request: PersonRequest, form: str) -> HttpResponse:
    """The list as the coach looks at it, to take away: how people are reached, and nothing they wrote.

    Each of them sees that a copy was taken.
    """
    coaches_only(request)
    if form not in {*TYPES, "vcf"}:
        raise Http404
    clients = list(Wish.of(request.GET).rows_for(request.user).select_related("user").order_by("name", "pk"))
    Trace.objects.leave_for_all(
        clients=clients, by=request.user, act=Trace.Act.TOOK_OUT, part=Trace.Part.DETAILS
    )
    if form == "vcf":
        return attachment(cards_of(clients), "clients.vcf", CARDS)
    rows = [
        [
            client.name, client.pronouns, client.address, client.phone,
            client.reach, client.languages, str(client.own_timezone), client.get_status_display(),
            _("yes") if client.has_joined else _("no"), client.get_fee_display(), client.fee_words,
            ", ".join(client.tags), client.created_at.astimezone(request.user.timezone).date(),
        ]
        for client in clients
    ]  # fmt: skip
    return sheet_answer(form, "clients", [str(words) for words in ROSTER_HEADER], rows)


def client_card(request: PersonRequest, pk: str) -> HttpResponse:
    """One client for the coach's address book."""
    client = get_object_or_404(Client.objects.coached_by(request.user).select_related("user"), pk=pk)
    Trace.objects.leave(client=client, by=request.user, act=Trace.Act.TOOK_OUT, part=Trace.Part.DETAILS)
    return attachment(cards_of([client]), "client.vcf", CARDS)


@require_POST
def roster_view_create(request: PersonRequest) -> HttpResponse:
    """Keep what the coach looks for under a name; the same name again takes the place of the old one."""
    coach = coaches_only(request)
    wish = Wish.of(QueryDict(request.POST.get("query", "")))
    back = f"{reverse('home:client_list')}?{wish.query}"
    form = RosterViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
    elif not wish.query:
        messages.error(request, _("Look for something first, then keep it."))
    else:
        RosterView.objects.keep(coach=coach, name=form.cleaned_data["name"], query=wish.query)
        messages.success(request, _("Kept. It stands above the list now."))
    return redirect(back)


@require_POST
def roster_view_remove(request: PersonRequest, pk: str) -> HttpResponse:
    get_object_or_404(RosterView.objects.visible_to(request.user), pk=pk).delete()
    messages.success(request, _("This view is gone. Nobody was taken off your list."))
    return redirect("home:client_list")


def client_detail(request: PersonRequest, pk: str) -> HttpResponse:
    clients = Client.objects.visible_to(request.user).with_handovers()
    clients = clients.select_related("coach__user", "invitation", "user", "practice")
    client = get_object_or_404(clients, pk=pk)
    if client.user == request.user:
        return redirect("home:me")
    sessions = CoachingSession.objects.editable_by(request.user).filter(client=client).upcoming()
    rows = Circumstance.objects.visible_to(request.user).filter(client=client).most_pressing_first()
    circumstances = with_changes(rows.select_related("recorded_by", "asked_by", "client"))
    curves = curves_for(request, client)
    shared = Connection.objects.visible_to(request.user).filter(client=client).with_listing()
    standings = standings_of(client, request.user)
    gate = next((each for each in standings if each.is_gate), None)
    figures = figures_for(request, client)
    read = {
        Trace.Part.RECORD: True,
        Trace.Part.CIRCUMSTANCES: circumstances,
        Trace.Part.CHECK_INS: curves.rows,
        Trace.Part.CONNECTIONS: shared,
        Trace.Part.MEASURES: figures,
    }
    for part in (part for part, is_shown in read.items() if is_shown):
        Trace.objects.leave(client=client, by=request.user, act=Trace.Act.READ, part=part)
    context = {
        "client": client,
        "standings": standings,
        "is_closed_to_words": gate is not None and gate.signature is None,
        "curves": curves,
        "connections": shared,
        "figures": figures,
        "erasure": Erasure.objects.visible_to(request.user).open().filter(record=client.pk).first(),
        "values": Value.objects.visible_to(request.user).filter(client=client),
        "circumstances": circumstances,
        "client_id": str(client.pk),
        "sessions": lines_for(request.user, sessions.with_people().order_by("starts_at")),
        "boards": plans_for(request.user, client),
        "closed_plans": closed_plans_for(request.user, client),
        "statuses": Client.Status.choices,
    }
    return render(request, "home/client_detail.html", context)


def client_mirror(request: PersonRequest, pk: str) -> HttpResponse:
    """The coach looks at the record as the client sees it. Nothing can be changed there, and it is told."""
    clients = Client.objects.coached_by(request.user).select_related("coach__user", "practice", "user")
    client = get_object_or_404(clients.with_handovers(), pk=pk)
    Trace.objects.leave(client=client, by=request.user, act=Trace.Act.READ, part=Trace.Part.MIRROR)
    context = {
        "client": client,
        "mirror": Mirror(request.user, client),
        "curves": curves_for(request, client),
        "figures": figures_for(request, client),
    }
    return render(request, "home/client_mirror.html", context)


def practice(request: PersonRequest) -> HttpResponse:
    """The owner's page: coaches and roster. Names and coaches only, never what people work on."""
    practice = owned_practice(request)
    clients = Client.objects.on_roster_of(request.user).select_related("coach__user", "invitation")
    context = {
        "practice": practice,
        "coaches": coaches_of_practice(request.user),
        "invitations": Invitation.objects.open().filter(practice=practice, role=Invitation.Role.COACH),
        "page": keyset_page(request, clients, by=["name", "pk"]),
    }
    return render(request, "home/practice.html", context)


def coach_invite(request: PersonRequest) -> HttpResponse:
    practice = owned_practice(request)
    form = CoachInviteForm(request.POST or None, user=request.user)
    if form.is_valid():
        invite_coach(by=request.user, practice=practice, **form.cleaned_data)
        messages.success(
            request, _("An invitation to %(email)s is on its way.") % {"email": form.cleaned_data["email"]}
        )
        return redirect("home:practice")
    return render(request, "home/coach_invite.html", {"form": form}, status=422 if form.errors else 200)
