"""Which texts a person may read, and which signatures."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef

from coaching.accounts.querysets import Person, related


class AgreementQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.exclude(published_at=None)

    def in_force(self) -> Self:
        """Of each practice and kind the latest version, unless the practice has withdrawn it."""
        later = self.model._default_manager.filter(
            practice=OuterRef("practice"), kind=OuterRef("kind"), number__gt=OuterRef("number")
        )
        return self.published().filter(~Exists(later), withdrawn_at=None)

    def owned_by(self, user: Person) -> Self:
        """All versions and drafts of the practice this person runs."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(practice__coaches__user=user, practice__coaches__is_owner=True)

    def visible_to(self, user: Person) -> Self:
        """What is published in the practice where this person coaches, or is somebody's client."""
        if not user.is_authenticated:
            return self.none()
        clients = related(related(self.model, "signatures"), "client")
        own = clients.objects.belonging_to(user).filter(practice=OuterRef("practice"))
        coaches = related(related(self.model, "practice"), "coaches")
        here = coaches.objects.filter(user=user.pk, practice=OuterRef("practice"))
        return self.published().filter(Exists(own) | Exists(here))

    def for_signing_by(self, user: Person, *, also_ended: bool = False) -> Self:
        """What waits for this person's signature; work that has ended asks for none, and takes one."""
        if not user.is_authenticated:
            return self.none()
        signatures = related(self.model, "signatures")
        clients = related(signatures, "client")
        signed = signatures.objects.filter(client=OuterRef("pk"), agreement=OuterRef(OuterRef("pk")))
        own = clients.objects.belonging_to(user).filter(~Exists(signed), practice=OuterRef("practice"))
        return self.in_force().filter(Exists(own if also_ended else own.exclude(status="ended")))
