"""How a client stands with the practice's texts: what they signed when, and what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from clients.models import Agreement, Client, Signature
from coaching.accounts.querysets import Person


@dataclass(frozen=True)
class Standing:
    """One kind of text: what is in force now, and what the client signed last of it."""

    kind: Agreement.Kind
    in_force: Agreement | None
    signature: Signature | None

    @property
    def is_gate(self) -> bool:
        """Whether nothing private is written about the client until a version of it is signed."""
        return self.kind == Agreement.Kind.CONFIDENTIALITY and self.in_force is not None

    @property
    def is_signed(self) -> bool:
        """Whether nothing waits for the client."""
        return self.in_force is None or (
            self.signature is not None and self.signature.agreement_id == self.in_force.pk
        )


def standings_of(client: Client, user: Person) -> Sequence[Standing]:
    """Of each kind that the practice has, or that was signed once. Two queries."""
    agreements = Agreement.objects.visible_to(user).in_force().filter(practice=client.practice_id)
    in_force = {agreement.kind: agreement for agreement in agreements}
    signed: dict[str, Signature] = {}
    for signature in Signature.objects.visible_to(user).filter(client=client).select_related("agreement"):
        last = signed.get(signature.agreement.kind)
        if last is None or (last.agreement.number or 0) < (signature.agreement.number or 0):
            signed[signature.agreement.kind] = signature
    return [
        Standing(kind, in_force.get(kind), signed.get(kind))
        for kind in Agreement.Kind
        if kind in in_force or kind in signed
    ]
