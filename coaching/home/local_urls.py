"""Addresses that exist in a demo and in development only."""

from django.urls import path

from coaching.home import local, mailbox

app_name = "local"

urlpatterns = [
    path("styleguide/", local.styleguide, name="styleguide"),
    path("mailbox/", mailbox.mailbox_list, name="mailbox"),
    path("mailbox/<str:key>/", mailbox.mailbox_mail, name="mailbox_mail"),
    path("mailbox/<str:key>/html/", mailbox.mailbox_html, name="mailbox_html"),
]
