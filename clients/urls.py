from django.urls import path

from clients.views import (
    agreements,
    bringing,
    checkins,
    circumstances,
    journal,
    leaving,
    notes,
    roster,
    traces,
    values,
)

app_name = "clients"

urlpatterns = [
    path("clients/import/", bringing.roster_import_new, name="roster_import_new"),
    path("clients/import/<uuid:pk>/", bringing.roster_import, name="roster_import"),
    path("clients/import/<uuid:pk>/begin/", bringing.roster_import_begin, name="roster_import_begin"),
    path(
        "clients/import/<uuid:pk>/take-back/",
        bringing.roster_import_take_back,
        name="roster_import_take_back",
    ),
    path("practice/agreements/", agreements.agreement_list, name="agreement_list"),
    path("practice/agreements/<slug:kind>/", agreements.agreement_write, name="agreement_write"),
    path("practice/agreements/<slug:kind>/publish/", agreements.agreement_publish, name="agreement_publish"),
    path(
        "practice/agreements/<slug:kind>/withdraw/", agreements.agreement_withdraw, name="agreement_withdraw"
    ),
    path("agreements/<uuid:pk>/", agreements.agreement_detail, name="agreement_detail"),
    path("me/agreements/", agreements.agreement_signed, name="agreement_signed"),
    path("agreements/signed/<uuid:pk>/", agreements.signature_detail, name="signature_detail"),
    path("agreements/signed/<uuid:pk>/pdf/", agreements.signature_pdf, name="signature_pdf"),
    path("clients/new/", roster.client_create, name="client_create"),
    path("clients/<uuid:pk>/edit/", roster.client_edit, name="client_edit"),
    path("clients/<uuid:pk>/invite/", roster.client_invite, name="client_invite"),
    path("clients/<uuid:pk>/status/", roster.client_status, name="client_status"),
    path("invitations/<str:token>/", roster.invitation_accept, name="invitation_accept"),
    path("clients/<uuid:pk>/notes/", notes.note_list, name="note_list"),
    path("clients/<uuid:pk>/notes/new/", notes.note_create, name="note_create"),
    path("clients/<uuid:client_pk>/notes/<uuid:pk>/", notes.note_write, name="note_write"),
    path("notes/<uuid:pk>/remove/", notes.note_remove, name="note_remove"),
    path("me/notes/", notes.note_shared, name="note_shared"),
    path("clients/<uuid:pk>/journal/", journal.journal_shared, name="journal_shared"),
    path("me/journal/", journal.journal_list, name="journal_list"),
    path("me/journal/new/", journal.journal_create, name="journal_create"),
    path("me/journal/<uuid:pk>/", journal.journal_write, name="journal_write"),
    path("me/journal/<uuid:pk>/remove/", journal.journal_remove, name="journal_remove"),
    path("me/traces/", traces.trace_list, name="trace_list"),
    path("me/export/", leaving.export, name="export"),
    path("clients/<uuid:pk>/erase/", leaving.erasure_request, name="erasure_request"),
    path("clients/<uuid:pk>/erase/withdraw/", leaving.erasure_withdraw, name="erasure_withdraw"),
    path("me/check-ins/", checkins.checkin_list, name="checkin_list"),
    path("clients/<uuid:pk>/check-in/", checkins.checkin_say, name="checkin_say"),
    path("clients/<uuid:pk>/check-in/rhythm/", checkins.checkin_rhythm, name="checkin_rhythm"),
    path("clients/<uuid:pk>/areas/new/", checkins.area_create, name="area_create"),
    path("areas/<uuid:pk>/put-away/", checkins.area_put_away, name="area_put_away"),
    path("me/values/", values.value_list, name="value_list"),
    path("me/values/remove/", values.value_remove_all, name="value_remove_all"),
    path("me/values/<uuid:pk>/", values.value_edit, name="value_edit"),
    path("me/values/<uuid:pk>/move/", values.value_move, name="value_move"),
    path("me/values/<uuid:pk>/remove/", values.value_remove, name="value_remove"),
    path("me/circumstances/", circumstances.circumstance_list, name="circumstance_list"),
    path("me/circumstances/new/", circumstances.circumstance_create, name="circumstance_create"),
    path(
        "clients/<uuid:pk>/circumstances/new/", circumstances.circumstance_record, name="circumstance_record"
    ),
    path("circumstances/<uuid:pk>/edit/", circumstances.circumstance_edit, name="circumstance_edit"),
    path("circumstances/<uuid:pk>/confirm/", circumstances.circumstance_confirm, name="circumstance_confirm"),
    path("circumstances/<uuid:pk>/remove/", circumstances.circumstance_remove, name="circumstance_remove"),
]
