"""The practice's texts: its owner writes and publishes them, its clients read and sign them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clients.agreements import acts
from clients.agreements.texts import blocks_of, changes_between
from clients.forms.agreements import AgreementForm, SignForm
from clients.models import Agreement, Signature
from clients.views.own import clients_only
from coaching.accounts import paper
from coaching.accounts.http import PersonRequest, owned_practice


def _known(kind: str) -> Agreement.Kind:
    if kind not in Agreement.Kind.values:
        raise Http404
    return Agreement.Kind(kind)


def agreement_list(request: PersonRequest) -> HttpResponse:
    """The owner's page: which texts the practice has, and how many have signed each."""
    practice = owned_practice(request)
    rows = Agreement.objects.owned_by(request.user)
    drafts = {draft.kind: draft for draft in rows.filter(published_at=None)}
    in_force = {row.kind: row for row in rows.in_force().annotate(signers=Count("signatures"))}
    earlier: dict[str, list[Agreement]] = {}
    for row in rows.published():
        if row.pk != getattr(in_force.get(row.kind), "pk", None):
            earlier.setdefault(row.kind, []).append(row)
    kinds = [
        (kind, label, in_force.get(kind), drafts.get(kind), earlier.get(kind, []))
        for kind, label in Agreement.Kind.choices
    ]
    return render(request, "clients/agreement_list.html", {"practice": practice, "kinds": kinds})


def _versions(request: PersonRequest, kind: str) -> tuple[Agreement | None, Agreement | None]:
    """The draft and what is in force, of one kind."""
    rows = Agreement.objects.owned_by(request.user).filter(kind=kind)
    return rows.filter(published_at=None).first(), rows.in_force().first()


def agreement_write(request: PersonRequest, kind: str) -> HttpResponse:
    practice, known = owned_practice(request), _known(kind)
    draft, in_force = _versions(request, known)
    begun = draft or in_force
    form = AgreementForm(request.POST or None, initial={"text": begun.text if begun else ""})
    if form.is_valid():
        acts.write_draft(by=request.user, practice=practice, kind=known, text=form.cleaned_data["text"])
        return redirect("clients:agreement_publish", known)
    context = {"form": form, "kind": known, "in_force": in_force}
    return render(request, "clients/agreement_write.html", context, status=422 if form.errors else 200)


def agreement_publish(request: PersonRequest, kind: str) -> HttpResponse:
    """The draft as clients will see it, with what is different from the version in force."""
    practice, known = owned_practice(request), _known(kind)
    draft, in_force = _versions(request, known)
    if draft is None:
        return redirect("clients:agreement_write", known)
    if request.method == "POST":
        try:
            acts.publish(practice=practice, kind=known)
        except acts.NothingToPublish:
            messages.info(request, _("It says the same as the version that is in force."))
        else:
            messages.success(request, _("It is in force. Your clients are asked to sign it."))
        return redirect("clients:agreement_list")
    context = {
        "kind": known,
        "blocks": blocks_of(draft.text),
        "in_force": in_force,
        "changes": changes_between(in_force.text, draft.text) if in_force else [],
        "is_gate": known == Agreement.Kind.CONFIDENTIALITY and in_force is None,
    }
    return render(request, "clients/agreement_publish.html", context)


def agreement_withdraw(request: PersonRequest, kind: str) -> HttpResponse:
    practice, known = owned_practice(request), _known(kind)
    _draft, in_force = _versions(request, known)
    if in_force is None:
        return redirect("clients:agreement_list")
    if request.method == "POST":
        acts.withdraw(practice=practice, kind=known)
        messages.success(request, _("Nobody is asked to sign it any more. What was signed stays."))
        return redirect("clients:agreement_list")
    context = {"kind": known, "is_gate": known == Agreement.Kind.CONFIDENTIALITY}
    return render(request, "clients/agreement_withdraw.html", context)


def agreement_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """One version to read; for a client of whom it is asked, with what is new and a place to sign."""
    agreements = Agreement.objects.visible_to(request.user)
    agreement = get_object_or_404(agreements.select_related("practice"), pk=pk)
    signed = Signature.objects.belonging_to(request.user).filter(agreement__practice=agreement.practice_id)
    last = signed.filter(agreement__kind=agreement.kind).select_related("agreement").first()
    is_asked = agreements.for_signing_by(request.user, also_ended=True).filter(pk=pk).exists()
    form = SignForm(request.POST or None) if is_asked else None
    if form and form.is_valid():
        try:
            acts.sign(by=request.user, agreement=agreement, name=form.cleaned_data["name"])
        except acts.NotTheSame:
            messages.info(request, _("There is a newer version by now. Please read that one."))
        else:
            messages.success(request, _("Signed. You find your copy here at any time."))
        return redirect("clients:agreement_signed")
    is_newer = last is not None and last.agreement_id != agreement.pk and is_asked
    context = {
        "agreement": agreement,
        "blocks": blocks_of(agreement.text),
        "last": last,
        "changes": changes_between(last.agreement.text, agreement.text) if last and is_newer else [],
        "form": form,
    }
    status = 422 if form and form.errors else 200
    return render(request, "clients/agreement_detail.html", context, status=status)


def agreement_signed(request: PersonRequest) -> HttpResponse:
    """The client's page: what waits to be signed, and all that they have signed."""
    clients_only(request)
    agreements = Agreement.objects.visible_to(request.user).for_signing_by(request.user)
    signatures = Signature.objects.belonging_to(request.user)
    context = {
        "agreements": agreements.select_related("practice"),
        "signatures": signatures.select_related("agreement__practice", "client__coach__user"),
    }
    return render(request, "clients/agreement_signed.html", context)


def _paper(request: PersonRequest, pk: UUID) -> dict[str, Any]:
    signatures = Signature.objects.visible_to(request.user)
    signature = get_object_or_404(signatures.select_related("agreement__practice", "client"), pk=pk)
    return {
        "signature": signature,
        "agreement": signature.agreement,
        "blocks": blocks_of(signature.agreement.text),
        "is_own": signature.client.user_id == request.user.pk,
    }


def signature_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What was signed, as it was signed; it can be printed as it stands."""
    context = _paper(request, pk) | {"has_pdf": paper.renderer() is not None}
    return render(request, "clients/signature_detail.html", context)


def signature_pdf(request: PersonRequest, pk: UUID) -> HttpResponse:
    context = _paper(request, pk)
    if paper.renderer() is None:
        messages.info(request, _("There is no PDF here. Print the page with your browser instead."))
        return redirect(context["signature"])
    name = slugify(str(context["agreement"])) or "agreement"
    return paper.pdf_answer("clients/signature_pdf.html", context, name=name)
