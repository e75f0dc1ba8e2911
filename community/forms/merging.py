"""Two listings side by side: column by column, whose words stand."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from coaching.accounts.querysets import Person
from coaching.accounts.seen import SeenForm
from community.edits import in_words
from community.merging import BOTH, PARTS, THEIRS
from community.models import Service
from community.models.listings import LISTING_WORDS
from community.models.services import SERVICE_WORDS

KEPT = "kept"
PART_LABELS = {
    "phones": _("Phone numbers"),
    "schedules": _("Days and hours"),
    "cost_options": _("Prices"),
    "languages": _("Languages"),
    "required_documents": _("What to bring"),
    "additional_urls": _("More links"),
}


class MergeForm(SeenForm, forms.Form):
    """A choice for each thing that the two say differently. What only one of them says is chosen already."""

    def __init__(self, *args: Any, user: Person, kept: Service, gone: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.gone = kept, gone
        self.same: list[str] = []
        for names, rows in [(SERVICE_WORDS, (kept, gone)), (LISTING_WORDS, (kept.listing, gone.listing))]:
            for name in names:
                column: Any = rows[0]._meta.get_field(name)
                own, theirs = (in_words(column, getattr(row, name)) for row in rows)
                self._offer(name, column.verbose_name, own, theirs, may_be_both=False)
        self._offer("categories", _("What it is about"), *(_joined(each.categories) for each in (kept, gone)))
        self._offer("places", _("Places"), *(_places(each) for each in (kept, gone)))
        for name in PARTS:
            both = (_joined(getattr(each, name).all()) for each in (kept, gone))
            self._offer(name, PART_LABELS[name], *both)
        self.watch()

    def _shown(self, name: str) -> Any:
        """What both say, and not what is chosen."""
        field: Any = self.fields[name]
        return [str(label) for _value, label in field.choices]

    def say_what_is_there(self) -> None:
        """The page shows both as they are now."""
        self.add_error(None, _now("Somebody changed one of them since you opened this. Look at both again."))

    def _offer(self, name: str, label: Any, own: str, theirs: str, *, may_be_both: bool = True) -> None:
        if own == theirs:
            self.same += [str(label)] if own else []
            return
        nothing = _("Nothing")
        choices = [(KEPT, own or nothing), (THEIRS, theirs or nothing)]
        if may_be_both and own and theirs:
            choices.append((BOTH, _("What both have")))
        first = choices[-1][0] if may_be_both and own and theirs else KEPT if own else THEIRS
        self.fields[name] = forms.ChoiceField(
            label=capfirst(str(label)),
            choices=choices,
            initial=first,
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
        )


def _joined(rows: Any) -> str:
    return "; ".join(sorted(str(row) for row in rows))


def _places(service: Service) -> str:
    """Where it is, as far as it may be read: of a confidential place only that there is one."""
    said = []
    for link in service.service_at_locations.all():
        addresses = [str(each) for each in link.location.addresses.all()]
        said.append(", ".join([str(link.location), *addresses]))
    return "; ".join(sorted(said))
