"""A profile that is made column by column: nothing that was said is lost, and what is written is what is read again."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tracker.admin.importing import conditions, field, reading
from tracker.admin.importing.draft import Offered, Slot, addressed, begun, column_of, nested, places, rule_of, with_places, with_rule
from tracker.exchange.profiles import to_toml
from tracker.exchange.profiles.kinds import KINDS
from tracker.exchange.profiles.model import Condition, FieldRule, GovernmentRules
from tracker.exchange.profiles.parsing import draft
from tracker.exchange.profiles.reading import getter

STATUS, TEXT, COUNTRY = Slot("assessment", "status"), Slot("recommendation", "statement"), Slot("addressee", "government")
words = st.text(st.characters(categories=("L", "N"), max_codepoint=0x2000), min_size=1, max_size=12)


def test_every_field_that_a_profile_may_set_can_be_chosen() -> None:
    offered = {value for _group, fields in places(begun("list.csv")) for value, _words in fields}
    assert offered == {f"{kind.name}.{name}" for kind in KINDS.values() for name in kind.fields}


def test_columns_fill_places_and_what_was_said_of_them_stays() -> None:
    profile = with_places(begun("list.csv"), {TEXT: [Offered("Text")], STATUS: [Offered("State")]}, {COUNTRY: "AL"}, {"recommendation": ("No",)}, {})
    profile = with_rule(profile, STATUS, FieldRule(column="State", map={"Done": "implemented"}))
    again = with_places(profile, {TEXT: [Offered("Title"), Offered("Text")], STATUS: [Offered("State")]}, {}, {}, {})
    assert rule_of(again, STATUS) == FieldRule(column="State", map={"Done": "implemented"})
    assert rule_of(again, TEXT) == FieldRule(columns=("Title", "Text"))
    assert "addressee" not in again.records
    assert again.records["recommendation"].key == ("No",)
    moved = with_places(again, {TEXT: [Offered("Text")], STATUS: [Offered("state.name", is_path=True)]}, {}, {"recommendation": ()}, {})
    assert rule_of(moved, STATUS) == FieldRule(path="state.name", map={"Done": "implemented"})
    assert moved.records["recommendation"].key == ()
    assert column_of(moved, Slot("recommendation", "no such field")) is None


def test_one_government_for_the_whole_file_is_whom_it_concerns() -> None:
    profile = with_places(begun("list.csv"), {TEXT: [Offered("Text")]}, {}, {}, {})
    for_all = addressed(replace(profile, governments=GovernmentRules(all="AL")))
    assert list(for_all.records) == ["recommendation", "addressee"]
    assert "addressee" in with_places(for_all, {TEXT: [Offered("Text")]}, {}, {}, {}).records
    assert "addressee" not in addressed(replace(for_all, governments=GovernmentRules())).records


def test_dates_and_lists_are_read_as_they_look_where_nothing_was_guessed() -> None:
    offered = [Offered("When", cells=("12/03/2019", "25/03/2019")), Offered("Who", separator=";")]
    profile = with_places(begun("list.csv"), {Slot("recommendation", "recommended_on"): offered[:1], COUNTRY: offered[1:]}, {}, {}, {})
    assert rule_of(profile, Slot("recommendation", "recommended_on")) == FieldRule(column="When", formats=("dd/MM/yyyy",))
    assert rule_of(profile, COUNTRY) == FieldRule(column="Who", split=(";",))


def test_another_column_is_read_as_it_is_written_itself() -> None:
    when = Slot("recommendation", "recommended_on")
    profile = with_places(begun("list.csv"), {when: [Offered("When")], COUNTRY: [Offered("Who")], STATUS: [Offered("State")]}, {}, {}, {})
    profile = with_rule(profile, when, FieldRule(column="When", formats=("dd/MM/yyyy",), serial="1900", html=True, empty=("n/a",)))
    profile = with_rule(profile, COUNTRY, FieldRule(column="Who", split=(";",)))
    profile = with_rule(profile, STATUS, FieldRule(column="State", split=("|",), html=True, map={"Done": "implemented"}))
    others = {when: [Offered("Date", cells=("12/03/2019", "03/25/2019"))], COUNTRY: [Offered("Whom", separator=",")], STATUS: [Offered("Stands")]}
    moved = with_places(profile, others, {}, {}, {})
    assert rule_of(moved, when) == FieldRule(column="Date", formats=("MM/dd/yyyy",), empty=("n/a",))
    assert rule_of(moved, COUNTRY) == FieldRule(column="Whom", split=(",",))
    assert rule_of(moved, STATUS) == FieldRule(column="Stands", map={"Done": "implemented"})
    guess = FieldRule(column="Date", formats=("dd.MM.yyyy",), serial="1900")
    assert rule_of(with_places(profile, {when: others[when]}, {}, {}, {("Date", when): guess}), when) == guess


def test_several_columns_are_not_read_as_the_one_before_was_written() -> None:
    when = Slot("recommendation", "recommended_on")
    profile = with_places(begun("list.csv"), {when: [Offered("When")], TEXT: [Offered("Text")]}, {}, {}, {})
    said = FieldRule(column="When", formats=("dd/MM/yyyy",), serial="1900", split=("|",), html=True, map={"Spring": "2019-03"}, empty=("n/a",))
    profile = with_rule(profile, when, said)
    several = {when: [Offered("Day"), Offered("Month"), Offered("When")], TEXT: [Offered("Text")]}
    moved = with_places(profile, several, {}, {}, {})
    assert rule_of(moved, when) == FieldRule(columns=("Day", "Month", "When"), empty=("n/a",))
    asked = with_rule(moved, when, replace(rule_of(moved, when), formats=("d MMM yyyy",)))
    assert rule_of(with_places(asked, several, {}, {}, {}), when).formats == ("d MMM yyyy",), "the same columns are read as was said"
    fewer = with_places(asked, {**several, when: several[when][1:]}, {}, {}, {})
    assert rule_of(fewer, when) == FieldRule(columns=("Month", "When"), empty=("n/a",))


def test_an_incomplete_profile_is_read_again_as_it_was_written() -> None:
    profile = with_places(begun("My list (2).csv"), {TEXT: [Offered("Text")]}, {}, {}, {})
    text = to_toml(profile)
    again, problems = draft(text)
    assert again == profile
    assert [mistake.key for mistake in problems][:2] == ["source.key", "source.kind"]


@given(
    st.lists(
        st.builds(
            Condition, column=words, equals=st.lists(words, max_size=3).map(tuple), contains=st.just(""), empty=st.sampled_from([None, True, False])
        ).filter(lambda one: one.equals or one.empty is not None),
        max_size=4,
    )
)
def test_conditions_come_back_from_their_lines(given_conditions: list[Condition]) -> None:
    lines = conditions.lines(given_conditions)
    again = conditions.conditions(lines, together=False)
    asked = {(one.column, one.equals, one.empty) for one in again}
    for one in given_conditions:
        assert not one.equals or (one.column, one.equals, None) in asked
        assert one.empty is None or (one.column, (), one.empty) in asked


def test_lines_about_one_column_that_must_all_hold_are_one_condition() -> None:
    post = QueryDict(
        "only-column=Type&only-test=differs&only-value=Total|Note&only-column=Type&only-test=filled&only-value=&only-column=&only-test=equals&only-value=x"
    )
    found = conditions.conditions(conditions.sent_lines(post, "only"), together=True)
    assert found == (Condition("Type", differs=("Total", "Note"), empty=False),)


def test_nested_values_are_offered_by_their_paths() -> None:
    found = nested([{"a": {"b": {"c": 1}, "d": "x"}, "l": [1, 2]}, {"a": {"d": "y"}, "l": []}], ["a", "l"])
    assert found == {"a.b.c": [[1]], "a.d": [["x"], ["y"]]}


def test_what_lies_within_lists_is_offered_too() -> None:
    """Once for all items of a list, whichever of them has it first, and lists within lists."""
    deep = [{"to": [{"name": "France"}, {"name": "Chile", "why": {"said": "x"}}]}, {"to": [], "in": {"acts": [{"on": ["a", "b"]}]}}]
    found = nested(deep, ["to", "in"])
    assert found == {"to.*.name": [["France", "Chile"]], "to.*.why.said": [["x"]], "in.acts.*.on": [["a", "b"]]}
    for path, of_each in found.items():
        assert next(value for record in deep if (value := getter(path)(record))) == of_each[0], path


def test_a_value_that_nobody_says_anything_of_is_left_to_itself() -> None:
    """Words of ours are recognised; once anything is mapped, what was recognised is written down with it, as a map refuses all else."""
    folded = {"implemented": "implemented"}
    assert field._map(FieldRule(), {"Implemented": "", "Done": ""}, folded) == {}
    assert field._map(FieldRule(), {"Implemented": "", "Done": "implemented", "N/A": "-"}, folded) == {
        "Implemented": "implemented", "Done": "implemented", "N/A": "",
    }  # fmt: skip
    kept = replace(FieldRule(), map={"Old": "rejected", "Done": "rejected"})
    assert field._map(kept, {"Done": ""}, folded) == {"Old": "rejected"}


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("Session 12 = 2012-05-30\nSession 13=2012-10", {"Session 12": "2012-05-30", "Session 13": "2012-10"}),
        ("a = b\tx = y", {"a = b": "x = y"}),
        ("", {}),
    ],
)
def test_a_look_up_is_typed_or_pasted_out_of_a_spreadsheet(text: str, table: dict[str, str]) -> None:
    assert field._table(text) == table


def test_values_are_shown_as_people_write_them() -> None:
    assert [reading.as_text(value) for value in (None, True, 3.0, 2.5, "x", ["a", 2])] == ["", "true", "3", "2.5", "x", "a; 2"]
    assert reading.as_text({"état": {"x": [{"y": None}]}}) == '{"état": {"x": [{"y": null}]}}'
