"""Partial dates say the same in SQL as in Python."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import builders
from tracker.models import Document
from tracker.rules.dates import PartialDate

EDGES = [
    "2019", "2019-02", "2019-02-01", "2020-02-29", "2019-02-29", "1900-02-29", "2000-02-29", "2019-02-30", "2019-04-31", "2019-12", "2019-12-31",
    "2019-13", "2019-00", "2019-00-01", "2019-01-00", "2019-01-32", "0000", "0001", "0001-01-01", "9999", "9999-12", "9999-12-31", "10000",
    "", " ", "2019 ", " 2019", "2019-", "2019-2", "2019-2-1", "201", "20190201", "2019/02/01", "2019-02-01T00", "2019-02\n", "2019\n", "+2019",
    "-2019", "２０１９", "٢٠١٩", "2019-O2", "2019–02", "2019-02-01-01", "NaN", "infinity", "now", "today", "2019-W05", "2019-032",
]  # fmt: skip

like_dates = st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True)
nearly = st.from_regex(r"[0-9 -]{3,11}", fullmatch=True)
days = st.dates().flatmap(lambda day: st.sampled_from([day.isoformat()[:length] for length in (4, 7, 10)]))
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def in_python(written: str) -> tuple[bool, dt.date | None, dt.date | None]:
    try:
        date = PartialDate(written)
    except ValueError:
        return False, None, None
    return True, date.first, date.last


def in_sql(texts: list[str]) -> list[tuple[bool, dt.date | None, dt.date | None]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT valid, CASE WHEN valid THEN editions.partial_date_first(written) END,"
            " CASE WHEN valid THEN editions.partial_date_last(written) END"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS texts (written, place), public.partial_date_is_valid(written) AS valid ORDER BY place",
            [texts],
        )
        return cursor.fetchall()


def test_edges(published: str) -> None:
    assert dict(zip(EDGES, in_sql(EDGES), strict=True)) == {written: in_python(written) for written in EDGES}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(st.one_of(like_dates, nearly, days, anything), min_size=10, max_size=40))
def test_both_agree_on_any_text(published: str, texts: list[str]) -> None:
    assert in_sql(texts) == [in_python(written) for written in texts]


def test_every_month_of_four_centuries(published: str) -> None:
    months = [f"{year}-{month:02}" for year in range(1800, 2200) for month in range(1, 13)]
    assert in_sql(months) == [in_python(month) for month in months]


def test_nothing_is_no_date(published: str) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT editions.partial_date_first(NULL), editions.partial_date_last(NULL), NULL::public.partial_date")
        assert cursor.fetchone() == (None, None, None)


def test_the_column_refuses_what_is_no_date(desk: str) -> None:
    """Raw SQL, past the field: the domain itself says no."""
    builders.document("DOC")
    let_in = []
    for written in EDGES:
        valid = in_python(written)[0]
        try:
            with transaction.atomic(), connections["default"].cursor() as cursor:
                cursor.execute("UPDATE tracker_document SET published_on = %s", [written])
            accepted = True
        except (IntegrityError, DataError):
            accepted = False
        if accepted and not valid:
            # What PostgreSQL cuts off at the end of a varchar(10) is white space; what is stored is a date even so.
            stored: Any = Document.objects.values_list("published_on", flat=True).get()
            assert isinstance(stored, PartialDate)
        if accepted != valid and written.strip(" ") == written:
            let_in.append(written)
    assert let_in == []


def test_what_is_stored_comes_back_as_a_date(desk: str) -> None:
    document = builders.document("DOC", published_on="February 2019")
    document.refresh_from_db()
    assert document.published_on == PartialDate("2019-02")
    assert Document.objects.get(published_on="2019-02") == Document.objects.get(published_on=PartialDate("2019-02")) == document
    with pytest.raises(ValidationError, match="is not a date"):
        Document.objects.filter(pk=document.pk).update(published_on="soon")
