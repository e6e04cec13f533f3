"""Dates in the forms in which files write them; what may be two days is refused."""

import datetime as dt

import pytest
from babel.dates import format_date
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.exchange.profiles import days
from tracker.rules.dates import PartialDate

any_day = st.dates(min_value=dt.date(1800, 1, 1), max_value=dt.date(2150, 12, 31))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *[("2019-02-01", "2019-02-01"), ("2019-02", "2019-02"), ("2019", "2019"), ("2019/2/1", "2019-02-01"), ("2019-02-01T10:00:00Z", "2019-02-01")],
        *[("February 2019", "2019-02"), ("Mar 4, 2019", "2019-03-04"), ("4-Mar-2019", "2019-03-04"), ("Feb 1st, 2019", "2019-02-01")],
        *[("Monday, 4 March 2019", "2019-03-04"), ("Sept. 2019", "2019-09"), ("3/2019", "2019-03"), ("13/04/2019", "2019-04-13")],
        *[("févr. 2019", "2019-02"), ("1er février 2019", "2019-02-01"), ("fevrier 2019", "2019-02"), ("le 5 août 2019", "2019-08-05")],
        *[("1 de febrero de 2019", "2019-02-01"), ("٤ مارس ٢٠١٩", "2019-03-04"), ("كانون الثاني 2020", "2020-01"), ("۴ مارس ۲۰۱۹", "2019-03-04")],
    ],
)
def test_a_date_that_can_be_read_in_one_way_is_read(written: str, meant: str) -> None:
    assert days.read(written) == meant


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("03/04/2019", 'may be two days, .* say how dates are written: formats "dd/MM/yyyy"'),
        ("43497", 'say what bare numbers are: serial "1900"'),
        ("1397", "none of the Gregorian calendar"),
        ("31 February 2019", "no day of the calendar"),
        ("March", "is not a date"),
        ("soon", "is not a date"),
        ("2019-13", "no day of the calendar"),
        ("00/05/2019", "no day of the calendar"),
        ("05/00/2019", "no day of the calendar"),
        ("03/04/0000", "has the year 0000, which is none of the Gregorian calendar"),
    ],
)
def test_what_cannot_be_read_says_why(written: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        days.read(written)


@pytest.mark.parametrize(
    ("written", "pattern", "meant"),
    [
        ("03/04/2019", "dd/MM/yyyy", "2019-04-03"),
        ("03/04/2019", "mm/dd/yyyy", "2019-03-04"),
        ("04-Mar-19", "d-MMM-yy", "2019-03-04"),
        ("4 mars 2019", "d MMMM yyyy", "2019-03-04"),
        ("2019.03", "yyyy.MM", "2019-03"),
        ("in 2019", "'in' yyyy", "2019"),
        ("2024-11-05", "dd/MM/yyyy", "2024-11-05"),  # a workbook has dates of its own beside typed ones
        ("2024-11-05 10:30:00", "dd/MM/yyyy", "2024-11-05"),
        ("03/04/2019 10:30", "dd/MM/yyyy", "2019-04-03"),
    ],
)
def test_a_format_decides(written: str, pattern: str, meant: str) -> None:
    assert days.read(written, formats=("yyyyMMdd", pattern)) == meant


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("03/25/2019", "no day of the calendar"),  # read otherwise, it would be another order than was said
        ("2019/25/03", "not a date written as dd/MM/yyyy or d.M.yyyy"),
        ("2019/03/04", "not a date written as dd/MM/yyyy or d.M.yyyy"),
        ("43536", "not a date written as dd/MM/yyyy or d.M.yyyy"),
        ("soon", "not a date written as dd/MM/yyyy or d.M.yyyy"),
        ("2019-13", "no day of the calendar"),
        ("31/02/2019", "no day of the calendar"),
        ("1397", "none of the Gregorian calendar"),
    ],
)
def test_what_does_not_fit_its_format_says_so(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        days.read(text, formats=("dd/MM/yyyy", "d.M.yyyy"))


@pytest.mark.parametrize(
    ("text", "pattern", "meant"),
    [
        *[
            ("20190111", "yyyyMMdd", "2019-01-11"),
            ("11012019", "dMyyyy", "2019-01-11"),
            ("201911", "yyyyMM", "2019-11"),
            ("1-112019", "d-MMyyyy", "2019-11-01"),
        ],
        *[("201911", "yyyyMMdd", ""), ("2019111", "yyyyMMdd", ""), ("1112019", "dMyyyy", ""), ("1112019", "d''Myyyy", ""), ("20191", "yyyyM", "")],
    ],
)
def test_numbers_that_touch_have_all_their_digits(text: str, pattern: str, meant: str) -> None:
    if meant:
        assert days.read(text, formats=(pattern,)) == meant
    else:
        with pytest.raises(ValueError, match="not a date written as"):
            days.read(text, formats=(pattern,))


UNMISTAKABLE = ["yyyy-MM-dd", "yyyy-MM", "yyyy", "MMMM yyyy", "d MMMM yyyy", "MMMM d, yyyy", "MM/yyyy"]


@given(any_day, st.sampled_from(UNMISTAKABLE), st.sampled_from(["dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "d-MMM-yy", "MM/dd/yy"]))
def test_what_can_be_read_in_one_way_is_read_beside_any_format(day: dt.date, pattern: str, ticked: str) -> None:
    written = format_date(day, pattern, locale="en")
    assert days.read(written, formats=(ticked,)) == days.read(written)


@pytest.mark.parametrize(
    ("cells", "formats", "witness", "undecided"),
    [
        (["12/03/2019", "25/03/2019"], ("dd/MM/yyyy",), "25/03/2019", "12/03/2019"),
        (["12/03/2019", "03/25/2019"], ("MM/dd/yyyy",), "03/25/2019", "12/03/2019"),
        (["12/03/2019", "25.03.2019", "1.4.19"], ("dd/MM/yyyy", "dd.MM.yyyy", "dd.MM.yy"), "25.03.2019", "12/03/2019"),
        (["12/03/2019 10:30", "25/03/2019 11:00"], ("dd/MM/yyyy",), "25/03/2019", "12/03/2019"),
        (["25/03/2019", "03/25/2019"], (), "", ""),
        (["00/05/2019", "25/00/2019", "40/03/2019", "12/03/2019"], (), "", "12/03/2019"),
        (["12/03/2019", "05/05/2019"], (), "", "12/03/2019"),
        (["05/05/2019", "2019-02-01", "February 2019"], (), "", ""),
        (["04-Mar-19", "5-Apr-19"], ("d-MMM-yy",), "", ""),
        (["20190312", "20190401"], ("yyyyMMdd",), "", ""),
        (["03/04/2019", "05/05/2019", "12-Mar-19"], (), "", "03/04/2019"),
        (["03/04/2019", "25/03/2019", "12-Mar-19"], ("dd/MM/yyyy", "d-MMM-yy"), "25/03/2019", "03/04/2019"),
        (["201911", "201912"], (), "", ""),
        (["soon", ""], (), "", ""),
    ],
)
def test_the_order_of_day_and_month_is_told_by_what_leaves_no_doubt(cells: list[str], formats: tuple[str, ...], witness: str, undecided: str) -> None:
    assert days.written(cells) == days.Written(formats, witness, undecided)


@given(st.lists(any_day, min_size=1, max_size=8), st.sampled_from(["dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "MM-dd-yyyy"]))
def test_a_column_of_one_form_is_read_right_or_not_at_all(column: list[dt.date], pattern: str) -> None:
    """Nothing is read as another day than the one that was written."""
    cells = [format_date(day, pattern, locale="en") for day in column]
    found = days.written(cells)
    for day, cell in zip(column, cells, strict=True):
        try:
            assert days.read(cell, formats=found.formats) == day.isoformat()
        except ValueError:
            assert found.undecided and not found.formats


@given(any_day, st.sampled_from(days.LANGUAGES), st.sampled_from(["d MMMM y", "d MMM y", "MMMM y", "MMM d, y", "EEEE d MMMM y"]))
def test_a_day_in_words_of_any_language_comes_back(day: dt.date, language: str, pattern: str) -> None:
    written = format_date(day, pattern, locale=language)
    meant = day.isoformat() if "d" in pattern else day.isoformat()[:7]
    assert days.read(written, languages=(language,)) == meant
    assert days.read(written, formats=(pattern.replace("y", "yyyy"),), languages=(language,)) == meant


@given(st.dates(min_value=dt.date(1900, 3, 1), max_value=dt.date(2150, 1, 1)))
def test_a_spreadsheets_number_is_its_day(day: dt.date) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

    assert days.read(str(int(to_excel(day))), serial="1900") == day.isoformat()
    assume(day.year > 1904)
    assert days.read(str(int(to_excel(day, CALENDAR_MAC_1904))), serial="1904") == day.isoformat()


@given(st.text(max_size=40), st.sampled_from(["", "1900"]))
def test_any_text_is_a_date_or_refused_in_words(text: str, serial: str) -> None:
    try:
        PartialDate(days.read(text, serial=serial))
    except ValueError as refused:
        assert str(refused)


@pytest.mark.parametrize(
    ("pattern", "told"), [("dd/MM", "no year"), ("dd yyyy", "day without a month"), ("MM/MM/yyyy", "m in it twice"), ("d MMMM yyyy", "")]
)
def test_a_pattern_that_is_no_date_is_refused(pattern: str, told: str) -> None:
    assert told in days.problem_of(pattern)
    assert bool(told) is bool(days.problem_of(pattern))
