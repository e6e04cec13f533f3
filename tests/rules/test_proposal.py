"""Which status follows from the facts: each rung of the ladder, and what must never follow from anything."""

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.dates import PartialDate
from tracker.rules.order import earlier
from tracker.rules.proposal import Bearing, Facts, Proposal, Said, Searched, asks_why, propose
from tracker.rules.searches import due_again
from tracker.rules.vocabulary import Answer, Direction, Earlier, EventKind, Status

MADE = PartialDate("2019-02")
TODAY = dt.date(2026, 11, 21)
DATES = {Earlier.YES: "2018-12-19", Earlier.UNKNOWN: "2019", Earlier.NO: "2020-01-15"}


def effect(key: str, direction: str | None, on: str | None = "2020-01-15", *ends: tuple[str, str], kind: str = "occurred", **fields: Any) -> Bearing:
    """An effect of an action that happened on a date, and what happened to it after."""
    events = [(EventKind(kind), PartialDate(on))] if on else []
    events += [(EventKind(what), PartialDate(when)) for what, when in ends]
    acted_on, decided_by = (PartialDate(on), EventKind(kind)) if on else (None, None)
    return Bearing(key, f"AL: Action {key}", acted_on, decided_by, tuple(events), Direction(direction) if direction else None, **fields)


def said(answer: str, on: str) -> Said:
    return Said(Answer(answer), PartialDate(on), "The minister")


def search(on: str) -> Searched:
    return Searched(PartialDate(on), due_again(PartialDate(on)))


def proposed(
    *effects: Bearing, positions: tuple[Said, ...] = (), searches: tuple[Searched, ...] = (), on: dt.date = TODAY, **fields: Any
) -> Proposal:
    return propose(Facts(MADE, effects=effects, positions=positions, searches=searches, **fields), on=on)


def shown(proposal: Proposal) -> tuple[str, str | None]:
    return str(proposal.status), str(proposal.effective_on) if proposal.effective_on else None


# One effect: every direction, order and end

ONE = {
    **{(direction, order, end): "not_assessed" for direction in Direction for order in Earlier for end in ("", "repealed", "expired")},
    ("fulfils", "no", ""): "implemented",
    ("fulfils", "no", "repealed"): "reversed",
    ("partly_fulfils", "no", ""): "partially_implemented",
    ("partly_fulfils", "no", "repealed"): "reversed",
    ("contradicts", "no", ""): "contrary_action",
}


@pytest.mark.parametrize(("direction", "order", "end"), ONE)
def test_one_effect_without_anything_else(direction: str, order: Earlier, end: str) -> None:
    """What is earlier, of unknown order, unjudged or without direct effect leads to no status; an expired term is no decision against it."""
    ends = [(end, "2021-05")] if end else []
    assert proposed(effect("A", direction, DATES[order], *ends)).status == ONE[direction, order, end]


def test_an_earlier_action_is_no_uptake_and_the_reason_says_so_with_its_date() -> None:
    proposal = proposed(effect("A", "partly_fulfils", "2018-12-19"))
    sentence = "AL: Action A (2018-12-19): earlier than the recommendation (2019-02), so that it is not uptake; already in place."
    assert proposal.status is Status.NOT_ASSESSED
    assert sentence in map(str, proposal.reasons)
    for ended, words in (("2018-12-30", "not uptake."), ("2021-03", "in place until 2021-03-01.")):
        assert str(proposed(effect("A", "fulfils", "2018-12-19", ("repealed", ended))).reasons[1]).endswith(words)


UNDONE = effect("B", None, "2021", undoes="A")


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        # Parts are not added up; a whole one counts from its own day.
        ([effect("A", "partly_fulfils", "2020"), effect("B", "partly_fulfils", "2021")], ("partially_implemented", "2020")),
        ([effect("A", "partly_fulfils", "2020"), effect("B", "fulfils", "2022-09-07")], ("implemented", "2022-09-07")),
        # It takes effect on its entry into force; what is only announced or adopted has not begun.
        ([effect("A", "fulfils", "2021-06-03", ("in_force", "2021-08-03"))], ("implemented", "2021-08-03")),
        ([effect("A", "fulfils", "2021-06-03", kind="announced")], ("under_consideration", "2021-06-03")),
        ([effect("A", "fulfils", "2021-06-03", kind="adopted")], ("under_consideration", "2021-06-03")),
        ([effect("A", "fulfils", "2021-06-03", ("in_force", "2027"), kind="adopted")], ("under_consideration", "2021-06-03")),
        ([effect("A", "fulfils", "2021", ("occurred", "2022-04"), kind="announced")], ("implemented", "2022-04")),
        ([effect("A", "contradicts", "2021", kind="announced")], ("not_assessed", None)),
        # A gap that has ended.
        ([effect("A", "fulfils", "2020", ("in_force", "2020-06"), ("suspended", "2021"), ("in_force", "2022-03"))], ("implemented", "2022-03")),
        ([effect("A", "fulfils", "2020", ("suspended", "2021"))], ("not_assessed", None)),
        # Both: the last counts where the dates tell which it was; a contradiction that stands leaves no whole.
        ([effect("A", "fulfils", "2020"), effect("B", "contradicts", "2021")], ("contrary_action", "2021")),
        ([effect("A", "contradicts", "2020"), effect("B", "fulfils", "2021")], ("partially_implemented", "2021")),
        ([effect("A", "contradicts", "2020", ("repealed", "2020-12")), effect("B", "fulfils", "2021")], ("implemented", "2021")),
        ([effect("A", "contradicts", "2020"), effect("B", "fulfils", "2020-05")], ("not_assessed", None)),
        # Undone: by another effect, on that effect's date; what had been in place and was taken away goes against it.
        ([effect("A", "fulfils", "2020"), UNDONE], ("reversed", "2021")),
        ([effect("A", "fulfils", "2018"), UNDONE], ("contrary_action", "2021")),
        ([effect("A", "contradicts", "2020"), UNDONE], ("not_assessed", None)),
        ([effect("A", "fulfils", "2020"), UNDONE, effect("C", "partly_fulfils", "2022")], ("partially_implemented", "2022")),
        ([effect("A", "partly_fulfils", "2020"), UNDONE, effect("C", "contradicts", "2022")], ("contrary_action", "2022")),
        # Only what is in force undoes: what was announced, adopted or annulled itself has undone nothing for certain.
        ([effect("A", "fulfils", "2015"), effect("B", None, "2021", kind="announced", undoes="A")], ("not_assessed", None)),
        ([effect("A", "fulfils", "2020"), effect("B", None, "2021", kind="announced", undoes="A")], ("partially_implemented", "2020")),
        ([effect("A", "fulfils", "2020"), effect("B", None, "2021", kind="adopted", undoes="A")], ("partially_implemented", "2020")),
        ([effect("A", "fulfils", "2020"), effect("B", None, "2021", ("annulled", "2022"), undoes="A")], ("not_assessed", None)),
        ([effect("A", "fulfils", "2015"), effect("B", None, "2021", ("annulled", "2022"), undoes="A")], ("not_assessed", None)),
        ([effect("A", "contradicts", "2020"), effect("B", None, "2021", kind="announced", undoes="A")], ("contrary_action", "2020")),
        # And from its own entry into force.
        ([effect("A", "fulfils", "2020"), effect("B", None, "2021", ("in_force", "2022-03"), kind="announced", undoes="A")], ("reversed", "2022-03")),
        ([effect("A", "fulfils", "2015"), effect("B", None, "2021", ("in_force", "2022-03"), undoes="A")], ("contrary_action", "2022-03")),
        ([effect("A", "fulfils", "2020"), effect("B", None, "2021", ("in_force", "2027"), undoes="A")], ("partially_implemented", "2020")),
        # What goes against it and may have come last keeps a whole from being shown, though its order beside the recommendation is unknown.
        ([effect("A", "fulfils", "2019-05-01"), effect("B", "contradicts", "2019")], ("partially_implemented", "2019-05-01")),
        ([effect("A", "fulfils", "2020"), effect("B", "contradicts", "2019")], ("implemented", "2020")),
        ([effect("A", "fulfils", "2019-05-01"), effect("B", "contradicts", "2019", ("repealed", "2021"))], ("implemented", "2019-05-01")),
        ([effect("A", "fulfils", "2019-05-01"), effect("B", "contradicts", "2019"), effect("C", "fulfils", "2020")], ("implemented", "2019-05-01")),
        # What may have ended, may not have happened or has no date decides nothing and keeps a whole from being shown.
        ([effect("A", "fulfils", "2020", ("repealed", "2026"))], ("not_assessed", None)),
        ([effect("A", "fulfils", "2026")], ("not_assessed", None)),
        ([effect("A", "fulfils", None)], ("not_assessed", None)),
        ([effect("A", "fulfils", "2027-01")], ("not_assessed", None)),
        ([effect("A", "fulfils", "2020"), effect("B", "contradicts", "2026")], ("partially_implemented", "2020")),
        ([effect("A", None, "2020", undoes="Z")], ("not_assessed", None)),
    ],
)  # fmt: skip
def test_effects(effects: list[Bearing], expected: tuple[str, str | None]) -> None:
    for order in itertools.permutations(effects):
        assert shown(proposed(*order)) == expected


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ([("rejected", "2020")], ("rejected", "2020")),
        ([("accepted", "2020-05-04")], ("under_consideration", "2020-05-04")),
        ([("in_part", "2020")], ("under_consideration", "2020")),
        ([("in_principle", "2020")], ("under_consideration", "2020")),
        ([("noted", "2020")], ("not_assessed", None)),
        ([("rejected", "2018")], ("not_assessed", None)),  # before the recommendation: no answer to it
        ([("rejected", "2027")], ("not_assessed", None)),  # to come
        ([("accepted", "2020"), ("rejected", "2022")], ("rejected", "2022")),
        ([("rejected", "2020"), ("accepted", "2021"), ("in_part", "2022")], ("under_consideration", "2021")),
        ([("accepted", "2020"), ("rejected", "2020-05")], ("not_assessed", None)),  # order unknown
        ([("accepted", "2020"), ("rejected", "2020-05"), ("rejected", "2021")], ("rejected", "2021")),
        ([("rejected", "2021"), ("noted", "2022")], ("rejected", "2021")),
    ],
)
def test_positions(positions: list[tuple[str, str]], expected: tuple[str, str | None]) -> None:
    for order in itertools.permutations(positions):
        assert shown(proposed(positions=tuple(said(*each) for each in order))) == expected


def test_what_it_did_counts_before_what_it_said() -> None:
    """And an announcement beside an answer is a word among its words."""
    refused = (said("rejected", "2021"),)
    assert shown(proposed(effect("A", "partly_fulfils", "2020"), positions=refused)) == ("partially_implemented", "2020")
    assert shown(proposed(effect("A", "fulfils", "2022", kind="announced"), positions=refused)) == ("under_consideration", "2022")
    assert shown(proposed(effect("A", "fulfils", "2020", kind="announced"), positions=refused)) == ("rejected", "2021")
    assert shown(proposed(effect("A", "fulfils", "2021-03", kind="announced"), positions=refused)) == ("not_assessed", None)


def test_a_search_says_that_nothing_was_found_as_long_as_it_counts() -> None:
    nothing = "No effect, no answer and no search is on record; someone must search."
    assert [str(reason) for reason in proposed().reasons] == [nothing]
    assert proposed(searches=(search("2026-11-20"),)).status is Status.NO_EVIDENCE
    assert proposed(searches=(search("2025-11-22"),)).status is Status.NO_EVIDENCE
    expired = proposed(searches=(search("2025-11-21"), search("2024")))
    assert expired.status is Status.NOT_ASSESSED
    assert str(expired.reasons[0]) == "The search of 2025-11-21 counted until 2026-11-21; someone must search again."
    assert proposed(searches=(search("2026-12-01"),)).status is Status.NOT_ASSESSED


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (effect("A", "partly_fulfils", "2018-06-07"), "no_evidence"),
        (effect("A", "no_direct_effect", "2020"), "no_evidence"),
        (effect("A", "not_judged", "2020"), "not_assessed"),
        (effect("A", "fulfils", "2019-02-04"), "not_assessed"),
        (effect("A", "fulfils", "2026"), "not_assessed"),
    ],
)
def test_nothing_found_is_not_said_beside_something_unsettled(found: Bearing, status: str) -> None:
    assert proposed(found, searches=(search("2026-11-20"),)).status == status


def test_a_recommendation_whose_place_another_took() -> None:
    """It is followed no longer, unless something was done about it."""
    other = (("NEW-1", PartialDate("2021")), ("NEW-2", PartialDate("2022")))
    assert shown(proposed(superseded_by=other)) == ("superseded", "2021")
    assert shown(proposed(effect("A", "fulfils"), superseded_by=other)) == ("implemented", "2020-01-15")
    assert proposed(superseded_by=(("NEW-1", PartialDate("2027")),)).status is Status.NOT_ASSESSED


def test_what_a_person_should_know_besides() -> None:
    """A deadline that has passed, a yardstick that is missing, an answer, a dispute."""
    sentences = [str(reason) for reason in proposed(due_on=PartialDate("2020"), positions=(said("noted", "2020"),)).reasons]
    assert sentences[1:] == ["The minister answered “noted” (2020).", "It was due on 2020, which has passed."]
    done = proposed(effect("A", "fulfils", disputed=True), has_criteria=False, due_on=PartialDate("2020"))
    assert [str(reason) for reason in done.reasons[1:]] == [
        "AL: Action A (2020-01-15): fulfils what was recommended; a source disputes it.",
        "The recommendation has no criteria for “implemented”; say in the rationale by what it is judged.",
    ]


def test_nothing_is_proposed_before_the_recommendation_was_made_for_certain() -> None:
    assert proposed(effect("A", "fulfils", "2019-01-01"), on=dt.date(2019, 2, 27)).status is Status.NOT_ASSESSED


@pytest.mark.parametrize(
    ("searched_on", "until"), [("2026-11-20", "2027-11-20"), ("2024-02-29", "2025-02-28"), ("2024-12", "2025-12-31"), ("2024", "2025-12-31")]
)
def test_how_long_a_search_counts(searched_on: str, until: str) -> None:
    assert due_again(PartialDate(searched_on)).isoformat() == until


def test_choosing_otherwise_asks_why() -> None:
    """For every pair, but for what only a source can show."""
    for given_, chosen in itertools.product(Status, Status):
        asked = asks_why(Proposal(given_, None, ()), chosen)
        assert asked == (given_ is not chosen and (given_, chosen) != (Status.NO_EVIDENCE, Status.NO_ACTION))


# Whatever the facts

DAYS = [dt.date(2017, 6, 1) + dt.timedelta(days=n) for n in range(0, 3600, 7)]
dates = st.builds(lambda day, length: PartialDate(day.isoformat()[:length]), st.sampled_from(DAYS), st.sampled_from([4, 7, 10]))
plain_effects = st.builds(
    lambda on, kind, events, direction, disputed: Bearing("", "AL: An action", on, kind, ((kind, on), *events), direction, None, disputed),
    dates,
    st.sampled_from([EventKind.OCCURRED, EventKind.ANNOUNCED, EventKind.ADOPTED, EventKind.IN_FORCE, EventKind.AMENDED]),
    st.lists(st.tuples(st.sampled_from(EventKind), dates), max_size=3).map(tuple),
    st.sampled_from(Direction),
    st.booleans(),
)


@st.composite
def facts(draw: Any) -> Facts:
    """Any facts: effects with keys, some of which undo a plain one."""
    plain = [replace(found, key=f"P{number}") for number, found in enumerate(draw(st.lists(plain_effects, max_size=4)))]
    undoing = []
    for number, target in enumerate(draw(st.lists(st.sampled_from(plain), max_size=2)) if plain else []):
        # It may have been announced alone, or have ended itself.
        undoing.append(replace(draw(plain_effects), key=f"U{number}", action="AL: A reversal", direction=None, undoes=target.key))
    return Facts(
        recommended_on=draw(st.sampled_from([MADE, PartialDate("2019"), PartialDate("2019-02-01")])),
        due_on=draw(st.none() | dates),
        has_criteria=draw(st.booleans()),
        effects=tuple(draw(st.permutations([*plain, *undoing]))),
        positions=tuple(draw(st.lists(st.builds(Said, st.sampled_from(Answer), dates, st.just("A minister")), max_size=3))),
        searches=tuple(draw(st.lists(dates.map(lambda on: Searched(on, due_again(on))), max_size=2))),
    )


def replace(found: Bearing, **fields: Any) -> Bearing:
    """A copy with other values."""
    return Bearing(**{name: getattr(found, name) for name in Bearing.__slots__} | fields)


@given(facts(), st.sampled_from(DAYS))
def test_whatever_the_facts(given_: Facts, on: dt.date) -> None:
    """No action is never proposed; a date lies in the past; every effect is spoken of; the order in which facts are given says nothing."""
    proposal = propose(given_, on=on)
    assert proposal.status is not Status.NO_ACTION
    assert proposal.reasons
    assert all("%(" not in str(reason) for reason in proposal.reasons)
    if proposal.effective_on:
        assert proposal.effective_on.last <= on
    if on >= given_.recommended_on.last:
        assert sorted(reason.effect for reason in proposal.reasons if reason.effect) == sorted(found.key for found in given_.effects)
    turned = propose(
        Facts(
            given_.recommended_on, given_.due_on, given_.has_criteria, given_.effects[::-1], given_.positions[::-1], given_.searches[::-1],
            given_.superseded_by,
        ),
        on=on,
    )  # fmt: skip
    assert shown(turned) == shown(proposal)


@given(facts(), st.sampled_from(DAYS))
def test_uptake_is_never_made_of_less_than_uptake(given_: Facts, on: dt.date) -> None:
    """Implemented, partially, contrary and reversed each need an action that certainly came after the recommendation and had happened."""
    proposal = propose(given_, on=on)
    later = [
        found
        for found in given_.effects
        if found.acted_on and earlier(found.acted_on, given_.recommended_on) is Earlier.NO and found.acted_on.last <= on
    ]
    directions = {found.direction for found in later}
    if proposal.status is Status.IMPLEMENTED:
        assert Direction.FULFILS in directions
        undone = {found.undoes for found in given_.effects if found.acted_on and found.acted_on.first <= on}
        standing = [found for found in later if found.direction is Direction.CONTRADICTS and found.key not in undone]
        occurred = [found for found in standing if found.decided_by is EventKind.OCCURRED and len(found.events) == 1]
        assert not occurred
    if proposal.status is Status.PARTIALLY_IMPLEMENTED:
        assert directions & {Direction.FULFILS, Direction.PARTLY_FULFILS}
    if proposal.status is Status.CONTRARY_ACTION:
        assert Direction.CONTRADICTS in directions or any(found.undoes and begun(found, on) for found in later)
    if proposal.status is Status.REVERSED:
        assert directions & {Direction.FULFILS, Direction.PARTLY_FULFILS}
        ends = {EventKind.REPEALED, EventKind.ANNULLED}
        assert any(kind in ends for found in later for kind, _on in found.events) or any(
            found.undoes and begun(found, on) for found in given_.effects
        )
    if proposal.status is Status.NO_EVIDENCE:
        assert any(search.on.first <= on <= search.until for search in given_.searches)
        assert not any(found.direction is Direction.NOT_JUDGED for found in later)


def begun(found: Bearing, on: dt.date) -> bool:
    """Whether it occurred or entered into force by a day, for certain or not, rather than being announced or adopted alone."""
    return any(kind in (EventKind.OCCURRED, EventKind.AMENDED, EventKind.IN_FORCE) and when.first <= on for kind, when in found.events)


@given(facts(), plain_effects, st.sampled_from(DAYS))
def test_an_earlier_action_changes_nothing(given_: Facts, more: Bearing, on: dt.date) -> None:
    """Whatever its direction, it is neither uptake nor against it."""
    early = replace(more, key="E", acted_on=PartialDate("2018-06"), events=((EventKind.OCCURRED, PartialDate("2018-06")),))
    with_it = Facts(
        given_.recommended_on, given_.due_on, given_.has_criteria, (*given_.effects, early), given_.positions, given_.searches, given_.superseded_by
    )
    assert shown(propose(with_it, on=on)) == shown(propose(given_, on=on))
