"""What staff type for every row is taken by the words of the desk or by their codes, and what is none of them is refused by name."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.admin.forms import fields_of, words
from tests.admin.importing.steps import SOURCE, Steps
from tracker.admin.importing.draft import rules_of
from tracker.admin.importing.vocabulary import vocabulary_of
from tracker.exchange.profiles import Governments, parse
from tracker.exchange.profiles.kinds import KINDS
from tracker.models import Import, Measure, User

SignIn = Callable[[str], Client]

TABLE = "No,Text,When\n1,Close the office,2019\n"
HOLDS = {"No": ["recommendation.number"], "Text": ["recommendation.statement"]}


@pytest.fixture(autouse=True)
def governments(desk: str) -> None:
    builders.government("BE", name="Belgium")
    builders.government("EL", name="Elbonia")
    Measure.objects.create(key="expulsion", name="Expulsion of diplomats", definition="Sent home.")


def saved(client: Client, place: str, typed: str) -> tuple[Steps, Any]:
    steps = Steps(client)
    steps.upload("list.csv", TABLE.encode())
    return steps, steps.columns(HOLDS, constants={place: typed}, keys={"recommendation": ["No"]})


def kept(steps: Steps) -> dict[str, str]:
    """The values of every row that the profile has."""
    from tracker.admin.importing import reading

    assert steps.batch is not None
    profile, _mistakes = reading.profile_of(Import.objects.get(pk=steps.batch.pk))
    return {str(slot): rule.constant for slot, rule in rules_of(profile) if rule.constant}


TYPED = [
    ("assessment.status", "Under consideration", "under_consideration", "Under consideration (under_consideration)"),
    ("assessment.status", "under_consideration", "under_consideration", "Under consideration (under_consideration)"),
    ("assessment.status", "UNDER  consideration", "under_consideration", "Under consideration (under_consideration)"),
    ("document.kind", "White Paper", "white_paper", "White paper (white_paper)"),
    ("document.language", "French", "fr", "French (fr)"),
    ("document.language", "FR", "fr", "French (fr)"),
    ("document.language", "français", "fr", "French (fr)"),
    ("document.language", "فارسی", "fa", "Persian (fa)"),
    ("document.title_is_description", "Yes", "true", "Yes (true)"),
    ("document.title_is_description", "FALSE", "false", "No (false)"),
    ("addressee.government", "Belgium", "BE", "Belgium (BE)"),
    ("addressee.government", "be", "BE", "Belgium (BE)"),
    ("addressee.government", "BELGIQUE", "BE", "Belgium (BE)"),
    ("recommendation.measure", "expulsion of diplomats", "expulsion", "Expulsion of diplomats (expulsion)"),
    ("recommendation.measure", "A kind of ours", "A kind of ours", "“A kind of ours”, which is new here"),
    ("recommendation.recommended_on", "February 2019", "2019-02", "February 2019"),
    ("recommendation.recommended_on", "25/03/2019", "2019-03-25", "25 March 2019"),
]


@pytest.mark.parametrize(("place", "typed", "code", "taken"), TYPED)
def test_a_word_is_taken_by_its_label_or_its_code(place: str, typed: str, code: str, taken: str, people: dict[str, User], sign_in: SignIn) -> None:
    """What it was taken for stands beside the field, and the page sends it again as it is."""
    steps, response = saved(sign_in("researcher"), place, typed)
    assert response.status_code == 302, words(response)
    assert kept(steps)[place] == code
    assert f"taken for: {taken}" in words(steps.page("columns"))
    assert steps.send("columns", {}).status_code == 302
    assert kept(steps)[place] == code


@pytest.mark.parametrize(
    ("place", "typed", "said"),
    [
        (
            "assessment.status",
            "implementd",
            "Assessment · Status: “implementd” is none of the 9 values that it takes: “Implemented”, “Partially implemented”",
        ),
        ("document.language", "Frensh", "Document · Language: “Frensh” is none of the"),
        ("document.language", "Frensh", "closest to it: “French”"),
        ("addressee.government", "Belgum", "Addressee · Government: “Belgum” is none of the"),
        ("addressee.government", "Belgum", "values that it takes: “Belgium”, “Elbonia”"),
        ("document.title_is_description", "perhaps", "is none of the 2 values that it takes: “Yes”, “No”."),
        ("recommendation.recommended_on", "03/04/2019", "“03/04/2019” may be more than one day; write it as 2019-04-03."),
        ("recommendation.recommended_on", "soon", "Recommendation · Recommended on: “soon” is not a date; write a day, a month or a year"),
    ],
)
def test_a_word_of_nobodys_is_refused_with_the_nearest(place: str, typed: str, said: str, people: dict[str, User], sign_in: SignIn) -> None:
    steps, response = saved(sign_in("researcher"), place, typed)
    assert response.status_code == 422
    assert said in words(response)
    assert typed in fields_of(response.content.decode())["constant-value"], "what was typed stands there to be mended"
    assert steps.batch is not None and not Import.objects.get(pk=steps.batch.pk).profile_text


def test_every_word_of_every_place_is_found_by_what_it_is_called(desk: str) -> None:
    known = Governments.of_the_desk()
    for kind in KINDS.values():
        for column in kind.fields.values():
            vocabulary = vocabulary_of(column, known)
            for code, label in vocabulary.words if vocabulary and column.name != "language" else ():
                assert vocabulary and vocabulary.code(code) == vocabulary.code(label) == vocabulary.code(label.upper()) == code


def test_what_is_saved_again_stays_what_it_was_though_its_label_is_anothers_code(people: dict[str, User], sign_in: SignIn) -> None:
    """Ga (gaa) is a language, and ga is another."""
    steps, _response = saved(sign_in("researcher"), "document.language", "gaa")
    assert kept(steps)["document.language"] == "gaa"
    assert "Ga (gaa)" in words(steps.page("columns"))
    steps.send("columns", {})
    assert kept(steps)["document.language"] == "gaa"


def test_words_are_taken_at_the_other_steps_as_well(people: dict[str, User], sign_in: SignIn) -> None:
    """The language and the day of the file itself, and names of governments for names that the file uses."""
    steps, _response = saved(sign_in("researcher"), "recommendation.recommended_on", "2019")
    typed = {"source-language": "French", "source-published_on": "February 2019", "aliases": "The Kingdom = Belgium\nNowhere = -"}
    steps.send("whole", {**SOURCE, **typed})
    assert steps.batch is not None
    profile = parse(Import.objects.get(pk=steps.batch.pk).profile_text)
    assert (profile.source.fields["language"], profile.source.fields["published_on"]) == ("fr", "2019-02")
    assert profile.governments.aliases == {"The Kingdom": "BE", "Nowhere": "-"}


def test_what_may_be_typed_is_offered(people: dict[str, User], sign_in: SignIn) -> None:
    steps, _response = saved(sign_in("researcher"), "assessment.status", "implemented")
    html = steps.page("columns").content.decode()
    assert '<option value="Under consideration">' in html and 'list="words-1"' in html


# Dates

DATES = "No,Text,When\n1,Close it,12/03/2019\n2,Open it,{other}\n3,Keep it,n/a\n"
SLOT = "?of=recommendation.recommended_on"


def dated(client: Client, other: str) -> Steps:
    steps = Steps(client)
    steps.upload("list.csv", DATES.format(other=other).encode())
    return steps


def test_how_dates_are_read_is_said_beside_their_column(people: dict[str, User], sign_in: SignIn) -> None:
    steps = dated(sign_in("researcher"), "25/03/2019")
    said = words(steps.page("columns"))
    assert "“12/03/2019” is read as 12 March 2019: day first, since “25/03/2019” occurs." in said
    assert "1 value is not read as a date: “n/a”." in said
    steps = dated(steps.client, "03/25/2019")
    assert "“12/03/2019” is read as 3 December 2019: month first, since “03/25/2019” occurs." in words(steps.page("columns"))
    steps = dated(steps.client, "February 2019")
    said = words(steps.page("columns"))
    assert "“12/03/2019” may be 12 March 2019 or 3 December 2019." in said and "once this is saved" in said


@pytest.mark.parametrize(("other", "why"), [("00/05/2019", "is no day of the calendar"), ("03/04/0000", "has the year 0000")])
def test_a_day_of_no_calendar_is_told_beside_its_column(other: str, why: str, people: dict[str, User], sign_in: SignIn) -> None:
    steps = dated(sign_in("researcher"), other)
    said = words(steps.page("columns"))
    assert "“12/03/2019” may be 12 March 2019 or 3 December 2019." in said
    assert f"2 different values are not read as dates, “{other}” among them." in said
    steps.columns({**HOLDS, "When": ["recommendation.recommended_on"]}, keys={"recommendation": ["No"]})
    assert f"{other} not read: {why}" in words(steps.page("field", SLOT))


def test_where_nobody_can_tell_it_is_asked_and_shown_what_each_cell_is_read_as(people: dict[str, User], sign_in: SignIn) -> None:
    steps = dated(sign_in("researcher"), "February 2019")
    steps.columns({**HOLDS, "When": ["recommendation.recommended_on"]}, keys={"recommendation": ["No"]})
    html = steps.page("columns").content.decode()
    assert f'href="{steps.address("field")}{SLOT}#dates"' in html
    page = steps.page("field", SLOT)
    assert 'id="dates"' in page.content.decode()
    said = words(page)
    assert "12/03/2019 not read: may be 12 March 2019 or 3 December 2019; say how dates are written." in said
    assert "February 2019 February 2019" in said
    assert "n/a not read: is not a date" in said

    steps.send("field", {"format": ["dd/MM/yyyy"], "empty": "n/a"}, query=SLOT)
    said = words(steps.page("field", SLOT))
    assert "12/03/2019 12 March 2019" in said and "February 2019 February 2019" in said and "n/a nothing: it is left out" in said
    said = words(steps.page("columns"))
    assert "“12/03/2019” is read as 12 March 2019: day first, as was said." in said


def test_no_cell_is_named_for_an_order_that_it_contradicts(people: dict[str, User], sign_in: SignIn) -> None:
    steps = dated(sign_in("researcher"), "25/03/2019")
    steps.columns({**HOLDS, "When": ["recommendation.recommended_on"]}, keys={"recommendation": ["No"]})
    steps.send("field", {"format": ["MM/dd/yyyy"]}, query=SLOT)
    said = words(steps.page("columns"))
    assert "“12/03/2019” is read as 3 December 2019: month first, as was said." in said
    assert "2 different values are not read as dates, “25/03/2019” among them." in said


def test_a_date_of_several_columns_is_shown_as_it_is_imported(people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"No,Text,Day,Month,Year\n1,Close it,3,March,2019\n2,Open it,,May,2019\n3,Keep it,n/a,June,2019\n")
    held = {name: ["recommendation.recommended_on"] for name in ("Day", "Month", "Year")}
    steps.columns({**HOLDS, **held}, keys={"recommendation": ["No"]})
    steps.send("field", {"empty": "n/a"}, query=SLOT)
    assert "3 March 2019 3 March 2019 May 2019 May 2019 June 2019 June 2019" in words(steps.page("field", SLOT))
    said = words(steps.page("columns"))
    assert said.count("” is read as") == 1 and "“3 March 2019” is read as 3 March 2019." in said
    steps.whole(all="BE")
    page = steps.preview()
    assert page.context["counts"] and not page.context["problem_count"], words(page)


def test_a_date_that_is_moved_to_several_columns_is_asked_anew(people: dict[str, User], sign_in: SignIn) -> None:
    """How the column wrote it that it was read out of before says nothing of them."""
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"No,Text,When,Day,Month,Year\n1,Close it,03/25/2019,4,3,2019\n2,Open it,04/26/2019,5,6,2019\n")
    steps.columns({**HOLDS, "When": ["recommendation.recommended_on"]}, keys={"recommendation": ["No"]})
    steps.send("field", {"format": ["MM/dd/yyyy"], "other-formats": "yyyyMMdd"}, query=SLOT)
    held = {name: ["recommendation.recommended_on"] for name in ("Day", "Month", "Year")}
    steps.columns({**HOLDS, **held}, keys={"recommendation": ["No"]})
    page = steps.page("field", SLOT)
    assert not [shown for shown, _example, ticked in page.context["formats"] if ticked] and not page.context["other_formats"]
    assert "4 3 2019 not read:" in words(page)
    assert "2 different values are not read as dates, “4 3 2019” among them." in words(steps.page("columns"))
    steps.send("field", {"other-formats": "d M yyyy"}, query=SLOT)
    assert "4 3 2019 4 March 2019 5 6 2019 5 June 2019" in words(steps.page("field", SLOT))


def test_dates_are_shown_as_they_are_split_and_cleaned(people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"No,Text,When\n1,Close it,<b>March 2019</b> | <i>Not known</i>\n2,Open it,not\xe2\x80\x93known\n")
    steps.columns({**HOLDS, "When": ["recommendation.recommended_on"]}, keys={"recommendation": ["No"]})
    steps.send("field", {"split": ["|"], "html": "1", "empty": "Not known"}, query=SLOT)
    assert "not–known nothing: it is left out" in words(steps.page("field", SLOT))
    assert "March 2019; Not known March 2019" in words(steps.page("field", SLOT))
    assert "not read as" not in words(steps.page("columns"))
    steps.whole(all="BE")
    page = steps.preview()
    assert page.context["counts"] and not page.context["problem_count"], words(page)


def test_of_several_dates_in_a_cell_none_is_taken_on_the_desk_or_by_the_import(people: dict[str, User], sign_in: SignIn) -> None:
    """A record has one date of a kind. One that is said twice is one."""
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"No,Text,When\n1,Close it,March 2019 | 2019-05\n2,Open it,April 2019 | 2019-04\n3,Keep it,June 2019\n")
    steps.columns({**HOLDS, "When": ["recommendation.recommended_on"]}, keys={"recommendation": ["No"]})
    steps.send("field", {"split": ["|"]}, query=SLOT)
    said = words(steps.page("field", SLOT))
    assert "March 2019; 2019-05 not read: holds several dates, and one is kept; leave one in the file" in said
    assert "April 2019; 2019-04 April 2019" in said and "June 2019 June 2019" in said
    assert "1 value is not read as a date: “March 2019; 2019-05”." in words(steps.page("columns"))
    steps.whole(all="BE")
    page = steps.preview()
    assert page.context["problem_count"] == 1
    assert "“March 2019; 2019-05” holds several dates, and one is kept" in words(page)
    steps.send("field", {"empty": "2019-05"}, query=SLOT)
    assert "March 2019; 2019-05 March 2019" in words(steps.page("field", SLOT))
    assert not steps.preview().context["problem_count"]


def test_what_a_map_says_of_dates_is_shown(people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"No,Text,When\n1,Close it,Session 12\n2,Open it,tbc\n3,Keep it,Session 13\n4,Sell it,soon\n")
    meant = '"Session 12" = "2012-05-30", tbc = "", "Session 13" = "spring 2019"'
    steps.send("text", {"text": f'name = "test"\n[recommendation]\nkey = ["No"]\nrecommended_on = {{ column = "When", map = {{ {meant} }} }}\n'})
    said = words(steps.page("field", SLOT))
    assert "Session 12 30 May 2012 tbc nothing: it is left out" in said
    assert "Session 13 not read: is said to mean “spring 2019”, which is not a date; say it as 2019-02-01, 2019-02 or 2019." in said
    assert "soon not read: is not one of" in said
    assert "2 different values are not read as dates, “Session 13” among them." in words(steps.page("columns"))


def test_every_name_of_a_government_can_be_corrected(people: dict[str, User], sign_in: SignIn) -> None:
    """Those that were recognised as well."""
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", b"No,Text,Country\n1,Close it,Belgium\n2,Open it,Nowhereland\n")
    steps.columns({**HOLDS, "Country": ["addressee.government"]}, keys={"recommendation": ["No"]})
    page = steps.page("field", "?of=addressee.government")
    menus = page.content.decode().split("<select ")[1:]
    assert len([menu for menu in menus if 'value="EL">Elbonia (EL)' in menu and "means-" in menu]) == 2
    (line,) = [line for line in page.context["values"] if line["value"] == "Belgium"]
    steps.send("field", {f"means-{line['index']}": "EL"}, query="?of=addressee.government")
    assert steps.batch is not None
    assert 'Belgium = "EL"' in Import.objects.get(pk=steps.batch.pk).profile_text


def test_a_stranger_understands_at_once(people: dict[str, User], sign_in: SignIn) -> None:
    steps, _response = saved(sign_in("researcher"), "addressee.government", "Belgium")
    said = words(steps.page("columns"))
    assert "It holds something else as well" in said and "and also" not in said
    said = words(steps.page("whole"))
    assert "Addressee: only from some rows" in said and "yield" not in said
    assert "at most 256 MB." in words(steps.client.get("/admin/tracker/import/add/"))


# What is guessed, saved as it stands

FRENCH = (
    "N°;Intitulé;Texte de la recommandation;Pays;État;Date de publication;Lien\n"
    "1;Fermer;Le gouvernement devrait fermer le bureau de la capitale.;Belgique;Mise en œuvre;12/03/2019;https://exemple.org/1\n"
    "2;Publier;Le Parlement devrait publier la liste des lanternes.;Syldavie;À l’examen;25/03/2019;https://exemple.org/2\n"
)
WITHIN = [
    {
        "attributes": {"id": number, "promise": {"title": f"Close the office {number}", "body": "We promise to close the office within two years."}},
        "relations": {"country": {"name": "Belgium"}},
        "links": {"self": f"https://example.org/{number}"},
    }
    for number in (1, 2)
]


@pytest.mark.parametrize(
    ("name", "content", "statements", "unknown"),
    [
        (
            "liste.csv",
            FRENCH,
            {"Le gouvernement devrait fermer le bureau de la capitale.", "Le Parlement devrait publier la liste des lanternes."},
            1,
        ),
        ("promises.json", json.dumps(WITHIN), {"We promise to close the office within two years."}, 0),
    ],
)
def test_what_is_guessed_can_be_imported_as_it_stands(
    name: str, content: str, statements: set[str], unknown: int, people: dict[str, User], sign_in: SignIn
) -> None:
    """Nothing is changed in the step of the columns; what is unknown is the name of a government."""
    steps = Steps(sign_in("researcher"))
    steps.upload(name, content.encode())
    assert steps.send("columns", {}).status_code == 302
    steps.whole()
    page = steps.page("change")
    assert not page.context["still"], page.context["still"]
    page = steps.preview()
    assert page.context["counts"] and not page.context["problem_count"], words(page)
    assert page.context["unknown_count"] == unknown
    created = {cells for kind in page.context["created"] for row in [*kind["lines"], *kind["more"]] for _label, cells in row["cells"]}
    assert statements <= created
