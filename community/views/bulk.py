"""The same for several listings at once: looked at first, then done."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from community import bulk
from community.errors import NotPossible
from community.forms.bulk import BulkForm
from community.views.shared import curators_only


@require_POST
@curators_only
def bulk_change(request: PersonRequest) -> HttpResponse:
    """The first time it shows what would be done, the second time (`sure`) it does it."""
    form = BulkForm(_with_whole_page(request.POST), user=request.user)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("community:curate")
    act, category = form.cleaned_data["act"], form.cleaned_data["category"]
    services = form.cleaned_data["services"].for_lines()
    if "sure" not in request.POST:
        found = bulk.preview(services.order_by("name", "pk"), act, category)
        context = {"found": found, "act": bulk.Act(act), "category": category}
        return render(request, "community/bulk_confirm.html", context)
    try:
        number = bulk.change_several(by=request.user, services=services, act=act, category=category)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("community:curate")
    done = ngettext("One listing changed.", "%(number)s listings changed.", number) % {"number": number}
    messages.success(request, f"{done} {_('You can take it back here.')}")
    return redirect("community:edit_list")


def _with_whole_page(typed: QueryDict) -> QueryDict:
    """`page` holds the ids of all listings of a page, with spaces between, where all were ticked at once."""
    typed = typed.copy()
    typed.setlist("services", [*typed.getlist("services"), *typed.get("page", "").split()])
    return typed
