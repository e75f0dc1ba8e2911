"""On a page of the directory: keep this listing, for people who are somebody's client."""

from typing import Any

from django import template
from django.db.models import OuterRef, Subquery
from django.template.context import Context

from clients.models import Client, Connection
from community.models import Service

register = template.Library()


@register.inclusion_tag("clients/_keep.html", takes_context=True)
def keep_listing(context: Context, service: Service) -> dict[str, Any]:
    """A button, or that it is kept; nothing for people without a record."""
    user = context["request"].user
    kept = Connection.objects.belonging_to(user).filter(client=OuterRef("pk"), service=service)
    records = Client.objects.belonging_to(user).select_related("coach__user").order_by("created_at", "pk")
    return {
        "service": service,
        "records": list(records.annotate(kept=Subquery(kept.values("pk")[:1])))
        if user.is_authenticated
        else [],
        "csrf_token": context.get("csrf_token"),
    }
