"""Every URL by the whole cast. All of it belongs to Ben, whose coach is Alma; a URL that is missing fails.

In a cell: a status, `go` for a redirect after it worked, `in` for a redirect to the sign-in page.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from clients.actions import add_client, choose_rhythm
from clients.agreements import acts
from clients.bringing.runs import hand_in
from clients.links import address_for
from clients.models import RosterView
from coaching.accounts.records import uuid7
from coaching.scheduling.actions import schedule_session
from coaching.scheduling.groups import schedule_group
from coaching.scheduling.handovers import ask_to_go_on
from coaching.scheduling.links import Act, token_for
from coaching.scheduling.models import BookingRules, SessionType
from community import actions as directory
from community.eyes import declare_interest
from community.hsds import runs as imports
from community.models import GapRecord, LikePair, WebLink
from goals import actions as plans
from goals.library import write_template
from tests.clients.rows import (
    a_circumstance,
    a_connection,
    a_file,
    a_measure,
    a_note,
    a_question_about,
    a_value,
    an_agreement,
    an_area,
    an_entry,
)

CAST = ["alma", "ben", "cora", "dan", "esra", "finn", "olga", "gita", "nobody"]
COACHES = {"alma", "cora", "esra", "olga"}


def cells(*, nobody: object = "in", others: object = 404, **named: object) -> dict[str, str]:
    """What each of the cast gets; `coaches` and `people` (all who are signed in) stand for several."""
    row: dict[str, object] = dict.fromkeys(CAST, others)
    if "people" in named:
        row |= dict.fromkeys(CAST, named.pop("people"))
    if "coaches" in named:
        row |= dict.fromkeys(COACHES, named.pop("coaches"))
    row |= {"nobody": nobody, **named}
    assert set(row) == set(CAST)
    return {who: str(cell) for who, cell in row.items()}


EVERYBODY = cells(people=200, nobody=200)
NOT_PUBLIC = cells(nobody=404)
SIGNED_IN = cells(people=200)
COACHES_ONLY = cells(others=403, coaches=200)
OWNERS_ONLY = cells(others=403, olga=200)
CURATORS_ONLY = cells(others=403, finn=200)
CURATORS_ACT = cells(others=403, finn="go")
PAIR_SEES = cells(alma=200, ben=200)
PAIR_ACTS = cells(alma="go", ben="go")
COACH_SEES = cells(alma=200)
COACH_ACTS = cells(alma="go")
CLIENT_SEES = cells(ben=200)
PRACTICE_SEES = cells(alma=200, cora=200, olga=200, ben=200)
CLIENT_ACTS = cells(ben="go")

type Arguments = Callable[[SimpleNamespace], list[object]]


def of(name: str) -> Arguments:
    return lambda world: [getattr(world, name).pk]


def nothing(world: SimpleNamespace) -> list[object]:
    return []


GET: dict[str, tuple[Arguments, dict[str, str]]] = {
    "home:front": (nothing, cells(people="go", nobody=200)),
    "home:home": (nothing, SIGNED_IN),
    "home:me": (nothing, SIGNED_IN),
    "home:client_detail": (of("client"), cells(alma=200, ben="go")),
    "home:roster_file": (lambda world: ["csv"], COACHES_ONLY),
    "home:client_mirror": (of("client"), COACH_SEES),
    "home:client_card": (of("client"), COACH_SEES),
    "scheduling:icf_log": (nothing, COACHES_ONLY),
    "scheduling:icf_log_file": (lambda world: ["xlsx"], COACHES_ONLY),
    "home:practice": (nothing, OWNERS_ONLY),
    "home:coach_invite": (nothing, OWNERS_ONLY),
    "home:healthz_live": (nothing, EVERYBODY),
    "home:healthz_ready": (nothing, cells(people=503, nobody=503)),  # no worker runs here
    "local:mailbox": (nothing, EVERYBODY),
    "local:mailbox_mail": (lambda world: ["none"], cells(people=404, nobody=404)),
    "local:mailbox_html": (lambda world: ["none"], cells(people=404, nobody=404)),
    "local:styleguide": (nothing, EVERYBODY),
    "accounts:person_edit": (nothing, SIGNED_IN),
    "accounts:screen_settings": (nothing, SIGNED_IN),
    "home:client_list": (nothing, COACHES_ONLY),
    "accounts:sms_settings": (nothing, SIGNED_IN),
    "accounts:sms_confirm": (nothing, cells(people="go")),
    "accounts:mail_events": (lambda world: ["mailgun"], cells(people=404, nobody=404)),
    "clients:practice_retention": (nothing, OWNERS_ONLY),
    "clients:agreement_list": (nothing, OWNERS_ONLY),
    "clients:agreement_write": (lambda world: ["coaching"], OWNERS_ONLY),
    "clients:agreement_publish": (lambda world: ["coaching"], cells(others=403, olga="go")),  # no draft
    "clients:agreement_withdraw": (lambda world: ["confidentiality"], OWNERS_ONLY),
    "clients:agreement_detail": (of("agreement"), PRACTICE_SEES),
    "clients:agreement_signed": (nothing, CLIENT_SEES),
    "clients:signature_detail": (of("signature"), PAIR_SEES),
    "clients:signature_pdf": (of("signature"), PAIR_SEES),
    "clients:client_create": (nothing, COACHES_ONLY),
    "clients:roster_import_new": (nothing, COACHES_ONLY),
    "clients:roster_import": (of("roster_import"), COACH_SEES),
    "clients:client_edit": (of("client"), PAIR_SEES),
    "clients:note_list": (of("client"), COACH_SEES),
    "clients:note_create": (of("client"), COACH_ACTS),
    "clients:note_write": (lambda world: [world.client.pk, world.note.pk], COACH_SEES),
    "clients:note_remove": (of("note"), COACH_SEES),
    "clients:note_shared": (nothing, CLIENT_SEES),
    "clients:journal_shared": (of("client"), COACH_SEES),
    "clients:file_own": (nothing, CLIENT_SEES),
    "clients:file_list": (of("client"), COACH_SEES),
    "clients:file_download": (of("file"), CLIENT_SEES),  # Ben's own; Alma gets what he shares
    "clients:file_remove": (of("file"), CLIENT_SEES),
    "clients:journal_list": (nothing, CLIENT_SEES),
    "clients:journal_create": (nothing, CLIENT_ACTS),
    "clients:journal_write": (of("entry"), CLIENT_SEES),
    "clients:journal_remove": (of("entry"), CLIENT_SEES),
    "clients:checkin_list": (nothing, CLIENT_SEES),
    "clients:checkin_say": (of("client"), CLIENT_SEES),
    "clients:area_create": (of("client"), CLIENT_SEES),
    "clients:measure_create": (of("client"), CLIENT_SEES),
    "clients:measure_note": (of("measure"), CLIENT_SEES),
    "clients:measure_edit": (of("measure"), CLIENT_SEES),
    # A link from Ben's mail asks for one day's check-in, whoever holds it.
    "clients:checkin_link": (lambda world: [world.answer], EVERYBODY),
    "clients:trace_list": (nothing, CLIENT_SEES),
    "clients:export": (nothing, CLIENT_SEES),
    "clients:erasure_request": (of("client"), CLIENT_SEES),
    "clients:value_list": (nothing, CLIENT_SEES),
    "clients:value_edit": (of("value"), CLIENT_SEES),
    "clients:value_remove_all": (nothing, CLIENT_SEES),
    "clients:connection_list": (nothing, CLIENT_SEES),
    "clients:connection_all": (nothing, CLIENT_SEES),
    "clients:looking_for": (nothing, CLIENT_SEES),
    "clients:connection_edit": (of("connection"), CLIENT_SEES),
    "clients:connection_remove": (of("connection"), CLIENT_SEES),
    "clients:circumstance_list": (nothing, CLIENT_SEES),
    "clients:circumstance_create": (nothing, CLIENT_SEES),
    "clients:circumstance_record": (of("client"), COACH_SEES),
    "clients:circumstance_edit": (of("circumstance"), PAIR_SEES),
    "clients:circumstance_remove": (of("circumstance"), CLIENT_SEES),
    "clients:invitation_accept": (lambda world: [world.invitation.token], cells(others=403, nobody=200)),
    "goals:plan_create": (nothing, CLIENT_SEES),
    "goals:library": (nothing, cells(others=403, coaches=200, ben=200)),
    "goals:template_create": (nothing, COACHES_ONLY),
    "goals:template_detail": (of("template"), PRACTICE_SEES),
    "goals:template_take": (of("template"), PRACTICE_SEES),
    "goals:template_edit": (of("template"), COACH_SEES),
    "goals:goal_template": (of("goal"), cells(others=403, coaches=404, alma=200)),
    "goals:plan_import": (nothing, CLIENT_SEES),
    "goals:plan_fhir": (of("plan"), PAIR_SEES),
    "goals:plan_print": (of("plan"), PAIR_SEES),
    "goals:plan_pdf": (of("plan"), PAIR_SEES),
    "goals:plan_detail": (of("plan"), PAIR_SEES),
    "goals:plan_edit": (of("plan"), PAIR_SEES),
    "goals:plan_close": (of("plan"), cells(ben=200, alma=403)),
    "goals:plan_history": (of("plan"), PAIR_SEES),
    "goals:plan_timeline": (of("plan"), PAIR_SEES),
    "goals:win_create": (of("plan"), PAIR_SEES),
    "goals:win_remove": (of("win"), CLIENT_SEES),
    "goals:goal_create": (of("plan"), PAIR_SEES),
    "goals:goal_detail": (of("goal"), PAIR_SEES),
    "goals:goal_edit": (of("goal"), PAIR_SEES),
    "goals:goal_reword": (of("proposal"), CLIENT_SEES),
    "goals:goal_cancel": (of("goal"), PAIR_SEES),
    "goals:goal_rate": (of("goal"), PAIR_SEES),
    "goals:goal_scale": (of("goal"), PAIR_SEES),
    "goals:goal_history": (of("goal"), PAIR_SEES),
    "goals:obstacle_create": (of("goal"), CLIENT_SEES),
    "goals:obstacle_edit": (of("obstacle"), CLIENT_SEES),
    "goals:step_create": (of("goal"), PAIR_SEES),
    "goals:step_edit": (of("step"), PAIR_SEES),
    "goals:step_leave_out": (of("step"), cells(ben=200, alma=403)),
    "goals:step_resource": (of("step"), PAIR_SEES),
    "goals:step_rhythm": (of("rhythm"), PAIR_SEES),
    "scheduling:practice_booking": (nothing, OWNERS_ONLY),
    "scheduling:session_list": (nothing, SIGNED_IN),
    "scheduling:session_week": (nothing, SIGNED_IN),
    "scheduling:session_month": (nothing, SIGNED_IN),
    "scheduling:session_create": (nothing, COACHES_ONLY),
    "scheduling:session_detail": (of("session"), PAIR_SEES),
    "scheduling:group_create": (nothing, COACHES_ONLY),
    "scheduling:group_people": (of("group"), COACH_SEES),
    "scheduling:handover_ask": (of("client"), cells(alma=200, olga=200)),
    "scheduling:handover_answer": (of("handover"), CLIENT_SEES),
    "scheduling:group_attendance": (of("group"), COACH_ACTS),
    "scheduling:session_reschedule": (of("session"), cells(alma=200, ben=200)),
    "scheduling:session_move": (lambda world: [world.session.pk, world.free], CLIENT_SEES),
    "scheduling:booking": (lambda world: ["alma"], cells(alma="go", ben=200)),
    "scheduling:booking_times": (lambda world: ["alma", world.session_type.pk], CLIENT_SEES),
    "scheduling:booking_confirm": (
        lambda world: ["alma", world.session_type.pk, world.free],
        CLIENT_SEES,
    ),
    "scheduling:session_cancel": (of("session"), PAIR_SEES),
    "scheduling:session_agenda": (of("session"), PAIR_SEES),
    "scheduling:step_agree": (of("session"), PAIR_SEES),
    "scheduling:step_session": (of("step"), PAIR_SEES),
    "scheduling:thread_list": (nothing, cells(ben="go", coaches=200)),
    "scheduling:message_thread": (of("client"), PAIR_SEES),
    "scheduling:summary_write": (of("session"), COACH_SEES),
    "scheduling:summary_list": (nothing, CLIENT_SEES),
    # A link from Ben's mail opens its one act for whoever holds it; without it there is nothing here.
    "scheduling:mail_link": (lambda world: [token_for(Act.CANCEL, world.session)], EVERYBODY),
    "scheduling:mail_link_time": (
        lambda world: [token_for(Act.MOVE, world.session), world.free],
        EVERYBODY,
    ),
    "scheduling:availability": (nothing, COACHES_ONLY),
    "scheduling:special_days_create": (nothing, COACHES_ONLY),
    "scheduling:type_list": (nothing, COACHES_ONLY),
    "scheduling:type_create": (nothing, COACHES_ONLY),
    "scheduling:type_edit": (of("session_type"), COACH_SEES),
    "scheduling:session_calendar": (of("session"), PAIR_SEES),
    "scheduling:calendar_feed": (lambda world: ["dead-token"], cells(people=404, nobody=404)),
    "scheduling:calendar_settings": (nothing, SIGNED_IN),
    "scheduling:mail_settings": (nothing, SIGNED_IN),
    "scheduling:mail_list": (nothing, COACHES_ONLY),
    "scheduling:mail_release_all": (nothing, COACHES_ONLY),
    "scheduling:mail_drop_all": (nothing, COACHES_ONLY),
    "home:robots": (nothing, EVERYBODY),
    "community:sitemap": (nothing, EVERYBODY),
    "community:sitemap_section": (lambda world: ["listings"], EVERYBODY),
    "community:changes_feed": (nothing, EVERYBODY),
    "community:resource_list": (nothing, EVERYBODY),
    "community:resource_detail": (of("draft"), cells(finn=200, nobody=404)),
    "community:problem_report": (of("draft"), cells(finn=200, nobody=404)),
    "community:rules": (nothing, EVERYBODY),
    "community:resource_suggest": (nothing, EVERYBODY),
    "community:curate": (nothing, CURATORS_ONLY),
    "community:queue": (nothing, CURATORS_ONLY),
    "community:interest_list": (nothing, CURATORS_ONLY),
    "community:interest_declare": (of("organization"), CURATORS_ONLY),
    "community:edit_list": (nothing, CURATORS_ONLY),
    "community:like_pairs": (nothing, CURATORS_ONLY),
    "community:merge_find": (of("draft"), CURATORS_ONLY),
    "community:merge_confirm": (lambda world: [world.draft.pk, world.twin.pk], CURATORS_ONLY),
    "community:import_new": (nothing, CURATORS_ONLY),
    "community:import_detail": (of("run"), CURATORS_ONLY),
    "community:listing_new": (nothing, CURATORS_ONLY),
    "community:listing_detail": (of("draft"), CURATORS_ONLY),
    "community:listing_edit": (of("draft"), CURATORS_ONLY),
    "community:organization_detail": (of("organization"), CURATORS_ONLY),
    "community:organization_edit": (of("organization"), CURATORS_ONLY),
    "community:place_new": (of("draft"), CURATORS_ONLY),
    "community:place_edit": (lambda world: [world.draft.pk, world.place.pk], CURATORS_ONLY),
    "community:part_new": (lambda world: [world.draft.pk, "phone"], CURATORS_ONLY),
    "community:part_edit": (lambda world: [world.draft.pk, "phone", world.phone.pk], CURATORS_ONLY),
    "hsds:base": (nothing, EVERYBODY),
    "hsds:openapi": (nothing, EVERYBODY),
    "hsds:service_list": (nothing, EVERYBODY),
    "hsds:service": (of("draft"), NOT_PUBLIC),
    "hsds:organization_list": (nothing, EVERYBODY),
    "hsds:organization": (of("organization"), NOT_PUBLIC),
    "hsds:service_at_location_list": (nothing, EVERYBODY),
    "hsds:service_at_location": (of("place"), NOT_PUBLIC),
    "hsds:taxonomy_list": (nothing, EVERYBODY),
    "hsds:taxonomy": (lambda world: ["none"], NOT_PUBLIC),
    "hsds:taxonomy_term_list": (nothing, EVERYBODY),
    "hsds:taxonomy_term": (lambda world: ["none"], NOT_PUBLIC),
    "hsds:nothing": (lambda world: ["services/"], NOT_PUBLIC),
}
POST: dict[str, tuple[Arguments, dict[str, str]]] = {
    "clients:client_invite": (of("client"), COACH_ACTS),
    "clients:client_status": (of("client"), COACH_ACTS),
    "clients:roster_import_begin": (of("roster_import"), COACH_ACTS),
    "clients:roster_import_take_back": (of("roster_import"), COACH_ACTS),
    "home:roster_view_create": (nothing, cells(others=403, coaches="go")),
    "home:roster_view_remove": (of("roster_view"), COACH_ACTS),
    "clients:log_consent": (of("client"), CLIENT_ACTS),
    "scheduling:handover_withdraw": (of("handover"), cells(alma="go", olga="go")),
    "clients:erasure_withdraw": (of("client"), CLIENT_ACTS),
    "clients:checkin_rhythm": (of("client"), CLIENT_ACTS),
    "clients:measure_put_away": (of("measure"), CLIENT_ACTS),
    "clients:area_put_away": (of("area"), CLIENT_ACTS),
    "clients:value_move": (of("value"), CLIENT_ACTS),
    "clients:value_remove": (of("value"), CLIENT_ACTS),
    "clients:looking_for_veto": (lambda world: ["isolation"], CLIENT_ACTS),
    "clients:looking_for_leave_out": (of("listed"), CLIENT_ACTS),
    "clients:connection_keep": (of("listed"), CLIENT_ACTS),
    "clients:connection_go_on": (of("connection"), CLIENT_ACTS),
    "clients:connection_undo": (of("connection"), CLIENT_ACTS),
    "clients:connection_share": (of("connection"), CLIENT_ACTS),
    "clients:circumstance_confirm": (of("circumstance"), CLIENT_ACTS),
    "clients:circumstance_keep": (of("circumstance"), PAIR_ACTS),
    "accounts:sms_stop": (nothing, cells(people="go")),
    # Nobody's: only Twilio's signature opens it, and only where Twilio sends.
    "accounts:sms_events": (of("mail"), cells(people=404, nobody=404)),
    "accounts:mail_try_again": (nothing, cells(people="go")),
    "goals:plan_reopen": (of("plan"), cells(ben="go", alma=403)),
    "goals:plan_balance_dismiss": (of("plan"), CLIENT_ACTS),
    "goals:plan_balance_off": (of("plan"), CLIENT_ACTS),
    "goals:template_retire": (of("template"), cells(alma="go", olga="go")),
    "goals:template_restore": (of("template"), cells(alma="go", olga="go")),
    "goals:plan_import_apply": (nothing, cells(ben=422)),
    "goals:goal_accept": (of("proposal"), CLIENT_ACTS),
    "goals:goal_decline": (of("proposal"), CLIENT_ACTS),
    "goals:goal_withdraw": (of("goal"), cells(alma="go", ben=403)),
    "goals:goal_hold": (of("goal"), CLIENT_ACTS),
    "goals:goal_resume": (of("goal"), CLIENT_ACTS),
    "goals:goal_complete": (of("goal"), CLIENT_ACTS),
    "goals:obstacle_confirm": (of("obstacle"), CLIENT_ACTS),
    "goals:obstacle_clear": (of("obstacle"), CLIENT_ACTS),
    "goals:step_tick": (of("step"), PAIR_ACTS),
    "goals:step_untick": (of("step"), PAIR_ACTS),
    "goals:step_detach": (of("step"), PAIR_ACTS),
    "goals:step_finish": (of("rhythm"), PAIR_ACTS),
    "scheduling:session_complete": (of("session"), COACH_ACTS),
    "scheduling:session_miss": (of("session"), COACH_ACTS),
    "scheduling:special_days_remove": (of("special_days"), COACH_ACTS),
    "scheduling:mail_resend": (of("mail"), COACH_ACTS),
    "scheduling:mail_release": (of("mail"), COACH_ACTS),
    "scheduling:mail_drop": (of("mail"), COACH_ACTS),
    "scheduling:calendar_open": (nothing, SIGNED_IN),
    "scheduling:calendar_close": (nothing, cells(people="go")),
    "community:suggestion_close": (of("suggestion"), CURATORS_ACT),
    "community:gap_set_aside": (of("gap"), CURATORS_ACT),
    "community:gap_bring_back": (of("gap"), CURATORS_ACT),
    "community:link_take": (of("link"), CURATORS_ACT),
    "community:interest_end": (of("interest"), CURATORS_ACT),
    "community:bulk_change": (nothing, CURATORS_ACT),
    "community:pair_dismiss": (of("pair"), CURATORS_ACT),
    "community:edit_undo": (lambda world: [world.twin.edits.get().pk], CURATORS_ACT),
    "community:import_apply": (of("run"), CURATORS_ACT),
    "community:import_undo": (of("run"), CURATORS_ACT),
    "community:listing_submit": (of("draft"), CURATORS_ACT),
    "community:listing_publish": (of("draft"), CURATORS_ACT),
    "community:listing_check": (of("draft"), CURATORS_ACT),
    "community:listing_draft": (of("draft"), CURATORS_ACT),
    "community:listing_archive": (of("draft"), CURATORS_ACT),
    "community:listing_verify": (of("draft"), CURATORS_ACT),
    "community:place_remove": (lambda world: [world.draft.pk, world.place.pk], CURATORS_ACT),
    "community:part_remove": (lambda world: [world.draft.pk, "phone", world.phone.pk], CURATORS_ACT),
}

ALLAUTH_PUBLIC = {
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_inactive", "account_email_verification_sent",
}  # fmt: skip
ALLAUTH_WITH_ARGUMENTS = {
    "account_confirm_email": ["no-such-key"],
    "account_reset_password_from_key": ["1", "no-such-key"],
}


def answer_for(client, user) -> str:
    """The token of a mail that may be answered without signing in."""
    choose_rhythm(by=user, client=client, every="week", by_mail=True)
    day = timezone.localdate(timezone=user.timezone)
    return address_for(client.check_in_rhythm, user, day).rstrip("/").rsplit("/", 1)[1]


@pytest.fixture
def world(alma, ben, cora, finn, olga, ben_client) -> SimpleNamespace:
    """Something of Ben's for every kind of URL, and a draft in the directory."""
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")
    tomorrow = (timezone.now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    session = schedule_session(
        by=alma,
        client=ben_client,
        local_start=datetime.combine(tomorrow.date(), tomorrow.time()),
        timezone=ZoneInfo("Europe/Berlin"),
        minutes=60,
    )
    organization = directory.create_organization(by=finn, name="Neighbours Together")
    draft = directory.create_listing(
        by=finn,
        organization=organization,
        service={"name": "Open kitchen"},
        place={"name": "Hall"},
        phones=[{"number": "01632 960001"}],
    )
    listed = directory.create_listing(
        by=finn,
        organization={"name": "The Signal Box"},
        service={"name": "Open choir", "description": "Singing."},
        listing={"kind": "activity", "affiliation": "none"},
        categories=["arts"],
        phones=[{"number": "01632 960002"}],
    )
    directory.submit_for_review(by=finn, service=listed)
    directory.publish(by=finn, service=listed, how="phone")
    twin = directory.create_listing(
        by=finn,
        organization=organization,
        service={"name": "Open kitchens"},
        phones=[{"number": "+44 1632 960001"}],
    )
    directory.add_place(by=finn, service=twin, place={"name": "Hall"})
    LikePair.objects.find()
    # Alma is there day and night, from the day after the session on.
    day_and_night = {weekday: [(0, 1440)] for weekday in range(7)}
    BookingRules.keep(alma.coach, week=day_and_night, is_open=True, change_notice_hours=0)
    roster_view = RosterView.objects.create(coach=alma.coach, name="Evenings", query="tag=evening")
    stranger = add_client(by=alma, name="Gil", email="gil@example.org", invite=True)
    agreement = an_agreement(olga, "confidentiality")
    (signature,) = acts.sign(by=ben, agreement=agreement, name="Ben")
    return SimpleNamespace(
        agreement=agreement,
        signature=signature,
        roster_view=roster_view,
        roster_import=hand_in(by=alma, file_name="a.csv", content=b"name,email\nGil,g@example.org\n"),
        client=ben_client,
        circumstance=a_question_about(a_circumstance(ben_client, ben), alma),
        handover=ask_to_go_on(by=alma, client=ben_client, coach=cora.coach),
        connection=a_connection(ben_client, ben, is_shared=True),
        listed=listed,
        value=a_value(ben_client, ben),
        note=a_note(ben_client, alma),
        area=an_area(ben_client, ben),
        measure=a_measure(ben_client, ben),
        answer=answer_for(ben_client, ben),
        entry=an_entry(ben_client, ben),
        file=a_file(ben_client, ben),
        plan=plan,
        goal=goal,
        proposal=plans.propose_goal(by=alma, plan=plan, side="community", title="Cook with neighbours"),
        obstacle=plans.name_obstacle(by=ben, goal=goal, kind="internal", what="Tired"),
        step=plans.add_step(by=ben, goal=goal, title="Put the phone away"),
        rhythm=plans.add_step(by=ben, goal=goal, title="Walk to the river", rhythm=(2, "week")),
        template=write_template(by=alma, side="personal", title="Sleep", levels=[], steps=[], is_shared=True),
        session=session,
        group=schedule_group(
            by=alma,
            coach=alma.coach,
            clients=[ben_client],
            seats=2,
            local_start=datetime.combine(tomorrow.date(), time(15)),
            timezone=ZoneInfo("Europe/Berlin"),
            minutes=60,
        ),
        free=tomorrow + timedelta(days=2),
        session_type=SessionType.objects.create(coach=alma.coach, name="First talk"),
        win=plans.note_win(by=ben, goal=goal, words="Slept seven hours", audience="both"),
        special_days=alma.coach.special_days.create(first_on=tomorrow.date(), last_on=tomorrow.date()),
        mail=session.reminders.get(kind="booked"),
        organization=organization,
        draft=draft,
        interest=declare_interest(
            by=finn, organization=directory.create_organization(by=finn, name="Choir"), words="I sing there"
        ),
        twin=twin,
        pair=LikePair.objects.get(),
        place=draft.service_at_locations.get(),
        phone=draft.phones.get(),
        suggestion=directory.suggest_place(name="Choir", words="They sing."),
        gap=GapRecord.objects.create(need="food", first_on=tomorrow.date(), last_on=tomorrow.date()),
        link=WebLink.objects.create(url="https://choir.example", host="choir.example"),
        run=imports.hand_in(
            by=finn, file_name="o.json", content=b'[{"id": "1", "name": "A", "website": null}]'
        ),
        invitation=stranger.invitation,
    )


@pytest.fixture
def answers(request: pytest.FixtureRequest, browser_of) -> Callable[..., dict[str, str]]:
    people = {who: request.getfixturevalue(who) if who != "nobody" else None for who in CAST}
    browsers = {who: browser_of(person) for who, person in people.items()}

    def ask(url: str, method: str) -> dict[str, str]:
        found = {}
        for who, browser in browsers.items():
            with transaction.atomic():
                found[who] = cell(getattr(browser, method)(url))
                transaction.set_rollback(True)
        return found

    return ask


def cell(response: HttpResponse) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    return "in" if response.url.startswith(reverse("account_login")) else "go"


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Every URL's full name; one without a name is shown by its pattern, and so cannot be in the table."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, space)
        else:
            yield prefix + (pattern.name or str(pattern.pattern))


ALL_NAMES = sorted(set(names(get_resolver().url_patterns)))


def test_every_url_is_in_the_table():
    ours = {name for name in ALL_NAMES if not name.startswith(("admin:", "account_", "mfa_"))}

    assert ours - set(GET) - set(POST) - {"account_reauthenticate"} == set()
    assert (set(GET) | set(POST)) - ours == set()


PARTS = 6
"""The tables are asked in so many parts: what the cast stands in takes longer to make than most answers."""


def part_of(table: dict[str, tuple[Arguments, dict[str, str]]], part: int) -> list[str]:
    return sorted(table)[part::PARTS]


@pytest.mark.parametrize("part", range(PARTS))
def test_pages(part, world, answers):
    asked = {name: reverse(name, args=GET[name][0](world)) for name in part_of(GET, part)}

    found = {name: answers(address, "get") for name, address in asked.items()}

    assert found == {name: GET[name][1] for name in asked}


@pytest.mark.parametrize("part", range(PARTS))
def test_acts(part, world, answers):
    asked = {name: reverse(name, args=POST[name][0](world)) for name in part_of(POST, part)}

    found = {name: answers(address, "post") for name, address in asked.items()}

    assert found == {name: POST[name][1] for name in asked}


BOTH = [(name, "get") for name in sorted(GET)] + [(name, "post") for name in sorted(POST)]


def test_what_is_not_there_is_there_for_nobody(world, browser_of, alma, ben):
    """Another id in place of each one: nothing is told of it, and nothing is done."""
    found = {}
    for name, method in BOTH:
        arguments, row = (GET if method == "get" else POST)[name]
        ids = arguments(world)
        if not any(isinstance(each, UUID) for each in ids) or row in (EVERYBODY, NOT_PUBLIC):
            continue
        if name == "clients:journal_write":  # a new id is the client's own new entry
            continue
        address = reverse(name, args=[uuid7() if isinstance(each, UUID) else each for each in ids])
        for who, person in (("alma", alma), ("ben", ben)):
            answer = cell(getattr(browser_of(person), method)(address))
            if answer not in {"404", row[who] if row[who] in {"403", "405"} else "404"}:
                found[name, who] = answer

    assert found == {}


def test_after_the_end_nobody_sees_more_and_nothing_fails(world, browser_of, alma, ben, cora):
    """The two read on, or are told that the record is kept as it is; the others are where they were."""
    world.client.change_status("ended")
    found = {}
    for name, method in BOTH:
        arguments, row = (GET if method == "get" else POST)[name]
        address = reverse(name, args=arguments(world))
        for who, person in (("alma", alma), ("ben", ben), ("cora", cora)):
            with transaction.atomic():
                answer = cell(getattr(browser_of(person), method)(address))
                transaction.set_rollback(True)
            own = {"go", "409", "422"} if row[who] in {"200", "go"} else {"409"}
            if answer not in {row[who], "404"} | (own if who in {"alma", "ben"} else set()):
                found[name, who] = answer

    assert found == {}


def test_acts_are_not_done_by_a_link(world, alma_browser):
    asked = {name: alma_browser.get(reverse(name, args=POST[name][0](world))).status_code for name in POST}

    assert {name: status for name, status in asked.items() if status not in {403, 405}} == {}


@pytest.mark.parametrize("who", ["alma", "ben", "olga", "finn"])
def test_names_are_words_on_every_page(who, world, request, browser_of, practice):
    """Whatever somebody calls themself or their things, no page takes it for markup."""
    markup = '"><img src=x onerror=alert(1)>'
    named = [world.client, practice, request.getfixturevalue("alma"), request.getfixturevalue("ben")]
    named += [world.measure, world.area, world.session_type, world.roster_view, world.organization]
    for row in named:
        row.name += markup
        row.save(update_fields=["name"])
    for row in [world.plan, world.step, world.rhythm, world.template]:
        row.title = markup
        row.save(update_fields=["title"])
    world.goal.reword(by=world.client.user, wording=markup)
    browser = browser_of(request.getfixturevalue(who))
    pages = {name: browser.get(reverse(name, args=GET[name][0](world))) for name in sorted(GET)}

    written = [
        name
        for name, page in pages.items()
        if "html" in page.headers.get("Content-Type", "") and "<img src=x" in page.content.decode()
    ]

    assert written == []


@pytest.mark.parametrize("name", [name for name in ALL_NAMES if name.startswith(("account_", "mfa_"))])
def test_account_pages_show_nothing_of_others(name, client, db):
    """allauth's pages: the public ones open, all others ask a visitor to sign in."""
    response = client.get(reverse(name, args=ALLAUTH_WITH_ARGUMENTS.get(name, [])))

    if name in ALLAUTH_PUBLIC or name in ALLAUTH_WITH_ARGUMENTS:
        assert response.status_code == 200
    else:
        assert response.status_code in {302, 404}
        assert response.status_code == 404 or response.url.startswith((reverse("account_login"), "/"))


@pytest.mark.parametrize(
    "name",
    [name for name in ALL_NAMES if name.startswith("admin:") and name.endswith(("index", "changelist"))],
)
def test_admin_is_for_staff(name, answers, gita):
    """Django sends others to the admin's own sign-in page, or to Trellis's."""
    expected = cells(others="go", nobody="go", gita=200)

    found = answers(reverse(name), "get")

    assert {who: "go" if cell == "in" else cell for who, cell in found.items()} == expected


def test_private_content_is_not_in_the_admin():
    registered = {name for name in ALL_NAMES if name.startswith("admin:") and name.endswith("_changelist")}

    assert registered == {
        "admin:account_emailaddress_changelist",
        "admin:accounts_practice_changelist",
        "admin:accounts_user_changelist",
    }
