"""Values: split, mapped, cleaned, looked up by path."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.exchange.profiles.kinds import KINDS
from tracker.exchange.profiles.model import Condition, FieldRule
from tracker.exchange.profiles.reading import FieldReader, Test, Unreadable, getter, split, split_lines, text_of, text_of_html

words = st.text("abcdefgh ", min_size=1, max_size=12).map(str.strip).filter(bool)


def reader(kind: str, field: str, **rule: object) -> FieldReader:
    return FieldReader(FieldRule(**rule), KINDS[kind].fields[field], {"sessions": {"Session 12": "2011-06"}})  # type: ignore[arg-type]


@given(st.lists(words, max_size=6), st.sampled_from(["; ", " | ", ";", "|", " / "]))
def test_joined_values_come_apart_again(items: list[str], mark: str) -> None:
    assert split(mark.join(items), (mark,)) == items


@given(st.lists(words, max_size=6), st.sampled_from(["- ", "• ", "* ", "– ", ""]))
def test_a_list_of_lines_comes_apart_again(items: list[str], bullet: str) -> None:
    assert split_lines("\r\n".join(bullet + item for item in items)) == items


def test_a_line_that_goes_on_belongs_to_its_item() -> None:
    assert split_lines("- It bought lanterns.\n- It hung\n  twelve of them.\n\n1. no") == ["It bought lanterns.", "It hung twelve of them.", "no"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("  a ", "a"), (3.0, "3"), (3.25, "3.25"), (True, "true"), (dt.date(2019, 2, 1), "2019-02-01"),
     (dt.datetime(2019, 2, 1, tzinfo=None), "2019-02-01"),  # noqa: DTZ001
     (["a", None, "b"], "a; b")],
)  # fmt: skip
def test_a_value_is_written_as_people_do(value: object, text: str) -> None:
    assert text_of(value) == text


def test_a_record_within_the_record_is_named_by_its_parts() -> None:
    with pytest.raises(ValueError, match="name a part of it by its path: title, url"):
        text_of({"title": "x", "url": "y"})


RECORD = {"promise": {"title": "Light", "by": [{"name": "A"}, {"name": "B"}, {}], "tags": ["x", "y"]}, "a.b": "dotted", "n": [1, 2]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("promise.title", "Light"),
        ("promise.by.*.name", ["A", "B"]),
        ("promise.by.name", ["A", "B"]),
        ("promise.by.1.name", "B"),
        ("promise.tags", ["x", "y"]),
        ("promise.tags.7", None),
        ("promise.title.deeper", None),
        ("a.b", "dotted"),
        ("none.at.all", None),
    ],
)
def test_nested_fields_are_found_by_path(path: str, found: object) -> None:
    assert getter(path)(RECORD) == found


def test_html_becomes_text_and_nothing_of_it_runs() -> None:
    assert text_of_html("<p>One &amp; two</p><script>alert(1)</script><ul><li>three</li></ul><p style='display:none'>no</p>") == "One & two\n\nthree"
    assert text_of_html("3 of 5") == "3 of 5"
    with pytest.raises(ValueError, match="too deep"):
        text_of_html("<div>" * 5000 + "x")


@given(st.text(max_size=60))
def test_any_text_is_cleaned_without_fail(text: str) -> None:
    text_of_html(f"<p>{text}</p>")


def test_a_map_says_what_values_mean_in_whatever_letters() -> None:
    status = reader("assessment", "status", column="S", map={"Closed – Implemented": "implemented", "Open": ""})
    assert status.one({"S": "closed - implemented"}) == ("implemented", "closed - implemented")
    assert status.one({"S": "OPEN"}) == ("", "OPEN")
    assert status.one({"S": "partially_implemented"})[0] == "partially_implemented"  # our own word needs no map
    with pytest.raises(Unreadable, match="did you mean “Open”"):
        status.one({"S": "Opne"})


def test_our_own_words_are_read_without_a_map() -> None:
    assert reader("position", "answer", column="A").one({"A": "Accepted in part"})[0] == "in_part"


def test_columns_are_joined_and_empty_ones_left_out() -> None:
    title = reader("recommendation", "statement", columns=("A", "B", "C"), join=" — ", empty=("n/a",))
    assert title.one({"A": "one", "B": "N/A", "C": "three"})[0] == "one — three"


def test_of_several_dates_in_a_cell_none_is_taken() -> None:
    when = reader("recommendation", "recommended_on", column="When", split=("|",), empty=("n/a",))
    assert when.one({"When": "March 2019 | n/a | 2019-03"}) == ("2019-03", "March 2019; 2019-03")
    with pytest.raises(Unreadable, match="holds several dates, and one is kept") as fault:
        when.one({"When": "March 2019 | May 2019"})
    assert fault.value.shown == "March 2019; May 2019"
    with pytest.raises(Unreadable, match="holds several dates"):
        reader("recommendation", "recommended_on", path="meetings.*.on").items({"meetings": [{"on": "2019-03"}, {"on": "2019-05"}]})


def test_columns_that_make_a_date_are_joined_as_a_date_is_written() -> None:
    made = reader("recommendation", "recommended_on", columns=("D", "M", "Y"), empty=("n/a",))
    assert made.one({"D": 3, "M": "March", "Y": 2019})[0] == "2019-03-03"
    assert made.one({"D": "n/a", "M": "March", "Y": 2019})[0] == "2019-03"
    made = reader("recommendation", "recommended_on", columns=("D", "M", "Y"), join="/", formats=("d/M/yyyy",))
    assert made.one({"D": 3, "M": 4, "Y": 2019})[0] == "2019-04-03"


def test_a_lookup_comes_before_the_date() -> None:
    date = reader("recommendation", "recommended_on", column="Session", lookup="sessions")
    assert date.one({"Session": "session 12"})[0] == "2011-06"
    assert date.one({"Session": "May 2012"})[0] == "2012-05"
    with pytest.raises(Unreadable):
        date.one({"Session": "Session 99"})


def test_a_constant_and_a_default() -> None:
    assert reader("addressee", "basis", constant="tracked").one({})[0] == "tracked"
    with_default = reader("recommendation", "made_by", column="By", default="nobody named")
    assert with_default.one({"By": " "})[0] == "nobody named"
    assert with_default.one({"By": "A"})[0] == "A"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition("A", equals=("yes", "YES ")), True),
        (Condition("A", differs=("yes",)), False),
        (Condition("A", contains="ES"), True),
        (Condition("A", empty=True), False),
        (Condition("B", empty=True), True),
        (Condition("B", empty=False), False),
        (Condition("C", equals=("x",)), False),
    ],
)
def test_conditions(condition: Condition, holds: bool) -> None:
    assert Test(condition)({"A": "Yes", "B": None, "C": {"x": 1}}) is holds
