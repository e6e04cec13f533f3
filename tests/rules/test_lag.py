"""How long until the first action: only what every day that the dates can mean agrees on."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules import deadlines, order
from tracker.rules.dates import PartialDate
from tracker.rules.lag import Toward, classes, first_action, months_after
from tracker.rules.vocabulary import DeadlineOutcome, Earlier, FirstAction, Status


def toward(made: str, *acted: str) -> list[Toward]:
    dates = [PartialDate(on) for on in acted]
    return [Toward(on.first, on.last, order.earlier(on, PartialDate(made))) for on in dates]


@pytest.mark.parametrize(
    ("made", "acted", "expected"),
    [
        ("2019-02-01", (), FirstAction.NONE),
        ("2019-02-01", ("2018-12-19",), FirstAction.NONE),
        ("2019-02-01", ("2019-05-01",), FirstAction.WITHIN_3_MONTHS),
        ("2019-02-01", ("2019-05-02",), FirstAction.WITHIN_12_MONTHS),
        ("2018-11-30", ("2019-02-28",), FirstAction.WITHIN_3_MONTHS),
        ("2019-02-01", ("2020-02-01",), FirstAction.WITHIN_12_MONTHS),
        ("2019-02-01", ("2021-02-01",), FirstAction.WITHIN_2_YEARS),
        ("2019-02-01", ("2021-02-02",), FirstAction.LATER),
        ("2019-02-01", ("2024", "2019-03"), FirstAction.WITHIN_3_MONTHS),
        ("2019-02-01", ("2019-05",), FirstAction.UNCERTAIN),
        ("2019", ("2020-01-15",), FirstAction.UNCERTAIN),
        ("2019", ("2024",), FirstAction.LATER),
        ("2019-02", ("2019-02-20",), FirstAction.UNCERTAIN),
        ("2019-02", ("2019-02-20", "2024-01-01"), FirstAction.UNCERTAIN),
        ("2019-02", ("2019-02-20", "2019-03-05"), FirstAction.WITHIN_3_MONTHS),
    ],
)
def test_classes(made: str, acted: tuple[str, ...], expected: FirstAction) -> None:
    assert first_action(PartialDate(made), toward(made, *acted)) is expected


PARTIAL = st.one_of(
    st.dates(dt.date(2018, 1, 1), dt.date(2022, 12, 31)).map(lambda day: day.isoformat()),
    st.dates(dt.date(2018, 1, 1), dt.date(2022, 12, 31)).map(lambda day: day.isoformat()[:7]),
    st.integers(2018, 2022).map(str),
)


@given(PARTIAL, st.lists(PARTIAL, max_size=3), st.data())
def test_no_day_that_the_dates_can_mean_gives_another_class(made: str, acted: list[str], data: st.DataObject) -> None:
    """A day is drawn for each date; whatever is said for certain must be what these days give."""
    said = first_action(PartialDate(made), toward(made, *acted))
    start = data.draw(st.dates(PartialDate(made).first, PartialDate(made).last))
    days = [data.draw(st.dates(PartialDate(on).first, PartialDate(on).last)) for on in acted]
    after = [day for day in days if day > start]
    if said is FirstAction.UNCERTAIN:
        return
    if said is FirstAction.NONE:
        assert not after
        return
    drawn = first_action(PartialDate(start.isoformat()), [Toward(day, day, Earlier.NO) for day in after])
    assert drawn is said or not after, "an action on the day itself has no order; it counts as soon as can be"


@given(PARTIAL, st.lists(PARTIAL, max_size=4), st.integers(0, 500), st.none() | st.integers(1, 900), st.integers(0, 2000))
def test_on_each_day_the_class_is_that_of_what_had_happened_by_then(made: str, acted: list[str], wait: int, length: int | None, later: int) -> None:
    start = PartialDate(made).last + dt.timedelta(days=wait)
    end = start + dt.timedelta(days=length) if length else None
    found = classes(PartialDate(made), toward(made, *acted), start=start, end=end)
    days = [day for day, _word in found]
    assert days == sorted(set(days))
    assert days[0] == start
    assert end is None or days[-1] < end
    assert all(one is not other for (_day, one), (_next, other) in itertools.pairwise(found))
    day = start + dt.timedelta(days=later % length if length else later)
    told = [word for begins, word in found if begins <= day][-1]
    assert told is first_action(PartialDate(made), [action for action in toward(made, *acted) if action.last <= day])


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 48))
def test_months_after(day: dt.date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("due", "status", "effective", "expected"),
    [
        ("2021", "implemented", "2021-12-31", DeadlineOutcome.MET),
        ("2021", "implemented", "2022-01-01", DeadlineOutcome.LATE),
        ("2021-06", "implemented", "2021", DeadlineOutcome.UNDATED),
        ("2021", "implemented", None, DeadlineOutcome.UNDATED),
        ("2022-06-30", "no_evidence", None, DeadlineOutcome.OPEN),
        ("2022-06-29", "partially_implemented", "2020", DeadlineOutcome.NOT_MET),
        ("2021", "not_assessed", None, DeadlineOutcome.NOT_ASSESSED),
    ],
)
def test_what_became_of_a_deadline(due: str, status: str, effective: str | None, expected: DeadlineOutcome) -> None:
    found = deadlines.outcome(dt.date(2022, 6, 30), PartialDate(due), Status(status), PartialDate(effective) if effective else None)
    assert found is expected
