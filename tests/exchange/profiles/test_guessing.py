"""A draft from a table's columns, and a profile from what staff chose."""

from pathlib import Path

import pytest

from tests.exchange.profiles.helping import GOVERNMENTS, PLAIN, cells, problems, table
from tracker.exchange.profiles import Choice, ProfileError, Seen, fields_of, guess_profile, map_records, parse, profile_of, to_toml
from tracker.exchange.profiles.kinds import KINDS
from tracker.exchange.profiles.model import GovernmentRules

SOURCE = parse(PLAIN).source
ROWS = [
    {
        "N°": "1", "Pays": "Allemagne", "Recommandation": "<p>Compter les lanternes.</p>", "Statut": "Réalisé", "Date du statut": "13/04/2020",
        "Thèmes": "Mer; Port",
    },
    {
        "N°": "2", "Pays": "France", "Recommandation": "<p>Peindre les bancs.</p>", "Statut": "En cours", "Date du statut": "01/05/2020",
        "Thèmes": "Port",
    },
]  # fmt: skip


def guessed(rows: list[dict[str, str]]) -> dict[str, Choice]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    choices = guess_profile([Seen(column, [row.get(column) for row in rows]) for column in columns], GOVERNMENTS)
    return {f"{choice.kind}.{choice.field}": choice for choice in choices}


def test_columns_are_guessed_by_name_and_values_in_other_languages() -> None:
    found = guessed(ROWS)
    assert {place: choice.column for place, choice in found.items()} == {
        "addressee.government": "Pays",
        "recommendation.statement": "Recommandation",
        "recommendation.number": "N°",
        "assessment.status": "Statut",
        "assessment.effective_on": "Date du statut",
        "theme.name": "Thèmes",
    }
    assert found["recommendation.statement"].html
    assert found["recommendation.number"].is_key
    assert found["theme.name"].split == "; "
    assert found["assessment.effective_on"].formats == ("dd/MM/yyyy",)
    assert found["assessment.status"].map == {"Réalisé": "implemented", "En cours": "partially_implemented"}


def test_a_column_of_countries_is_found_by_its_values() -> None:
    found = guessed([{"X": "Canada; France", "Y": "Paint all of the benches in all of the harbours of the coast."}, {"X": "US", "Y": "Again."}])
    assert found["addressee.government"].column == "X"
    assert found["addressee.government"].split == "; "
    assert found["recommendation.statement"].column == "Y"


def test_a_number_that_comes_again_is_unique_with_the_state_and_the_session() -> None:
    rows = [{"Session": "12", "State": "France", "No": "1", "Text": "A"}, {"Session": "12", "State": "Canada", "No": "1", "Text": "B"}]
    choices = guess_profile([Seen(column, [row[column] for row in rows]) for column in rows[0]], GOVERNMENTS)
    assert [choice.column for choice in choices if choice.is_key] == ["Session", "State", "No"]


def test_an_ambiguous_date_gets_no_format() -> None:
    assert guessed([{"Status": "done", "Status date": "03/04/2020", "Text": "x"}])["assessment.effective_on"].formats == ()


def test_a_guess_becomes_a_profile_that_reads_the_file(tmp_path: Path) -> None:
    profile = profile_of("draft", guessed(ROWS).values(), source=SOURCE)
    assert parse(to_toml(profile)) == profile
    groups = list(map_records(profile, table(tmp_path, ROWS), GOVERNMENTS))
    assert problems(groups) == []
    assert cells(groups, "recommendations", "statement") == ["Compter les lanternes.", "Peindre les bancs."]
    assert cells(groups, "assessments", "government", "status", "effective_on") == [
        {"government": "DE", "status": "implemented", "effective_on": "2020-04-13"},
        {"government": "FR", "status": "partially_implemented", "effective_on": "2020-05-01"},
    ]


def test_choices_and_constants_make_a_profile() -> None:
    choices = [
        Choice("No", "recommendation", "number", is_key=True),
        Choice("Title", "recommendation", "statement"),
        Choice("Text", "recommendation", "statement", html=True),
        Choice("Answer", "position", "answer", map={"Yes": "accepted"}),
    ]
    constants = {("recommendation", "made_by"): "Somebody", ("position", "on"): "2020-05"}
    profile = profile_of("mine", choices, constants=constants, source=SOURCE, governments=GovernmentRules(all="CA"))
    assert profile.records["recommendation"].key == ("No",)
    assert profile.records["recommendation"].fields["statement"].columns == ("Title", "Text")
    assert profile.records["recommendation"].fields["statement"].html
    assert profile.records["recommendation"].fields["made_by"].constant == "Somebody"
    assert "addressee" in profile.records
    assert parse(to_toml(profile)) == profile


def test_choices_that_make_no_profile_are_refused_in_words() -> None:
    with pytest.raises(ProfileError, match=r"recommendation\.key: either key"):
        profile_of("mine", [Choice("Text", "recommendation", "statement")], source=SOURCE)
    with pytest.raises(ProfileError, match=r"there is no recommendation\.status that a column could become"):
        profile_of("mine", [Choice("Text", "recommendation", "status")], source=SOURCE)
    with pytest.raises(ProfileError, match=r"there is no action\.colour"):
        profile_of("mine", [Choice("Text", "action", "title")], constants={("action", "colour"): "red"}, source=SOURCE)


def test_every_kind_has_fields_with_their_meaning() -> None:
    for kind in KINDS:
        assert all(meaning for _name, meaning in fields_of(kind))
