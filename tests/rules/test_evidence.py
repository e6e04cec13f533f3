"""What a status rests on, what disputes it, and whom it must be attributed to."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.evidence import Use, Weight, claimed_by, rests_on, weigh
from tracker.rules.vocabulary import Interest, Stance


def use(citation: str, stance: str = "supports", interest: str = "press", source: str = "") -> Use:
    """A citation at work, in the words of the vocabulary."""
    return Use(citation, Stance(stance), Interest(interest), source or f"source of {citation}")


# Albania orders the whole embassy out (September 2022), as the Iran case records it.
AP = use("EV-069", source="AP")
TASS = use("EV-070", source="TASS")
IRAN_REJECTS_THE_REASONS = use("EV-071", "disputes", source="Azernews")
SEVERANCE = [AP, TASS, IRAN_REJECTS_THE_REASONS]
# Two diplomats expelled in January 2020; Albania again, another action.
EXPULSION = [use("EV-055", interest="official"), use("EV-056"), use("EV-058", "disputes")]
ACTIONS = {"AL-2022-SEV": SEVERANCE, "AL-2020-EXP": EXPULSION}

uses = st.builds(
    Use,
    citation=st.sampled_from(["EV-1", "EV-2", "EV-3", "EV-4"]),
    stance=st.sampled_from(Stance),
    interest=st.sampled_from(Interest),
    source=st.sampled_from(["Reuters", "NCRI", "Ministry"]),
)
own_uses = st.lists(uses, max_size=5)
actions_uses = st.dictionaries(st.sampled_from(["AL-1", "AL-2", "AL-3"]), st.lists(uses, max_size=5))


def test_a_verdict_shows_every_dispute_of_the_action_that_it_rests_on() -> None:
    assert weigh([AP, TASS], ACTIONS) == Weight(supports=("EV-069", "EV-070"), disputes=("EV-071",), claimed_by=())
    assert weigh([AP, TASS], ACTIONS).disputed


def test_one_shared_citation_is_enough_to_rest_on_an_action() -> None:
    assert rests_on(["EV-070", "EV-999"], ACTIONS) == ["AL-2022-SEV"]
    assert weigh([TASS], ACTIONS).disputes == ("EV-071",)


def test_disputes_of_an_action_that_it_does_not_rest_on_are_not_its_own() -> None:
    assert rests_on(["EV-999"], ACTIONS) == []
    undisputed = weigh([use("EV-999")], ACTIONS)
    assert undisputed == Weight(supports=("EV-999",), disputes=(), claimed_by=())
    assert not undisputed.disputed


def test_support_of_an_action_is_not_support_of_the_verdict_unless_the_verdict_cites_it() -> None:
    assert weigh([AP], ACTIONS).supports == ("EV-069",)


def test_a_verdict_that_rests_on_two_actions_shows_the_disputes_of_both() -> None:
    assert rests_on(["EV-055", "EV-069"], ACTIONS) == ["AL-2022-SEV", "AL-2020-EXP"]
    assert weigh([use("EV-055"), AP], ACTIONS).disputes == ("EV-058", "EV-071")


def test_context_is_neither_for_nor_against() -> None:
    assert weigh([use("EV-079", "context")], {}) == Weight(supports=(), disputes=(), claimed_by=())


def test_nothing_cited_weighs_nothing() -> None:
    """As a verdict that rests on a logged search alone."""
    assert weigh([], ACTIONS) == Weight(supports=(), disputes=(), claimed_by=())


@pytest.mark.parametrize("stances", [("supports", "disputes"), ("disputes", "supports")])
def test_a_citation_that_supports_and_disputes_counts_once_against(stances: tuple[str, str]) -> None:
    assert weigh([use("EV-1", stance) for stance in stances], {}) == Weight(supports=(), disputes=("EV-1",), claimed_by=())


def test_a_citation_that_disputes_the_action_is_no_support_of_the_verdict() -> None:
    assert weigh([AP, use("EV-071")], ACTIONS) == Weight(supports=("EV-069",), disputes=("EV-071",), claimed_by=())


def test_what_advocacy_alone_supports_names_who_claims_it_each_once() -> None:
    ncri = use("EV-1", interest="advocacy", source="NCRI")
    mek = use("EV-2", interest="advocacy", source="MEK")
    again = use("EV-3", interest="advocacy", source="NCRI")
    assert claimed_by([ncri, mek, again]) == ("NCRI", "MEK")
    assert weigh([ncri, mek, again], {}).claimed_by == ("NCRI", "MEK")


@pytest.mark.parametrize("interest", ["official", "press", "academic"])
def test_one_supporter_who_is_no_advocate_lifts_the_label(interest: str) -> None:
    advocate = use("EV-1", interest="advocacy", source="NCRI")
    assert claimed_by([advocate, use("EV-2", interest=interest)]) == ()
    assert claimed_by([use("EV-2", interest=interest), advocate]) == ()


def test_what_nothing_supports_is_claimed_by_nobody() -> None:
    assert claimed_by([]) == ()


@pytest.mark.parametrize("stance", ["disputes", "context"])
def test_only_support_lifts_the_label(stance: str) -> None:
    """A press report that denies the claim, or only mentions it, does not bear it out."""
    weight = weigh([use("EV-1", interest="advocacy", source="NCRI"), use("EV-2", stance, interest="press")], {})
    assert weight.claimed_by == ("NCRI",)


def test_support_that_turns_out_to_dispute_the_action_does_not_lift_the_label() -> None:
    claim = use("EV-1", interest="advocacy", source="NCRI")
    report = use("EV-2", interest="press")
    assert weigh([claim, report], {"AL-1": [claim, use("EV-2", "disputes")]}).claimed_by == ("NCRI",)


@given(own_uses, actions_uses)
def test_each_citation_counts_once_and_on_one_side_in_the_order_of_the_keys(own: list[Use], actions: dict[str, list[Use]]) -> None:
    weight = weigh(own, actions)
    counted = [*weight.supports, *weight.disputes]
    assert len(counted) == len(set(counted))
    assert (list(weight.supports), list(weight.disputes)) == (sorted(weight.supports), sorted(weight.disputes))


@given(own_uses, actions_uses)
def test_no_dispute_is_lost_and_none_is_invented(own: list[Use], actions: dict[str, list[Use]]) -> None:
    cited = {use.citation for use in own}
    against = {use.citation for use in own if use.stance == "disputes"}
    for uses_of_action in actions.values():
        if cited & {use.citation for use in uses_of_action}:
            against |= {use.citation for use in uses_of_action if use.stance == "disputes"}
    assert set(weigh(own, actions).disputes) == against


@given(own_uses, actions_uses)
def test_support_is_what_the_verdict_cites_and_nothing_disputes(own: list[Use], actions: dict[str, list[Use]]) -> None:
    weight = weigh(own, actions)
    assert set(weight.supports) == {use.citation for use in own if use.stance == "supports"} - set(weight.disputes)


@given(own_uses, actions_uses)
def test_claimed_by_appears_exactly_where_all_support_is_advocacy(own: list[Use], actions: dict[str, list[Use]]) -> None:
    weight = weigh(own, actions)
    supporters = [use for use in own if use.stance == "supports" and use.citation in weight.supports]
    advocates = {use.source for use in supporters if use.interest == "advocacy"}
    assert set(weight.claimed_by) == (advocates if all(use.interest == "advocacy" for use in supporters) else set())


@given(own_uses, actions_uses, st.randoms(use_true_random=False))
def test_the_order_in_which_citations_and_actions_are_fetched_does_not_matter(own: list[Use], actions: dict[str, list[Use]], random: Random) -> None:
    def shuffled(items: list) -> list:
        return random.sample(items, len(items))

    other = weigh(shuffled(own), {key: shuffled(actions[key]) for key in shuffled(list(actions))})
    weight = weigh(iter(own), actions)
    assert (other.supports, other.disputes, set(other.claimed_by)) == (weight.supports, weight.disputes, set(weight.claimed_by))
