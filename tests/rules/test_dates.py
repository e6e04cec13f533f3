"""Partial dates: what may be typed, what is stored, which days it can mean, and when two have no known order."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.dates import Order, PartialDate, Precision, order, parse

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905

lengths = st.sampled_from([len("2019"), len("2019-02"), len("2019-02-01")])
any_date = st.builds(lambda day, length: PartialDate(day.isoformat()[:length]), st.dates(), lengths)

WINDOW = [dt.date(2019, 1, 1) + dt.timedelta(days=n) for n in range(2 * 365 + 1)]  # 2019 and 2020, a leap year
in_window = st.builds(lambda day, length: PartialDate(day.isoformat()[:length]), st.sampled_from(WINDOW), lengths)


def days_meant(date: PartialDate) -> list[dt.date]:
    """Every day of the window that a date can mean: the days whose ISO form begins with it."""
    return [day for day in WINDOW if day.isoformat().startswith(str(date))]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2019-02-01", "2019-02-01"),
        ("2019-02", "2019-02"),
        ("2019", "2019"),
        ("February 2019", "2019-02"),
        ("february 2019", "2019-02"),
        ("FEB 2019", "2019-02"),
        ("Feb. 2019", "2019-02"),
        ("Sept. 2018", "2018-09"),
        ("May 2024", "2024-05"),
        ("1 February 2019", "2019-02-01"),
        ("01 Feb 2019", "2019-02-01"),
        ("February 1, 2019", "2019-02-01"),
        ("Feb 1 2019", "2019-02-01"),
        ("29 February 2020", "2020-02-29"),
        ("  1   February\t2019\n", "2019-02-01"),
    ],
)
def test_what_staff_type_is_stored_in_its_iso_form(typed: str, stored: str) -> None:
    assert str(parse(typed)) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "soon",
        "19",
        "2019-2",
        "2019-13",
        "2019-00",
        "2019-02-00",
        "2019-02-29",  # 2019 is no leap year
        "30 February 2019",
        "0 February 2019",
        "February 30, 2019",
        "0000",
        "01/02/2019",  # January or February? Ask rather than guess.
        "2019-02-01T00:00",
        "2019-02-01 – 2019-02-03",
        "２０１９",  # digits of another script
        "February",
    ],
)
def test_what_is_no_date_is_refused_with_what_would_be_right(typed: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(typed)
    shown = " ".join(typed.split())
    assert str(refused.value) == f"“{shown}” is not a date; write a day, a month or a year, as 2019-02-01, 2019-02, 2019 or February 2019."


def test_an_unknown_month_is_named() -> None:
    with pytest.raises(ValueError, match=r"^“3 Fevrier 2019” is not a date: “fevrier” is no month; write a day, a month or a year, as "):
        parse("3 Fevrier 2019")


def test_what_is_stored_is_iso_only() -> None:
    with pytest.raises(ValueError, match="“February 2019” is not a date"):
        PartialDate("February 2019")
    with pytest.raises(ValueError, match="is not a date"):
        PartialDate(" 2019")


@pytest.mark.parametrize(
    ("text", "known", "first", "last"),
    [
        ("2019-02-01", "day", "2019-02-01", "2019-02-01"),
        ("2019-02", "month", "2019-02-01", "2019-02-28"),
        ("2020-02", "month", "2020-02-01", "2020-02-29"),
        ("2019-12", "month", "2019-12-01", "2019-12-31"),
        ("2019", "year", "2019-01-01", "2019-12-31"),
        ("9999", "year", "9999-01-01", "9999-12-31"),
    ],
)
def test_the_days_that_a_date_can_mean(text: str, known: str, first: str, last: str) -> None:
    date = PartialDate(text)
    assert (date.precision, date.first.isoformat(), date.last.isoformat()) == (known, first, last)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("2018-12-19", "2019-02", Order.BEFORE),  # Albania's expulsion and the paper
        ("2019-01-31", "2019-02", Order.BEFORE),
        ("2019-02-01", "2019-02", Order.UNKNOWN),
        ("2019-02-04", "2019-02", Order.UNKNOWN),  # the Council's conclusions and the paper
        ("2019-02-28", "2019-02", Order.UNKNOWN),
        ("2019-03-01", "2019-02", Order.AFTER),
        ("2018", "2019-01-01", Order.BEFORE),
        ("2019", "2019-02", Order.UNKNOWN),
        ("2020", "2019-12-31", Order.AFTER),
        ("2019", "2019", Order.UNKNOWN),
        ("2019-02-01", "2019-02-01", Order.UNKNOWN),  # a date does not tell the hour
    ],
)
def test_the_order_of_two_dates(one: str, other: str, said: Order) -> None:
    assert order(PartialDate(one), PartialDate(other)) is said


@given(any_date)
def test_a_stored_date_reads_back_as_itself(date: PartialDate) -> None:
    assert parse(str(date)) == date
    assert str(parse(str(date))) == str(date)


@given(st.dates(), st.sampled_from(["{d} {month} {y:04}", "{d:02} {month} {y:04}", "{month} {d}, {y:04}"]), st.booleans())
def test_a_day_in_words_is_the_day_in_digits(day: dt.date, written: str, short: bool) -> None:
    month = MONTHS[day.month - 1][: 3 if short else None]
    assert str(parse(written.format(d=day.day, month=month, y=day.year))) == day.isoformat()


@given(st.dates())
def test_a_month_in_words_is_the_month_in_digits(day: dt.date) -> None:
    assert str(parse(f"{MONTHS[day.month - 1]} {day.year:04}")) == day.isoformat()[:7]


@given(st.text(max_size=20))
def test_anything_typed_is_a_date_or_is_refused_in_a_sentence(typed: str) -> None:
    try:
        date = parse(typed)
    except ValueError as refused:
        assert str(refused).startswith("“")
        assert str(refused).endswith(".")
    else:
        assert parse(str(date)) == date


@given(any_date)
def test_the_first_day_is_never_after_the_last_and_only_a_day_has_one(date: PartialDate) -> None:
    assert date.first <= date.last
    assert (date.first == date.last) == (date.precision is Precision.DAY)


@given(in_window)
def test_first_and_last_bound_exactly_the_days_that_a_date_can_mean(date: PartialDate) -> None:
    assert [day for day in WINDOW if date.first <= day <= date.last] == days_meant(date)


@given(any_date, any_date)
def test_order_reads_the_same_from_either_side(one: PartialDate, other: PartialDate) -> None:
    opposite = {Order.BEFORE: Order.AFTER, Order.AFTER: Order.BEFORE, Order.UNKNOWN: Order.UNKNOWN}
    assert order(other, one) is opposite[order(one, other)]


@given(in_window, in_window)
def test_order_is_known_only_where_all_pairs_of_days_agree(one: PartialDate, other: PartialDate) -> None:
    ones, others = days_meant(one), days_meant(other)
    assert (order(one, other) is Order.BEFORE) == all(a < b for a in ones for b in others)
    assert (order(one, other) is Order.AFTER) == all(a > b for a in ones for b in others)
