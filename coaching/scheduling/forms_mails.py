"""What a person chooses about their calendar and their mails."""

from django import forms

from coaching.scheduling.models import CalendarFeed


class CalendarForm(forms.ModelForm):
    class Meta:
        model = CalendarFeed
        fields = ["shows_names"]
