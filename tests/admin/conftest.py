"""People of every role, each with a client that is signed in."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.admin.forms import ROLES
from tracker.admin.roles import ensure_groups
from tracker.models import User


@pytest.fixture
def people(desk: str) -> dict[str, User]:
    """One person a role, and a superuser."""
    return make_people()


def make_people() -> dict[str, User]:
    """The same in whatever database the connections lead to."""
    ensure_groups(using="owner")
    found = {}
    for role in ROLES:
        found[role] = User.objects.create_user(role, password=role, is_staff=True, first_name=role.title(), last_name="Person")
        found[role].groups.add(Group.objects.get(name=role))
    found["superuser"] = User.objects.create_superuser("superuser", password="superuser")
    return found


@pytest.fixture
def sign_in(people: dict[str, User]) -> Callable[[str], Client]:
    """Gives the client of a role."""

    def client_of(role: str) -> Client:
        client = Client()
        client.force_login(people[role])
        return client

    return client_of
