from django.urls import path

from coaching.accounts import views

app_name = "accounts"

urlpatterns = [
    path("person/", views.person_edit, name="person_edit"),
    path("sms/", views.sms_settings, name="sms_settings"),
    path("sms/confirm/", views.sms_confirm, name="sms_confirm"),
    path("sms/stop/", views.sms_stop, name="sms_stop"),
]
