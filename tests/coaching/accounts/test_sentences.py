"""The voice in which forms say what is missing."""

import pytest
from django import forms
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (forms.CharField(), " ", "Write something here."),
        (forms.DateField(), "", "Write something here."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.TypedChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), [], "Choose at least one."),
        (forms.BooleanField(), False, "Tick this to go on."),
        (forms.FileField(), None, "Choose a file."),
        (forms.IntegerField(min_value=1), "0", "It must be at least 1."),
        (forms.IntegerField(max_value=100), "101", "It can be at most 100."),
        (forms.CharField(max_length=3), "four", "At most 3 characters fit here; this has 4."),
        (forms.CharField(error_messages={"required": "Type your name."}), "", "Type your name."),
        (forms.EmailField(), "nobody", "Enter a valid email address."),
    ],
)
def test_forms_speak_like_the_pages_around_them(field, value, words):
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    assert refused.value.messages == [words]
