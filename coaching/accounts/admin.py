"""What the site administrator looks after: people, practices, who coaches where. Nothing clients write."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from coaching.accounts.actions import confirm_address
from coaching.accounts.forms import AddressField, NameField
from coaching.accounts.models import Coach, Practice, User

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
    fields = ["email", "name", "timezone", "is_curator", "is_staff", "is_superuser", "is_active"]
    list_display = ["email", "name", "is_curator", "is_staff", "is_active"]
    list_filter = ["is_curator", "is_staff", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]

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
