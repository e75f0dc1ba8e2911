from django.urls import path

from coaching.scheduling import views

app_name = "scheduling"

urlpatterns = [
    path("sessions/", views.session_list, name="session_list"),
    path("sessions/new/", views.session_create, name="session_create"),
    path("sessions/<uuid:pk>/", views.session_detail, name="session_detail"),
    path("sessions/<uuid:pk>/reschedule/", views.session_reschedule, name="session_reschedule"),
    path("sessions/<uuid:pk>/cancel/", views.session_cancel, name="session_cancel"),
    path("sessions/<uuid:pk>/session.ics", views.session_calendar, name="session_calendar"),
    path("sessions/<uuid:pk>/complete/", views.session_complete, name="session_complete"),
]
