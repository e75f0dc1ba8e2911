from django.urls import path

from coaching.scheduling import views, views_calendar, views_mails

app_name = "scheduling"

urlpatterns = [
    path("sessions/", views.session_list, name="session_list"),
    path("sessions/new/", views.session_create, name="session_create"),
    path("sessions/<uuid:pk>/", views.session_detail, name="session_detail"),
    path("sessions/<uuid:pk>/reschedule/", views.session_reschedule, name="session_reschedule"),
    path("sessions/<uuid:pk>/cancel/", views.session_cancel, name="session_cancel"),
    path("sessions/<uuid:pk>/session.ics", views_calendar.session_calendar, name="session_calendar"),
    path("sessions/<uuid:pk>/complete/", views.session_complete, name="session_complete"),
    path("calendar/<slug:token>.ics", views_calendar.calendar_feed, name="calendar_feed"),
    path("sessions/mails/", views_mails.mail_list, name="mail_list"),
    path("sessions/mails/<uuid:pk>/resend/", views_mails.mail_resend, name="mail_resend"),
    path("sessions/mails/<uuid:pk>/release/", views_mails.mail_release, name="mail_release"),
    path("sessions/mails/<uuid:pk>/drop/", views_mails.mail_drop, name="mail_drop"),
    path("settings/mails/", views_mails.mail_settings, name="mail_settings"),
    path("settings/calendar/", views_calendar.calendar_settings, name="calendar_settings"),
    path("settings/calendar/open/", views_calendar.calendar_open, name="calendar_open"),
    path("settings/calendar/close/", views_calendar.calendar_close, name="calendar_close"),
]
