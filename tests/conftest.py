"""The cast. Alma coaches Ben; Cora, in the same practice, coaches Dan; Esra coaches elsewhere.

Finn curates, Olga owns Alma's and Cora's practice, Gita runs the site, and
nobody is a visitor. `client` is pytest-django's browser and `session` is
Django's; the models' fixtures are `ben_client` and the like.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from clients.models import Client
from coaching.accounts.models import Coach, Practice, SmsNumber, User

hypothesis_settings.register_profile("ci", deadline=None)
hypothesis_settings.load_profile("ci")

pytest_plugins = ["tests.smtp", "tests.twilio"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole",
        action="store_true",
        help="Run the long proofs at full length: the rush for one time, every zone, the long walk, faults.",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `whole`, unless the long proofs were asked for; begin with what is `early`."""
    if not config.getoption("--whole"):
        long = [item for item in items if item.get_closest_marker("whole")]
        config.hook.pytest_deselected(items=long)
        left_out = set(long)
        items[:] = [item for item in items if item not in left_out]
    # A minute-long test at the end would be one worker's, with the other one waiting.
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


@pytest.fixture
def is_whole(request: pytest.FixtureRequest) -> bool:
    """Whether a long proof is to run at its full length, and not in short."""
    return request.config.getoption("--whole")


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say a figure of a long proof, past the capturing of output."""
    terminal = request.config.pluginmanager.getplugin("terminalreporter")
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            terminal.write_line(line)

    return say


PASSWORD = "trellis-demo"


@pytest.fixture(autouse=True)
def _plain_passwords(settings) -> None:
    """A slow password hash is right in production and only waits here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_list_of_erasures(settings, tmp_path) -> None:
    """What one test erases must not be erased again in another."""
    settings.ERASURES_FILE = str(tmp_path / "erasures.log")


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """Rate limits of one test must not reach the next; each xdist worker has its own Redis database."""
    from django.core.cache import cache  # noqa: PLC0415

    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database. What a browser had asked for last may still be answered: that is cut off.

    PostgreSQL drops no database that somebody is connected to. What a migration
    put into it is there again after a test that empties it, for another worker's
    tests may still come.
    """
    from django.apps import apps  # noqa: PLC0415
    from django.db.models.signals import post_migrate  # noqa: PLC0415

    from community.vocabulary import ensure_categories  # noqa: PLC0415

    def refill(**_said: object) -> None:
        ensure_categories()

    post_migrate.connect(refill, sender=apps.get_app_config("community"))
    yield
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid, 5000) {others}")


@pytest.fixture
def practice(db) -> Practice:
    return Practice.objects.create(name="Common Ground", slug="common-ground", timezone="Europe/Berlin")


@pytest.fixture
def other_practice(db) -> Practice:
    return Practice.objects.create(name="Elsewhere", slug="elsewhere")


def _user(name: str, **fields) -> User:
    return User.objects.create_user(
        f"{name.lower()}@example.org", PASSWORD, name=name, **{"timezone": "Europe/Berlin", **fields}
    )


@pytest.fixture
def alma(practice) -> User:
    user = _user("Alma")
    Coach.objects.create(user=user, practice=practice, slug="alma")
    return user


@pytest.fixture
def cora(practice) -> User:
    user = _user("Cora")
    Coach.objects.create(user=user, practice=practice, slug="cora")
    return user


@pytest.fixture
def olga(practice) -> User:
    user = _user("Olga")
    Coach.objects.create(user=user, practice=practice, slug="olga", is_owner=True)
    return user


@pytest.fixture
def esra(other_practice) -> User:
    user = _user("Esra")
    Coach.objects.create(user=user, practice=other_practice, slug="esra")
    return user


@pytest.fixture
def ben(db) -> User:
    return _user("Ben", timezone="America/New_York")


@pytest.fixture
def dan(db) -> User:
    return _user("Dan")


@pytest.fixture
def finn(db) -> User:
    return _user("Finn", is_curator=True)


@pytest.fixture
def gita(db) -> User:
    return _user("Gita", is_staff=True, is_superuser=True)


def _record(coach: User, user: User) -> Client:
    return Client.objects.create(
        practice=coach.coach.practice,
        coach=coach.coach,
        user=user,
        name=user.name,
        email=user.email,
        timezone=user.timezone,
    )


@pytest.fixture
def ben_client(alma, ben) -> Client:
    return _record(alma, ben)


@pytest.fixture
def dan_client(cora, dan) -> Client:
    return _record(cora, dan)


@pytest.fixture
def browser_of(db) -> Callable[[User | None], Browser]:
    """A browser in which this person is signed in; None is a visitor."""

    def make(user: User | None) -> Browser:
        browser = Browser()
        if user is not None:
            browser.force_login(user)
        return browser

    return make


def _browser_fixture(name: str):
    @pytest.fixture(name=f"{name}_browser")
    def fixture(request: pytest.FixtureRequest, browser_of) -> Browser:
        return browser_of(request.getfixturevalue(name))

    return fixture


alma_browser = _browser_fixture("alma")
ben_browser = _browser_fixture("ben")
cora_browser = _browser_fixture("cora")
dan_browser = _browser_fixture("dan")
esra_browser = _browser_fixture("esra")
finn_browser = _browser_fixture("finn")
olga_browser = _browser_fixture("olga")
gita_browser = _browser_fixture("gita")


@pytest.fixture
def takes_sms() -> Callable[..., None]:
    """Let a person get SMS: a number, the consent and the code are there."""

    def make(user: User, number: str = "+447700900123") -> None:
        now = timezone.now()
        SmsNumber.objects.create(
            user=user, number=number, agreed_words="Yes.", channel="sms", state="sent",
            due_at=now, useful_until=now, confirmed_at=now,
        )  # fmt: skip

    return make
