"""Pages of a demo and of development only."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from coaching.accounts.forms import DateInput


class StyleguideForm(forms.Form):
    """Every kind of field there is, to see how each looks."""

    name = forms.CharField(label=_("What should we call you?"), max_length=40)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("Your coach writes to you here."))
    why = forms.CharField(
        label=_("What matters to you?"),
        help_text=_("In your own words. There is no right answer."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    on = forms.DateField(label=_("Start"), widget=DateInput)
    hours = forms.IntegerField(label=_("Hours a week"), required=False, min_value=0)
    place = forms.ChoiceField(
        label=_("Where do you meet?"),
        choices=[("", _("Choose one")), ("online", _("Online")), ("room", _("In the meeting room"))],
    )
    side = forms.ChoiceField(
        label=_("Which side of the plan?"),
        choices=[("personal", _("Personal")), ("community", _("Community"))],
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        label=_("What is in the way?"),
        choices=[("housing", _("Housing")), ("work", _("Work")), ("transport", _("Getting around"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Choose as many as you like, or none."),
    )
    agrees = forms.BooleanField(label=_("I have read this"), help_text=_("You can change your mind later."))


STATUSES = [
    ("proposed", _("Proposed")),
    ("active", _("Active")),
    ("on-hold", _("Resting")),
    ("completed", _("Completed")),
    ("cancelled", _("Cancelled")),
    ("draft", _("Draft")),
    ("in-review", _("In review")),
    ("published", _("Published")),
    ("scheduled", _("Scheduled")),
    ("held", _("Held")),
]
COLOURS = ["paper", "card", "ink", "muted", "line", "personal", "community", "focus", "problem", "note"]


@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part of the look on one page. With `?messages` it also says something."""
    if "messages" in request.GET:
        messages.success(request, _("Ben is invited. The mail is on its way."))
        messages.info(request, _("Two sessions are on this day."))
        messages.warning(request, _("The mail server did not answer. We try again in a minute."))
        messages.error(request, _("This time is taken. Choose another."))
    context = {
        "empty_form": StyleguideForm(),
        "wrong_form": StyleguideForm(
            {"wrong-name": "Ben", "wrong-email": "ben at home", "wrong-place": "moon"}, prefix="wrong"
        ),
        "statuses": STATUSES,
        "colours": COLOURS,
    }
    return render(request, "local/styleguide.html", context)
