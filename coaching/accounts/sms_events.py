"""What the SMS provider reports about an SMS it took: that it arrived, or that it did not.

Twilio is told the address of the row with each SMS. It signs what it reports
with the account's token, and its own library checks that.
"""

from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from coaching.accounts import sms
from coaching.accounts.deliveries import Channel, Delivery, DeliveryQuerySet, DeliveryState
from coaching.accounts.outbox import find_delivery

logger = structlog.get_logger("trellis.mail")

ARRIVED = "delivered"
NOT_ARRIVED = {"undelivered", "failed"}
"""Twilio's last words about an SMS. All others (`queued`, `sending`, `sent` …) are on the way."""
REASONS = {
    "30003": gettext_lazy("the phone is switched off or out of reach"),
    "30004": gettext_lazy("the number takes no SMS from here"),
    "30005": gettext_lazy("nobody has this number"),
    "30006": gettext_lazy("the number is a landline, or its network takes no SMS"),
    "30007": gettext_lazy("the network held it back as unwanted"),
}
"""Of Twilio's error numbers those that a person can do something about."""


@csrf_exempt
@login_not_required
@require_POST
def sms_events(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The address that Twilio is given with the SMS of one row. It is there only where Twilio sends."""
    if not sms.reports():
        raise Http404
    address = settings.SITE_URL + request.get_full_path()
    if not sms.is_signed(address, request.POST, request.headers.get("X-Twilio-Signature", "")):
        return HttpResponseForbidden("This is not signed.")
    note_report(
        pk=pk,
        status=request.POST.get("MessageStatus", ""),
        code=request.POST.get("ErrorCode", ""),
        sid=request.POST.get("MessageSid", ""),
    )
    return HttpResponse(status=204)


@transaction.atomic
def note_report(*, pk: UUID, status: str, code: str, sid: str) -> bool:
    """Note what became of the SMS of this row; False where that changes nothing.

    One that arrived is not sent again, even where the answer to it was lost.
    In the place of one that did not, a mail goes out, as where it is refused at
    once. What has come to an end stays as it is, however often it is reported.
    """
    delivery = find_delivery(pk)
    if delivery is None or delivery.channel != Channel.SMS:
        return False
    if status == ARRIVED:
        is_noted = _arrived(delivery, f"{status} {sid}"[:500])
    elif status in NOT_ARRIVED:
        is_noted = _did_not_arrive(delivery, _words(status, code))
    else:
        return False
    logger.info("sms_report", kind=delivery._meta.label_lower, status=status, is_noted=is_noted)
    return is_noted


def _arrived(delivery: Delivery, answer: str) -> bool:
    """The worker that still waits for the provider's answer, or would try again, finds that it is done."""
    on_its_way = Q(state__in=[DeliveryState.SENT, DeliveryState.SUBMITTING]) | Q(
        state=DeliveryState.PENDING, is_ambiguous=True
    )
    return _end(delivery, on_its_way, DeliveryState.SENT, answer, sent_at=Now())


def _did_not_arrive(delivery: Delivery, answer: str) -> bool:
    """Of two copies, where an answer was lost, the first one's end says nothing of the second."""
    on_its_way = Q(state=DeliveryState.SENT) | Q(state=DeliveryState.SUBMITTING, is_ambiguous=False)
    is_noted = _end(delivery, on_its_way, DeliveryState.RETURNED, answer)
    if is_noted:
        delivery.write_stand_in()
    return is_noted


def _end(delivery: Delivery, which: Q, state: DeliveryState, answer: str, **fields: object) -> bool:
    rows: DeliveryQuerySet = DeliveryQuerySet(type(delivery)).filter(which, pk=delivery.pk)
    values = {"state": state, "server_answer": answer, "lease_token": None, "lease_until": None, **fields}
    return rows.exclude(server_answer__startswith=f"{ARRIVED} ").update(**values) == 1


def _words(status: str, code: str) -> str:
    number = code if code.isascii() and code.isdecimal() and len(code) <= 6 else ""
    said = f"{status} {number}".strip()
    reason = REASONS.get(number)
    return _("%(said)s: %(reason)s") % {"said": said, "reason": reason} if reason else said
