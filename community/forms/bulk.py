"""What is to be done to the ticked listings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coaching.accounts.querysets import Person
from community.bulk import ABOUT_CATEGORIES, Act
from community.forms.search import CATEGORIES, QuickSelect
from community.models import Service, TaxonomyTerm

MOST = 100
SELECT = QuickSelect(attrs={"class": "form-select"})


class BulkForm(forms.Form):
    services = forms.ModelMultipleChoiceField(
        Service.objects.none(), error_messages={"required": _("Tick at least one listing.")}
    )
    act = forms.ChoiceField(label=_("What to do"), choices=Act.choices, widget=SELECT)
    category = forms.ChoiceField(
        label=_("Category"), required=False, choices=[("", _("No category")), *CATEGORIES], widget=SELECT
    )

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services: Any = self.fields["services"]
        services.queryset = Service.objects.editable_by(user)

    def clean_category(self) -> TaxonomyTerm | None:
        return TaxonomyTerm.objects.categories().filter(code=self.cleaned_data["category"]).first()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("act") in ABOUT_CATEGORIES and not cleaned.get("category"):
            raise forms.ValidationError(_("Choose which category."))
        if cleaned.get("act") not in ABOUT_CATEGORIES:
            cleaned["category"] = None
        if len(cleaned.get("services", [])) > MOST:
            raise forms.ValidationError(_("At most %(most)s at once.") % {"most": MOST})
        return cleaned
