"""What a mail provider reports by webhook: mails that came back, and complaints.

Mails leave by SMTP whoever provides it, so that the outbox keeps its promise.
Only the reports come in through anymail, which knows each provider's form and
checks its signature or secret.
"""

import re
from typing import Any

import structlog
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt

from coaching.accounts.deliveries import Delivery, DeliveryQuerySet, DeliveryState
from coaching.accounts.outbox import find_delivery
from coaching.accounts.returned import ReturnedMail

logger = structlog.get_logger("trellis.mail")

BACK = {"bounced", "rejected"}
Kind = ReturnedMail.Kind


class _Reports:
    """Stands where anymail has a Django signal: it calls one function, in the open."""

    def send(self, sender: type, event: Any, esp_name: str) -> None:
        if event.event_type not in {*BACK, "complained"} or not event.recipient:
            return
        note_report(
            provider=esp_name.lower(),
            event_id=event.event_id or f"{event.message_id} {event.event_type} {event.recipient}",
            kind=Kind.BOUNCED if event.event_type in BACK else Kind.COMPLAINED,
            email=event.recipient,
            message_id=event.message_id or "",
            # A full mailbox or a server that is away for now: the address itself is good.
            is_for_good=event.esp_event.get("Type") != "SoftBounce",
            words=event.mta_response or event.description or event.event_type,
        )


class MailgunReports(MailgunTrackingWebhookView):
    signal = _Reports()


class PostmarkReports(PostmarkTrackingWebhookView):
    signal = _Reports()


REPORTS: dict[str, Any] = {"mailgun": MailgunReports, "postmark": PostmarkReports}


@csrf_exempt
@login_not_required
def mail_events(request: HttpRequest, provider: str) -> HttpResponse:
    """The address that the provider is told to report to. It is there only for the one in the settings."""
    if provider != settings.MAIL_PROVIDER:
        raise Http404
    try:
        return REPORTS[provider].as_view()(request)
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError, RecursionError):
        return HttpResponseBadRequest("This is no report.")


@transaction.atomic
def note_report(
    *, provider: str, event_id: str, kind: str, email: str, message_id: str, is_for_good: bool, words: str
) -> bool:
    """Note what became of a mail, once; False where this report was taken before.

    One that came back is marked, and if it was for good no more mails go to
    the address. A complaint marks it too, and ends this kind of mail to this
    person; where that cannot be, all mails to the address.
    """
    words, email, event_id = (text.replace("\0", "") for text in (words, email, event_id))
    words = " ".join(words.split())[:500]
    report, is_new = ReturnedMail.objects.get_or_create(
        provider=provider,
        event_id=event_id[:200],
        defaults={"kind": kind, "email": email.strip().lower(), "words": words},
    )
    if not is_new:
        return False
    delivery = delivery_of(message_id)
    if kind == Kind.BOUNCED:
        report.stops = is_for_good
        answer = {"state": DeliveryState.RETURNED, "server_answer": words}
    else:
        report.stops = delivery is None or not delivery.stop_kind()
        answer = {"state": DeliveryState.UNWANTED, "server_answer": words}
    report.save(update_fields=["stops"])
    if delivery is not None:
        DeliveryQuerySet(type(delivery)).filter(pk=delivery.pk, state=DeliveryState.SENT).update(**answer)
    logger.info("mail_report", provider=provider, kind=str(kind), is_ours=delivery is not None)
    return True


def delivery_of(message_id: str) -> Delivery | None:
    """The mail that left under this Message-ID, or under its row's id."""
    found = re.match(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", message_id)
    return find_delivery(found[1]) if found else None
