from django.urls import path

from coaching.scheduling.views import availability, session_types, sessions

app_name = "scheduling"

urlpatterns = [
    path("sessions/", sessions.session_list, name="session_list"),
    path("sessions/new/", sessions.session_create, name="session_create"),
    path("sessions/<uuid:pk>/", sessions.session_detail, name="session_detail"),
    path("sessions/<uuid:pk>/reschedule/", sessions.session_reschedule, name="session_reschedule"),
    path("sessions/<uuid:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<uuid:pk>/complete/", sessions.session_complete, name="session_complete"),
    path("sessions/availability/", availability.availability, name="availability"),
    path("sessions/availability/days/new/", availability.special_days_create, name="special_days_create"),
    path(
        "sessions/availability/days/<uuid:pk>/remove/",
        availability.special_days_remove,
        name="special_days_remove",
    ),
    path("sessions/types/", session_types.type_list, name="type_list"),
    path("sessions/types/new/", session_types.type_create, name="type_create"),
    path("sessions/types/<uuid:pk>/", session_types.type_edit, name="type_edit"),
]
