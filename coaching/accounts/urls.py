from django.urls import path

from coaching.accounts import mail_events, sms_events, views

app_name = "accounts"

urlpatterns = [
    path("person/", views.person_edit, name="person_edit"),
    path("person/screen/", views.screen_settings, name="screen_settings"),
    path("mail/try-again/", views.mail_try_again, name="mail_try_again"),
    path("mail/events/<slug:provider>/", mail_events.mail_events, name="mail_events"),
    path("sms/", views.sms_settings, name="sms_settings"),
    path("sms/confirm/", views.sms_confirm, name="sms_confirm"),
    path("sms/events/<uuid:pk>/", sms_events.sms_events, name="sms_events"),
    path("sms/stop/", views.sms_stop, name="sms_stop"),
]
