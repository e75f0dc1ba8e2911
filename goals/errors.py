"""What can stand in the way of a change to a plan, each with a sentence for the person."""

from django.core.exceptions import PermissionDenied


class NotTheirPlan(PermissionDenied):
    """The person is neither the client whose plan it is nor that client's coach."""


class NotTheirDecision(PermissionDenied):
    """Only the client themselves may decide this; nobody decides for them."""


class NotPossible(ValueError):
    """The plan or goal is not in a state that allows the change. The text is for the person."""


class WordingChanged(NotPossible):
    """The words are no longer those that the client read when they decided."""
