"""The suite's own databases: no test reaches a real one, and the three roles are real in each."""

import os

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections

from config import throwaway


def test_every_connection_leads_to_the_throwaway_server():
    sockets = str(throwaway.cluster().sockets)
    assert {database["HOST"] for database in settings.DATABASES.values()} == {sockets}
    assert str(throwaway.run_folder()) in sockets or throwaway.PREFIX in str(throwaway.run_folder())
    assert not [name for name in os.environ if name.endswith("DATABASE_URL") or name.startswith("PG")]


@pytest.mark.usefixtures("cluster")
def test_a_test_that_asks_for_no_database_reaches_none(django_db_blocker):
    with django_db_blocker.unblock(), pytest.raises(Exception, match=settings.NO_DATABASE):
        connections["default"].ensure_connection()
    connections.close_all()


def test_each_connection_has_its_role(desk):
    roles = {}
    for alias in ("default", "owner", "public"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            roles[alias] = cursor.fetchone()
    assert roles == {"default": ("tracker_desk", desk), "owner": ("tracker_owner", desk), "public": ("tracker_public", desk)}


@pytest.mark.parametrize("role", ["desk", "public"])
@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TEMP TABLE t (a int)",
        "CREATE TABLE public.t (a int)",
        "SELECT lo_create(0)",
        "CREATE SCHEMA s",
        "CREATE ROLE r",
        "TRUNCATE public.django_session",
    ],
)
def test_a_copy_gives_no_rights_that_the_original_withholds(desk, cluster, role, forbidden):
    with cluster.connect(role, desk) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(forbidden)


def test_two_tests_do_not_see_each_other(desk):
    assert not get_user_model().objects.filter(username="left behind").exists()
    get_user_model().objects.create(username="left behind")


def test_two_tests_do_not_see_each_other_either(desk):
    assert not get_user_model().objects.filter(username="left behind").exists()
    get_user_model().objects.create(username="left behind")


def test_what_is_published_cannot_be_written(published):
    with pytest.raises(Exception, match="read-only"):
        get_user_model().objects.create(username="somebody")
