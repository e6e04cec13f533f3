"""Governments by code and by name: in four languages, former and long, ambiguous, unknown, and not on this site yet."""

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.profiles.helping import GOVERNMENTS
from tracker.exchange.profiles.called import ALSO, SEVERAL
from tracker.exchange.profiles.governments import _NO_COUNTRY, LANGUAGES, Governments, codes_of

WORLD = Governments([(code, name, "state") for code, name in Locale.parse("en").territories.items() if len(code) == 2 and code not in _NO_COUNTRY])
CODES = sorted(code for code in WORLD.names if code != "NA")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *[("GB", "GB"), ("GBR", "GB"), ("826", "GB"), ("UK", "GB"), ("United Kingdom", "GB"), ("the united kingdom", "GB")],
        *[("Royaume-Uni", "GB"), ("Reino Unido", "GB"), ("المملكة المتحدة", "GB"), ("Great Britain", "GB")],
        *[("United States of America", "US"), ("USA", "US"), ("États-Unis", "US"), ("Etats-Unis", "US"), ("EE.UU.", "US")],
        *[("Swaziland", "SZ"), ("Burma", "MM"), ("Macedonia", "MK"), ("Zaire", "CD"), ("Ceylon", "LK"), ("Czech Republic", "CZ")],
        *[("Republic of Korea", "KR"), ("Korea, Republic of", "KR"), ("Korea (Republic of)", "KR"), ("Democratic People's Republic of Korea", "KP")],
        *[("Iran (Islamic Republic of)", "IR"), ("République islamique d’Iran", "IR"), ("Viet Nam", "VN"), ("Türkiye", "TR"), ("Turkey", "TR")],
        *[("Tanzania, United Republic of", "TZ"), ("Republic of Moldova", "MD"), ("Bolivia (Plurinational State of)", "BO")],
        *[("Kingdom of Saudi Arabia", "SA"), ("Royaume d’Espagne", "ES"), ("المملكة العربية السعودية", "SA"), ("ألمانيا", "DE")],
        *[("Trinidad and Tobago", "TT"), ("St Lucia", "LC"), ("Saint Lucia", "LC"), ("Bahamas (The)", "BS"), ("Côte d’Ivoire", "CI")],
        *[("People's Republic of China", "CN"), ("Republic of China", "TW"), ("Republic of the Congo", "CG"), ("DR Congo", "CD")],
        *[("Holy See", "VA"), ("Palestine", "PS"), ("EL", "GR"), ("European Union", "EU"), ("Kosovo", "XK")],
    ],
)
def test_a_country_is_known_by_its_codes_and_names(written: str, code: str) -> None:
    assert WORLD.resolve(written) == code


@given(st.sampled_from(CODES), st.sampled_from(LANGUAGES), st.booleans())
def test_every_country_is_known_by_its_name_in_each_language(code: str, language: str, shouted: bool) -> None:
    name = Locale.parse(language).territories[code]
    assert WORLD.resolve(f"  {name.upper() if shouted and language != 'ar' else name} ") == code


def test_every_other_name_means_its_country_or_is_ambiguous_on_purpose() -> None:
    for code, names in ALSO.items():
        for name in names:
            assert codes_of(name) == (code,), name
    for name, codes in SEVERAL.items():
        assert codes_of(name) == tuple(sorted(codes))


@pytest.mark.parametrize(
    ("written", "candidates"),
    [
        ("Congo", {"Congo - Kinshasa", "Congo - Brazzaville"}),
        ("Korea", {"North Korea", "South Korea"}),
        ("Corée", {"North Korea", "South Korea"}),
        ("Czechoslovakia", {"Czechia", "Slovakia"}),
        ("NA", {"Namibia", "not available"}),
    ],
)
def test_a_name_that_may_mean_several_is_refused_with_all_of_them(written: str, candidates: set[str]) -> None:
    found = WORLD.find(written)
    assert not found.code
    assert set(found.candidates) == candidates


def test_a_country_that_the_site_does_not_have_is_told_from_a_name_that_nobody_knows() -> None:
    assert (GOVERNMENTS.find("Burma").code, GOVERNMENTS.find("Burma").known) == ("", "MM")
    assert GOVERNMENTS.find("Lanternland") == GOVERNMENTS.find("") == GOVERNMENTS.find("x" * 5000)
    assert not (GOVERNMENTS.find("Lanternland").known or GOVERNMENTS.find("Lanternland").candidates)


@pytest.mark.parametrize("word", ["no", "is", "in", "us", "12", "8", "and"])
def test_a_word_or_a_number_is_no_code(word: str) -> None:
    assert WORLD.find(word).code == ""


def test_the_desk_goes_first_with_its_own_codes_and_names() -> None:
    desk = Governments([("BAY-1", "Georgia", "subnational"), ("EU-MEMBERS", "EU member states", "group")])
    assert desk.resolve("Georgia") == "BAY-1"
    assert desk.resolve("eu member states") == "EU-MEMBERS"
    assert desk.find("France").known == "FR"


def test_an_alias_goes_before_everything_and_leaves_the_others_as_they_were() -> None:
    more = WORLD.with_aliases({"Ottawa": "CA", "Korea": "KR"})
    assert (more.resolve("OTTAWA"), more.resolve("Korea"), more.resolve("France")) == ("CA", "KR", "FR")
    assert WORLD.resolve("Ottawa") is None


def test_close_names_are_suggested() -> None:
    assert GOVERNMENTS.suggest("United Kigdom")[0] == ("GB", "United Kingdom")
    assert GOVERNMENTS.suggest("Allemagnne")[0] == ("DE", "Germany")
    assert GOVERNMENTS.suggest("Lanternland and Benches") == []


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    found = WORLD.find(text)
    assert found.code == "" or found.code in WORLD.names
    WORLD.suggest(text)


def test_the_desks_governments_are_read_with_one_query(casefile_desk: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        found = Governments.of_the_desk()
        assert found.resolve("Allemagne") == "DE"
        assert "EU-MEMBERS" in found.groups
    assert len(queries) == 1
