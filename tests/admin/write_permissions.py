"""Writes ``permissions.csv`` anew from what the desk does now. Run by its name only: it is no part of the suite."""

from typing import Any

from django.test import Client

from tests.admin import permissions
from tests.admin.conftest import make_people
from tests.conftest import copy_of, pointing_at


def test_write_the_matrix(cluster: Any, empty_template: str, django_db_blocker: Any) -> None:
    """Each role tried in a database of its own."""
    found = {}
    for role in permissions.COLUMNS:
        with django_db_blocker.unblock(), copy_of(cluster, empty_template) as name, pointing_at(name):
            people = make_people()

            def sign_in(role: str, people: Any = people) -> Client:
                client = Client()
                client.force_login(people[role])
                return client

            found[role] = permissions.column(role, people, sign_in)
    permissions.write(found)
