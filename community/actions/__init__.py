"""What curators do with the directory. Every change of state is written down: who, when, what."""

from community.actions.links import take_new_address
from community.actions.listings import (
    change_listing,
    change_organization,
    create_listing,
    create_organization,
)
from community.actions.parts import add_place, change_place, keep_part, remove_part, remove_place
from community.actions.states import (
    STEPS,
    archive,
    ask_about_moved,
    ask_for_check,
    ask_to_read_again,
    publish,
    return_to_draft,
    submit_for_review,
    verify,
)
from community.actions.voices import close_suggestion, note_gaps, note_outcome, report_problem, suggest_place
from community.errors import NotPossible
from community.publishing import what_is_missing

__all__ = [
    "STEPS",
    "NotPossible",
    "add_place",
    "archive",
    "ask_about_moved",
    "ask_for_check",
    "ask_to_read_again",
    "change_listing",
    "change_organization",
    "change_place",
    "close_suggestion",
    "create_listing",
    "create_organization",
    "keep_part",
    "note_gaps",
    "note_outcome",
    "publish",
    "remove_part",
    "remove_place",
    "report_problem",
    "return_to_draft",
    "submit_for_review",
    "suggest_place",
    "take_new_address",
    "verify",
    "what_is_missing",
]
