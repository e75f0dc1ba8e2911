"""How life stands: the parts a client chose, looked at on the days they say so."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import actions
from clients.curves import MOST_DAYS, Curves, FigureCurve, curves_of, figures_of
from clients.forms.checkin import CheckInForm, FigureForm, LifeAreaForm, MeasureForm, RhythmForm
from clients.models import CheckIn, Client, LifeArea, Measure, MeasureEntry
from clients.views.own import clients_only
from coaching.accounts.http import PersonRequest


def curves_for(request: PersonRequest, client: Client) -> Curves:
    """One client's curves, as the person who asks may see them. Three queries."""
    areas = LifeArea.objects.visible_to(request.user).filter(client=client)
    check_ins = CheckIn.objects.visible_to(request.user).filter(client=client).latest_days(MOST_DAYS)
    return curves_of(list(areas), check_ins)


def figures_for(request: PersonRequest, client: Client) -> list[FigureCurve]:
    """One client's own figures, as the person who asks may see them. Two queries at most."""
    measures = list(Measure.objects.visible_to(request.user).filter(client=client))
    if not measures:
        return []
    entries = MeasureEntry.objects.visible_to(request.user).filter(measure__client=client)
    return figures_of(measures, entries.latest_days(MOST_DAYS))


def checkin_list(request: PersonRequest) -> HttpResponse:
    clients_only(request)
    records = Client.objects.belonging_to(request.user).select_related("coach__user", "check_in_rhythm")
    shown = [
        (
            record,
            curves_for(request, record),
            list(record.life_areas.belonging_to(request.user).in_use()),
            RhythmForm(initial=_rhythm_of(record)),
            figures_for(request, record),
            list(record.measures.belonging_to(request.user).in_use()),
        )
        for record in records
    ]
    return render(request, "clients/checkin_list.html", {"shown": shown})


def _rhythm_of(record: Client) -> dict[str, object]:
    rhythm = getattr(record, "check_in_rhythm", None)
    return {"every": rhythm.every, "by_mail": rhythm.by_mail} if rhythm else {"every": ""}


def checkin_say(request: PersonRequest, pk: UUID) -> HttpResponse:
    client = get_object_or_404(Client.objects.belonging_to(request.user), pk=pk)
    client.check_open_to_words()
    form = CheckInForm(request.POST or None, user=request.user, client=client)
    if form.is_valid():
        actions.say_check_in(by=request.user, client=client, on=form.cleaned_data["on"], **form.said)
        messages.success(request, _("Saved. Thank you for looking."))
        return redirect("clients:checkin_list")
    context = {"form": form, "client": client}
    return render(request, "clients/checkin_say.html", context, status=422 if form.errors else 200)


@require_POST
def checkin_rhythm(request: PersonRequest, pk: UUID) -> HttpResponse:
    client = get_object_or_404(Client.objects.belonging_to(request.user), pk=pk)
    form = RhythmForm(request.POST)
    if form.is_valid():
        actions.choose_rhythm(by=request.user, client=client, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose one of the rhythms, or never."))
    return redirect("clients:checkin_list")


def area_create(request: PersonRequest, pk: UUID) -> HttpResponse:
    client = get_object_or_404(Client.objects.belonging_to(request.user), pk=pk)
    client.check_open_to_words()
    form = LifeAreaForm(request.POST or None, instance=LifeArea(client=client))
    if form.is_valid():
        actions.choose_area(by=request.user, area=form.instance)
        messages.success(request, _("It is asked about from now on. Say how it stands whenever you like."))
        return redirect("clients:checkin_list")
    return render(request, "clients/area_create.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def area_put_away(request: PersonRequest, pk: UUID) -> HttpResponse:
    area = get_object_or_404(LifeArea.objects.belonging_to(request.user).select_related("client"), pk=pk)
    actions.put_area_away(by=request.user, area=area)
    messages.success(request, _("You are not asked about it any more. What you said before stays."))
    return redirect("clients:checkin_list")


def measure_create(request: PersonRequest, pk: UUID) -> HttpResponse:
    client = get_object_or_404(Client.objects.belonging_to(request.user), pk=pk)
    return _measure_page(request, Measure(client=client))


def measure_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    measures = Measure.objects.belonging_to(request.user).select_related("client")
    return _measure_page(request, get_object_or_404(measures, pk=pk))


def _measure_page(request: PersonRequest, measure: Measure) -> HttpResponse:
    form = MeasureForm(request.POST or None, instance=measure)
    if form.is_valid():
        actions.choose_measure(by=request.user, measure=form.instance)
        messages.success(request, _("Saved."))
        return redirect("clients:checkin_list")
    context = {"form": form, "measure": measure}
    return render(request, "clients/measure_form.html", context, status=422 if form.errors else 200)


def measure_note(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The figure of one day, apart from a check-in."""
    measures = Measure.objects.belonging_to(request.user).in_use().select_related("client")
    measure = get_object_or_404(measures, pk=pk)
    form = FigureForm(request.POST or None, measure=measure)
    if form.is_valid():
        actions.note_figure(by=request.user, measure=measure, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("clients:checkin_list")
    context = {"form": form, "measure": measure}
    return render(request, "clients/measure_note.html", context, status=422 if form.errors else 200)


@require_POST
def measure_put_away(request: PersonRequest, pk: UUID) -> HttpResponse:
    measure = get_object_or_404(Measure.objects.belonging_to(request.user).select_related("client"), pk=pk)
    actions.put_measure_away(by=request.user, measure=measure)
    messages.success(request, _("You are not asked about it any more. Its figures stay."))
    return redirect("clients:checkin_list")
