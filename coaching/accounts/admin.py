"""What the site administrator looks after: people, practices, who coaches where. Nothing clients write."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching.accounts.actions import confirm_address
from coaching.accounts.forms import AddressField, NameField
from coaching.accounts.models import Coach, Practice, ReturnedMail, User

admin.site.site_header = admin.site.site_title = _("Trellis: administration")
admin.site.index_title = _("This installation")
admin.site.unregister([Group, Authenticator])


class PersonForm(forms.ModelForm):
    """A person by their address. They choose their own password, by "Forgot it?" on the sign-in page."""

    class Meta:
        field_classes = {"email": AddressField, "name": NameField}

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    form = PersonForm
    fields = ["email", "name", "timezone", "is_curator", "is_staff", "is_superuser", "is_active", "reach"]
    readonly_fields = ["reach"]
    list_display = ["email", "name", "is_curator", "is_staff", "is_active"]
    list_filter = ["is_curator", "is_staff", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]

    @admin.display(description=_("Mails to them"))
    def reach(self, person: User) -> str:
        """Whether mails go to the address, for those whom nobody else would tell: an owner, a curator."""
        report = ReturnedMail.objects.belonging_to(person).first() if person.pk else None
        if report is None:
            return gettext("go to this address")
        told = [
            gettext("One of %(day)s %(happened)s, so none go to this address. Saving this page ends that.")
            % {"day": date_format(report.created_at), "happened": report.get_kind_display()}
        ]
        if report.password_asked_at:
            day = date_format(report.password_asked_at)
            told.append(gettext("Somebody asked for a new password with it on %(day)s.") % {"day": day})
        return " ".join(told)

    def save_model(self, request: HttpRequest, obj: User, form: PersonForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        confirm_address(user=obj)


class CoachInline(admin.TabularInline):
    model = Coach
    extra = 1
    autocomplete_fields = ["user"]


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    list_display = ["name", "timezone"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [CoachInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A practice holds people's records; ending one is no matter of a button."""
        return False
