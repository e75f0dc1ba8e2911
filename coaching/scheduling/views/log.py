"""A coach's log of hours: on a page, and as a file for ICF."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from coaching.accounts.http import PersonRequest, coaches_only
from coaching.accounts.sheets import TYPES, sheet_answer
from coaching.scheduling.icf import HEADER, log_of


def icf_log(request: PersonRequest) -> HttpResponse:
    """Only of the coach's own sessions."""
    coaches_only(request)
    return render(request, "scheduling/icf_log.html", {"log": log_of(request.user)})


def icf_log_file(request: PersonRequest, form: str) -> HttpResponse:
    coaches_only(request)
    if form not in TYPES:
        raise Http404
    rows = [row.cells for row in log_of(request.user).rows if row.paid or row.pro_bono]
    return sheet_answer(form, "coaching-log", HEADER, rows)
