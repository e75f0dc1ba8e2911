import os
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from coaching.accounts.models import User
from tests.services import ROOT


def log_of_the_server() -> Path:
    return ROOT / "var" / "test-postgres" / "log"


@pytest.mark.django_db
def test_a_refused_row_is_not_written_into_the_servers_log():
    words = f"what-only-ben-may-read-{os.urandom(8).hex()}"

    with pytest.raises(IntegrityError, match="user_email_is_lower_case"), transaction.atomic():
        User.objects.create(email="Ben@Example.org", name=words)

    assert "user_email_is_lower_case" in log_of_the_server().read_text()
    assert words not in log_of_the_server().read_text()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "value"), [("log_min_error_statement", "panic"), ("log_error_verbosity", "terse")]
)
def test_the_server_is_discreet(setting, value):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")

        assert cursor.fetchone() == (value,)
