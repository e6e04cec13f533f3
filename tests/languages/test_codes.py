"""The codes of ISO 3166-1 that follow from two letters, for every country that has any."""

import re

import pytest

from tracker.languages.codes import alpha_3, numeric
from tracker.public.world.making import ALPHA_2


def test_every_country_has_its_number_and_three_letters_of_its_own() -> None:
    """The numbers are written down a second time, for the shapes of the map."""
    assert {code: numeric(code) for code in ALPHA_2.values()} == {code: number for number, code in ALPHA_2.items()}
    letters = [alpha_3(code) for code in ALPHA_2.values()]
    assert all(re.fullmatch("[A-Z]{3}", each) for each in letters)
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(
    ("code", "letters", "number"),
    [("AL", "ALB", "008"), ("GB", "GBR", "826"), ("DE", "DEU", "276"), ("FR", "FRA", "250"), ("MM", "MMR", "104"), ("VA", "VAT", "336")],
)
def test_states_that_had_others_have_those_of_today(code: str, letters: str, number: str) -> None:
    assert (alpha_3(code), numeric(code)) == (letters, number)


@pytest.mark.parametrize("code", ["EU", "XK", "EU-MEMBERS", "INTL", "AC", "UK", "ZZ", "CA-QC", "ALB", ""])
def test_what_is_no_country_of_iso_has_none(code: str) -> None:
    assert (alpha_3(code), numeric(code)) == ("", "")
