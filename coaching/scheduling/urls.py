from datetime import UTC, datetime

from django.urls import path, register_converter

from coaching.scheduling.views import (
    availability,
    booking,
    calendar,
    feeds,
    followup,
    groups,
    handovers,
    links,
    log,
    mails,
    messages,
    policy,
    session_types,
    sessions,
)

app_name = "scheduling"


class MomentConverter:
    """A moment in an address, to the minute and in UTC: `20270601T0800Z`.

    Of this century and the next alone: near the first and the last day that
    Python knows, the walls and days around a moment cannot be told.
    """

    regex = r"2[01]\d{6}T\d{4}Z"
    pattern = "%Y%m%dT%H%MZ"

    def to_python(self, value: str) -> datetime:
        return datetime.strptime(value, self.pattern).replace(tzinfo=UTC)

    def to_url(self, value: datetime) -> str:
        return value.astimezone(UTC).strftime(self.pattern)


register_converter(MomentConverter, "moment")

urlpatterns = [
    path("sessions/", sessions.session_list, name="session_list"),
    path("sessions/week/", calendar.session_week, name="session_week"),
    path("sessions/month/", calendar.session_month, name="session_month"),
    path("sessions/new/", sessions.session_create, name="session_create"),
    path("sessions/groups/new/", groups.group_create, name="group_create"),
    path("sessions/<uuid:pk>/people/", groups.group_people, name="group_people"),
    path("sessions/<uuid:pk>/attendance/", groups.group_attendance, name="group_attendance"),
    path("sessions/<uuid:pk>/", sessions.session_detail, name="session_detail"),
    path("sessions/<uuid:pk>/reschedule/", sessions.session_reschedule, name="session_reschedule"),
    path("sessions/<uuid:pk>/agenda/", sessions.session_agenda, name="session_agenda"),
    path("sessions/<uuid:pk>/cancel/", sessions.session_cancel, name="session_cancel"),
    path("sessions/<uuid:pk>/complete/", sessions.session_complete, name="session_complete"),
    path("sessions/<uuid:pk>/missed/", sessions.session_miss, name="session_miss"),
    path("sessions/<uuid:pk>/reschedule/<moment:start>/", booking.session_move, name="session_move"),
    path("sessions/<uuid:pk>/agree/", followup.step_agree, name="step_agree"),
    path("sessions/<uuid:pk>/summary/", followup.summary_write, name="summary_write"),
    path("steps/<uuid:pk>/session/", followup.step_session, name="step_session"),
    path("me/summaries/", followup.summary_list, name="summary_list"),
    path("messages/", messages.thread_list, name="thread_list"),
    path("clients/<uuid:pk>/messages/", messages.message_thread, name="message_thread"),
    path("clients/<uuid:pk>/hand-over/", handovers.handover_ask, name="handover_ask"),
    path("handovers/<uuid:pk>/take-back/", handovers.handover_withdraw, name="handover_withdraw"),
    path("me/handovers/<uuid:pk>/", handovers.handover_answer, name="handover_answer"),
    path("book/<slug:slug>/", booking.booking, name="booking"),
    path("book/<slug:slug>/<uuid:type_pk>/", booking.booking_times, name="booking_times"),
    path("book/<slug:slug>/<uuid:type_pk>/<moment:start>/", booking.booking_confirm, name="booking_confirm"),
    path("practice/booking/", policy.practice_booking, name="practice_booking"),
    path("link/<str:token>/", links.mail_link, name="mail_link"),
    path("link/<str:token>/<moment:start>/", links.mail_link_time, name="mail_link_time"),
    path("sessions/availability/", availability.availability, name="availability"),
    path("sessions/availability/days/new/", availability.special_days_create, name="special_days_create"),
    path(
        "sessions/availability/days/<uuid:pk>/remove/",
        availability.special_days_remove,
        name="special_days_remove",
    ),
    path("sessions/log/", log.icf_log, name="icf_log"),
    path("sessions/log/coaching-log.<slug:form>", log.icf_log_file, name="icf_log_file"),
    path("sessions/types/", session_types.type_list, name="type_list"),
    path("sessions/types/new/", session_types.type_create, name="type_create"),
    path("sessions/types/<uuid:pk>/", session_types.type_edit, name="type_edit"),
    path("sessions/<uuid:pk>/session.ics", feeds.session_calendar, name="session_calendar"),
    path("calendar/<slug:token>.ics", feeds.calendar_feed, name="calendar_feed"),
    path("sessions/mails/", mails.mail_list, name="mail_list"),
    path("sessions/mails/release/", mails.mail_release_all, name="mail_release_all"),
    path("sessions/mails/drop/", mails.mail_drop_all, name="mail_drop_all"),
    path("sessions/mails/<uuid:pk>/resend/", mails.mail_resend, name="mail_resend"),
    path("sessions/mails/<uuid:pk>/release/", mails.mail_release, name="mail_release"),
    path("sessions/mails/<uuid:pk>/drop/", mails.mail_drop, name="mail_drop"),
    path("settings/mails/", mails.mail_settings, name="mail_settings"),
    path("settings/calendar/", feeds.calendar_settings, name="calendar_settings"),
    path("settings/calendar/open/", feeds.calendar_open, name="calendar_open"),
    path("settings/calendar/close/", feeds.calendar_close, name="calendar_close"),
]
