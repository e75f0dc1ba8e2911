"""What a client says of the directory, and of what they kept from it."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Connection, LookingFor
from coaching.accounts.forms import page_helper
from coaching.accounts.seen import SeenForm
from community.matching import found_as
from community.models import Service
from community.vocabulary import INTERESTS, NEEDS

WITHIN = [(each, _("%(number)s km") % {"number": each}) for each in [1, 2, 5, 10, 25, 50]]


class LookingForForm(SeenForm, forms.ModelForm):
    """Nothing is chosen beforehand, and nothing has to be."""

    helper = page_helper()

    needs = forms.MultipleChoiceField(
        label=_("What do you want to find help with, for yourself alone?"),
        required=False,
        choices=[(code, name) for code, (name, _meaning) in NEEDS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Beside what you named under “What is around me”. Your coach does not see these."),
    )
    interests = forms.MultipleChoiceField(
        label=_("What would you like to do with others, or for them?"),
        required=False,
        choices=[(code, name) for code, (name, _meaning) in INTERESTS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "As many as you like, or none. While something urgent is open, nothing here asks you to give."
        ),
    )
    vetoed = forms.MultipleChoiceField(
        label=_("Never suggest anything about"),
        required=False,
        choices=[(code, name) for code, (name, _meaning) in [*NEEDS.items(), *INTERESTS.items()]],
        widget=forms.CheckboxSelectMultiple,
    )
    unwanted = forms.TypedMultipleChoiceField(
        label=_("Leave out these"),
        required=False,
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Take a tick away to have it suggested again."),
    )
    within = forms.TypedChoiceField(label=_("Within"), coerce=int, choices=WITHIN)

    class Meta:
        model = LookingFor
        fields = ["needs", "interests", "near", "within", "age", "vetoed", "unwanted"]
        widgets = {"near": forms.TextInput, "age": forms.NumberInput(attrs={"inputmode": "numeric"})}
        help_texts = {"age": _("Some are for people of a certain age. Empty shows them all.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found_as = found_as(self.instance.unwanted)
        listed = Service.objects.visible_to(self.instance.client.user).filter(pk__in=self.found_as.values())
        self.named = dict(listed.order_by("name", "pk").values_list("pk", "name"))
        if self.named:
            cast(forms.ChoiceField, self.fields["unwanted"]).choices = list(self.named.items())
            self.initial["unwanted"] = list(self.named)
        else:
            del self.fields["unwanted"]
        self.watch()

    def clean_unwanted(self) -> list[UUID]:
        """What is not published now stays left out, should it come back; and what is part of a ticked one."""
        taken_back = self.named.keys() - set(self.cleaned_data["unwanted"])
        return [pk for pk in self.instance.unwanted if self.found_as[pk] not in taken_back]


class ConnectionForm(forms.ModelForm):
    helper = page_helper()

    class Meta:
        model = Connection
        fields = ["words", "is_shared"]
        widgets = {"words": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "words": _("Why it fits or not, whom to ask for, what to bring. You need not say anything.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_shared"].label = _("%(coach)s may see this one, with my words") % {
            "coach": self.instance.client.coach
        }
