"""One thread for each client and their coach: the newest first, and a place to write above."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from clients.models import Client, Message
from clients.views.writing import LONGEST, write_page
from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from coaching.scheduling.forms.messages import MessageForm
from coaching.scheduling.messages import ThreadClosed, is_open, open_thread, send_message


def thread_list(request: PersonRequest) -> HttpResponse:
    """Everybody this person writes with; who writes with one alone is led there."""
    own = Client.objects.belonging_to(request.user)
    if request.user.coach_or_none is None:
        first = list(own[:2])
        if not first:
            raise Http404
        if len(first) == 1:
            return redirect("scheduling:message_thread", first[0].pk)
    threads = Client.objects.visible_to(request.user).with_thread(request.user)
    threads = threads.select_related("coach__user", "user")
    page = keyset_page(request, threads, by=["-written_at", "-pk"])
    return render(request, "scheduling/thread_list.html", {"page": page})


def message_thread(request: PersonRequest, pk: UUID) -> HttpResponse:
    clients = Client.objects.visible_to(request.user).select_related("coach__user", "user")
    client = get_object_or_404(clients.with_handovers(), pk=pk)
    is_own = client.user_id == request.user.pk
    back = reverse("scheduling:message_thread", args=[client.pk])
    writing = _writing(request, client)
    if writing.is_saved:  # a second click, or a draft that came late: it is sent
        return HttpResponse(status=204, headers={"X-Kept": "yes"}) if request.htmx else redirect(back)
    rows = Message.objects.visible_to(request.user).sent().filter(client=client).select_related("author")
    page = SimpleLazyObject(lambda: keyset_page(request, rows, by=["-saved_at", "-pk"]))
    if request.method == "GET" and page:  # it is read before they count as opened
        open_thread(by=request.user, client=client)
    other = client.coach.user if is_own else client
    context = {"client": client, "is_own": is_own, "other": other, "page": page}
    is_thread_open = is_open(client, request.user)
    if request.method == "POST" and not is_thread_open:
        return _closed(request, writing, request.POST.get("words", "")[:LONGEST], back)
    context["is_unsigned"] = request.method == "GET" and client.is_closed_to_words
    context["can_write"] = is_thread_open and not context["is_unsigned"]
    if request.method == "GET" and not context["can_write"]:
        return render(request, "scheduling/message_thread.html", {"writing": writing, **context})
    try:
        return write_page(
            request,
            "scheduling/message_thread.html",
            writing,
            MessageForm,
            back=back,
            save=send_message,
            said=_("Sent. %(name)s is told that there is something new.") % {"name": other.name},
            is_checked=request.method == "GET",
            **context,
        )
    except ThreadClosed:
        return _closed(request, writing, writing.latest, back)


def _closed(request: PersonRequest, writing: Message, words: str, back: str) -> HttpResponse:
    """Too late to be sent, and not lost."""
    writing.keep_draft(words)
    messages.error(request, _("It was not sent: this thread is closed now. Your words are kept below."))
    return redirect(back)


def _writing(request: PersonRequest, client: Client) -> Message:
    """What is being written: on a form's way back by the id it was shown with, else this person's draft."""
    key = None
    if request.method == "POST":
        try:
            key = UUID(request.POST.get("key", ""))
        except ValueError:
            raise BadRequest from None
    try:
        return Message.objects.continued_by(request.user, client, key)
    except Message.DoesNotExist:
        raise Http404 from None
