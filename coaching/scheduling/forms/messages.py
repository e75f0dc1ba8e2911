"""What one writes to the other."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Message
from coaching.accounts.forms import page_helper
from coaching.accounts.models import User


class MessageForm(forms.ModelForm):
    """It opens with what was typed last. `key` is the message's own id: sent twice, it is still one."""

    helper = page_helper()
    key = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Message
        fields = ["words"]
        labels = {"words": _("Your message")}
        widgets = {"words": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, user: User, instance: Message, **kwargs: Any) -> None:
        kwargs |= {"instance": instance, "initial": {"words": instance.latest, "key": instance.pk}}
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["words"].required = True
