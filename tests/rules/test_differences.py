"""Which values differ between two bodies: parts are matched by what names them."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.differences import NAMED_BY, differences, matched
from tracker.rules.nature import still_said

BODY: dict[str, Any] = {
    "title": "A title",
    "events": [{"kind": "adopted", "on": "2019", "decisive": True, "note": ""}, {"kind": "expired", "on": "2021", "decisive": False, "note": ""}],
    "positions": [{"key": "PO-1", "answer": "accepted", "citations": [{"key": "EV-1", "says": "This."}]}],
}


def changed(**values: Any) -> list[tuple[list[str], str, Any, Any]]:
    """The differences that a change of the body makes: the lists within which they lie, name, before, after."""
    found = differences(BODY, BODY | values)
    return [([name for name, _part in each.within], each.name, each.before, each.after) for each in found]


def test_the_same_differs_in_nothing() -> None:
    assert differences(BODY, deepcopy(BODY)) == []


def test_a_value_of_the_record() -> None:
    assert changed(title="Another") == [([], "title", "A title", "Another")]


def test_a_new_name_for_nothing_is_a_value_too() -> None:
    assert changed(departure="Because.") == [([], "departure", None, "Because.")]


def test_a_value_of_a_part_stands_with_its_part_wherever_the_part_stands() -> None:
    events = [BODY["events"][1], {**BODY["events"][0], "note": "A note."}]
    assert changed(events=events) == [(["events"], "note", "", "A note.")]


def test_a_part_whose_name_changed_is_found_by_what_else_names_it() -> None:
    events = [{**BODY["events"][0], "on": "2020"}, BODY["events"][1]]
    assert changed(events=events) == [(["events"], "on", "2019", "2020")]


def test_parts_that_came_and_went() -> None:
    added = {"kind": "amended", "on": "2020", "decisive": False, "note": ""}
    assert changed(events=[*BODY["events"], added]) == [([], "events", None, added)]
    assert changed(events=BODY["events"][:1]) == [([], "events", BODY["events"][1], None)]


def test_a_part_of_a_part() -> None:
    positions = deepcopy(BODY["positions"])
    positions[0]["citations"][0]["says"] = "That."
    assert changed(positions=positions) == [(["positions", "citations"], "says", "This.", "That.")]


keys = st.sampled_from(["EV-1", "EV-2", "EV-3"])
citations = st.lists(st.fixed_dictionaries({"key": keys, "says": st.sampled_from("ab")}), max_size=4)


def said(part: Any) -> str:
    return f"{part['key']} {part['says']}"


@given(before=citations, after=citations)
def test_every_part_is_accounted_for_once(before: list[Any], after: list[Any]) -> None:
    """Whatever is not the same on both sides stands in exactly one pair."""
    pairs = matched("citations", before, after)
    for old, new in pairs:
        assert old is None or old in before
        assert new is None or new in after
        assert old != new
    assert bool(pairs) == (sorted(map(said, before)) != sorted(map(said, after)))


@given(before=citations, after=citations)
def test_what_says_less_than_before_differs(before: list[Any], after: list[Any]) -> None:
    """A correction always has something to show."""
    if not still_said({"citations": before}, {"citations": after}):
        assert differences({"citations": before}, {"citations": after})


def test_every_list_of_a_published_body_has_names_for_its_parts(published: str) -> None:
    """A new part without them would be shown as one lump."""
    from tracker.editions.tables import RecordEdition

    def lists(body: Any) -> set[str]:
        found = {name for name, value in body.items() if isinstance(value, list)}
        return found | {inner for name in found for part in body[name] for inner in lists(part)}

    named: set[str] = set()
    for body in RecordEdition.objects.filter(known_to=None).values_list("body", flat=True):
        named |= lists(body)
    assert named <= set(NAMED_BY)
