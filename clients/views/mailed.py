"""A check-in that is answered from its mail: one plain page with that day's question, and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clients import actions
from clients.forms.checkin import MailCheckInForm
from clients.links import CheckInLink, read
from clients.views.from_mail import dead_link, from_mail


@from_mail(read, url_name="clients:checkin_link")
def checkin_link(request: HttpRequest, link: CheckInLink) -> HttpResponse:
    form = MailCheckInForm(request.POST or None, user=link.by, client=link.rhythm.client)
    if not form.is_valid():
        context = {"form": form, "on": link.on}
        return render(request, "clients/checkin_link.html", context, status=422 if form.errors else 200)
    if actions.answer_from_mail(rhythm=link.rhythm, on=link.on, **form.said) is None:
        return dead_link(request)
    return render(request, "clients/checkin_link_done.html")
