"""Identifiers are told from what is none, and lead only to the registers that they are of."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.identifiers import HELD_BY, SCHEMES, read_with

RIGHT = {
    "iso_3166_2": ("CA-QC", "GB-SCT", "DE-BY", "ES-M", "FR-2A"),
    "wikidata": ("Q1", "Q42", "Q99999999"),
    "opensanctions": ("Q42", "NK-abcDEF123", "ofac-81717", "eu-fsf-eu-1-2"),
    "symbol": ("A/HRC/12/34", "GAO-20-279", "SI 2022/544", "COM(2018) 33 final", "شماره ۱۲"),
    "celex": (
        "32019R0881", "32025D1972", "52018PC0033", "62019CJ0311", "02014R0833-20230624", "32010D0413R(01)", "12012M/TXT", "12016E207",
        "52019XC0704(01)", "72018L0843FIN_201902345", "E2017C0001",
    ),
    "bill": ("H.R. 1234 (116th Congress)", "C-5 (43-2)"),
}  # fmt: skip
WRONG = {
    "iso_3166_2": ("CA", "ca-qc", "CA-QUEB", "CAN-QC", "CA-", "CA-QC\n"),
    "wikidata": ("42", "Q", "Q0", "Q042", "q42", "Q42 ", "Q42\n", "https://www.wikidata.org/wiki/Q42", "Q٤٢"),
    "opensanctions": ("NK", "NK-", "-NK", "NK a", "nk/../x", "NK-a\n", "NK-é"),
    "symbol": ("", " A/1", "A/1 ", "A  1", "A\n1"),
    "celex": ("2019/881", "32019R", "32019r0881", "32019R0881 ", "CELEX:32019R0881", "32019R0881&x=y", "32019R0881\n"),
    "bill": ("", " C-5", "C-5\n"),
}
BASES = {
    "wikidata": "www.wikidata.org",
    "opensanctions": "www.opensanctions.org",
    "symbol": "undocs.org",
    "celex": "eur-lex.europa.eu",
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_an_identifier_is_one(name: str, value: str) -> None:
    assert SCHEMES[name].pattern.fullmatch(value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_what_is_none_is_none_and_leads_nowhere(name: str, value: str) -> None:
    assert not SCHEMES[name].pattern.fullmatch(value)
    assert SCHEMES[name].address(value) == ""


@pytest.mark.parametrize(
    ("name", "value", "address"),
    [
        ("wikidata", "Q42", "https://www.wikidata.org/wiki/Q42"),
        ("opensanctions", "NK-abc", "https://www.opensanctions.org/entities/NK-abc"),
        ("celex", "32019R0881", "https://eur-lex.europa.eu/legal-content/AUTO/?uri=CELEX:32019R0881"),
        ("celex", "32010D0413R(01)", "https://eur-lex.europa.eu/legal-content/AUTO/?uri=CELEX:32010D0413R%2801%29"),
        ("symbol", "A/HRC/12/34", "https://undocs.org/A/HRC/12/34"),
        ("symbol", "S/RES/2231", "https://undocs.org/S/RES/2231"),
        ("symbol", "GAO-20-279", ""),  # no register has an address for each
        ("symbol", "A/../x y", ""),
        ("symbol", "A/../B", ""),
        ("symbol", "SI 2022/544", ""),
        ("bill", "C-5", ""),
        ("iso_3166_2", "CA-QC", ""),
        ("wikidata", "[erased]", ""),
        ("wikidata", "", ""),
    ],
)
def test_where_it_is_looked_up(name: str, value: str, address: str) -> None:
    assert SCHEMES[name].address(value) == address


@given(st.sampled_from(sorted(BASES)), st.text(max_size=30) | st.from_regex(r"[A-Z]{1,4}(/[A-Za-z0-9.()?#@:&%-]{0,8}){1,4}", fullmatch=True))
def test_no_text_leads_anywhere_else(name: str, text: str) -> None:
    address = SCHEMES[name].address(text)
    if address:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, parts.fragment) == ("https", BASES[name], "")
        assert address.isascii()
        assert not set("<>\"' \\") & set(address)
        assert parts.query.count("=") <= 1
        assert ".." not in parts.path.split("/")


def test_what_was_frozen_before_is_read_as_saying_nothing() -> None:
    assert read_with("document", {"key": "A"}) == {"key": "A", "symbol": "", "celex": "", "bill": "", "legislature": ""}
    assert read_with("document", {"celex": "32019R0881"})["celex"] == "32019R0881"
    assert read_with("assessment", {"key": "A"}) == {"key": "A"}
    assert all(name in SCHEMES or name == "legislature" for names in HELD_BY.values() for name in names)
