"""A draft from a table's columns, and a profile from what staff chose."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.profiles.helping import GOVERNMENTS, PLAIN, cells, problems, table
from tracker.exchange.profiles import Choice, ProfileError, Seen, fields_of, guess_profile, map_records, may_mean, parse, profile_of, to_toml
from tracker.exchange.profiles.checking import mistakes
from tracker.exchange.profiles.evidence import Evidence, Nature
from tracker.exchange.profiles.headers import CALLED, Fit, fit
from tracker.exchange.profiles.kinds import KINDS, is_date
from tracker.exchange.profiles.model import FieldRule, GovernmentRules, Profile, RecordRules, Why
from tracker.public.crosswalking import lines

SOURCE = parse(PLAIN).source
ROWS = [
    {
        "N°": "1", "Pays": "Allemagne", "Recommandation": "<p>Compter les lanternes.</p>", "Statut": "Mise en œuvre", "Date du statut": "13/04/2020",
        "Thèmes": "Mer; Port",
    },
    {
        "N°": "2", "Pays": "France", "Recommandation": "<p>Peindre les bancs.</p>", "Statut": "À l’examen", "Date du statut": "01/05/2020",
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
    assert found["assessment.status"].map == {"Mise en œuvre": "implemented", "À l’examen": "under_consideration"}


def test_a_word_of_others_is_taken_for_a_status_only_where_the_crosswalk_takes_it() -> None:
    """The other words are asked; what they may mean is offered."""
    statuses = {row["word"]: row["status"] for row in lines() if row["imported"] and row["status"] != "not_assessed"}  # which is no verdict
    assert len(statuses) >= 10
    for row in lines():
        if row["word"]:
            found = guessed([{"Text": text, "Status": row["word"]} for text in PROSE])["assessment.status"].map
            assert found == {row["word"]: statuses.get(row["word"], "")}, row["word"]
            assert row["status"] in [*may_mean("assessment", "status", row["word"]), "not_assessed"]
    usual = ("In progress", "en cours", "Not implemented", "Broken", "Open", "Done", "Réalisé")
    found = guessed([{"Text": PROSE[0], "Status": word} for word in usual])["assessment.status"].map
    assert found == dict.fromkeys(usual, "")
    assert may_mean("assessment", "status", "In progress") == ["partially_implemented", "under_consideration"]
    assert "no_action" in may_mean("assessment", "status", "Broken") and may_mean("assessment", "status", "Odd") == []


STATUS_CALLED = {
    "Status": ("Odd", "Refused", "Mostly", "Nobody knows"),
    "Implementation status": ("Odd", "Refused", "Mostly", "Nobody knows"),
    "Statut": ("Mise en œuvre partielle", "Acceptée", "Refusée", "Sans objet"),
    "Statut de la recommandation": ("Acceptée", "À revoir", "Classée", "Sans objet"),
    "État de mise en œuvre": ("Acceptée", "À revoir", "Classée", "Sans objet"),
    "Situación": ("Aceptada", "Archivada", "Dudosa", "Otra"),
    "Estado de cumplimiento": ("Aceptada", "Archivada", "Dudosa", "Otra"),
    "Umsetzungsstand": ("Teils, teils", "Vertagt", "Angenommen", "Sonstiges"),
    "الحالة": ("مقبولة", "مؤجلة", "محفوظة", "أخرى"),
    "وضعیت": ("پذیرفته", "به تعویق افتاده", "بایگانی", "دیگر"),
}
"""What a column of statuses is called, and words in it of which none is ours and none comes again."""


@pytest.mark.parametrize("called", STATUS_CALLED)
def test_a_column_called_status_is_one_in_every_language_whatever_its_words(called: str) -> None:
    """Its words are asked, as governments that nobody knows are; none of them is taken for a status."""
    words = STATUS_CALLED[called]
    found = guessed([{"Text": text, called: word} for text, word in zip(PROSE, words, strict=True)])
    assert found["assessment.status"].column == called
    assert found["assessment.status"].map == dict.fromkeys(words, "")


@pytest.mark.parametrize(("country", "called"), [("País", "Estado"), ("Pays", "État"), ("Country", "State")])
def test_a_word_for_government_and_status_is_a_status_beside_a_column_of_governments(country: str, called: str) -> None:
    rows = [{"Text": text, called: word} for text, word in zip(PROSE, ("Archivada", "Dudosa", "Otra", "Vista"), strict=True)]
    assert "assessment.status" not in guessed(rows)
    found = guessed([{**row, country: name} for row, name in zip(rows, ("Albania", "Chile", "France", "Odd"), strict=True)])
    assert (found["assessment.status"].column, found["addressee.government"].column) == (called, country)


def test_a_column_of_countries_is_found_by_its_values() -> None:
    found = guessed([{"X": "Canada; France", "Y": "Paint all of the benches in all of the harbours of the coast."}, {"X": "US", "Y": "Again."}])
    assert found["addressee.government"].column == "X"
    assert found["addressee.government"].split == "; "
    assert found["recommendation.statement"].column == "Y"


def test_a_number_that_comes_again_is_unique_with_the_state_and_the_session() -> None:
    rows = [{"Session": "12", "State": "France", "No": "1", "Text": "A"}, {"Session": "12", "State": "Canada", "No": "1", "Text": "B"}]
    choices = guess_profile([Seen(column, [row[column] for row in rows]) for column in rows[0]], GOVERNMENTS)
    assert [choice.column for choice in choices if choice.is_key] == ["Session", "State", "No"]


def test_a_number_that_comes_again_with_its_text_is_unique_by_itself() -> None:
    """One recommendation to several countries."""
    rows = [{"State": "France", "No": "1", "Text": "Paint it"}, {"State": "Canada", "No": "1", "Text": "Paint it"}]
    choices = guess_profile([Seen(column, [row[column] for row in rows]) for column in rows[0]], GOVERNMENTS)
    assert [choice.column for choice in choices if choice.is_key] == ["No"]


PROSE = (
    "The government should close the office in the capital within two years of the day on which the report was published.",
    "Parliament should publish the list of all lanterns, harbours and benches of the coast, and explain it to its readers.",
    "The minister should recall the envoy at once, tell the house why that was not done before, and report every year.",
    "The agency should count what it owns, and say by the end of each year how much of it there is and who may use it.",
)
OTHER_PROSE = tuple(f"We have looked into it, and the department has answered in its letter of that year: {text}" for text in PROSE)
TITLES = ("Close the office", "Publish the list of lanterns", "Recall the envoy", "Count what there is")
ADDRESSES = tuple(f"https://example.org/reports/2019/a-long-address-of-a-page-with-many-words-in-it-{number}.html" for number in range(4))
DAYS = ("12/03/2019", "25/03/2019", "01/04/2019", "February 2020")
STATES = ("Albania", "Elbonia", "France", "Nowhereland")

TABLES: dict[str, tuple[dict[str, tuple[str, ...]], dict[str, str]]] = {
    "an English table with titles and links": (
        {
            "No.": ("1", "2", "3", "4"),
            "Title": TITLES,
            "Country": STATES,
            "Full text": PROSE,
            "Status": ("Done", "Odd", "Done", "Odd"),
            "Link": ADDRESSES,
            "Date": DAYS,
        },
        {
            "No.": "recommendation.number",
            "Title": "recommendation.short_title",
            "Country": "addressee.government",
            "Full text": "recommendation.statement",
            "Status": "assessment.status",
            "Date": "recommendation.recommended_on",
        },
    ),
    "a French one": (
        {
            "Intitulé": TITLES,
            "Pays": ("Syldavie", "Bordurie", "France", "Syldavie"),
            "Texte de la recommandation": PROSE,
            "Lien": ADDRESSES,
            "État": ("Réalisé", "En cours", "Réalisé", "En cours"),
            "Date de publication": ("12/03/2019", "25 mars 2019", "2019", "avril 2019"),
            "Réponse du gouvernement": OTHER_PROSE,
            "Commentaires": OTHER_PROSE,
        },
        {
            "Intitulé": "recommendation.short_title",
            "Pays": "addressee.government",
            "Texte de la recommandation": "recommendation.statement",
            "État": "assessment.status",
            "Date de publication": "recommendation.recommended_on",
        },
    ),
    "a Spanish one": (
        {
            "Título": TITLES,
            "País": ("Chile", "Perú", "Nada", "Chile"),
            "Texto": PROSE,
            "Enlace": ADDRESSES,
            "Fecha límite": ("2020", "2021", "2022", ""),
        },
        {
            "Título": "recommendation.short_title",
            "País": "addressee.government",
            "Texto": "recommendation.statement",
            "Fecha límite": "recommendation.due_on",
        },
    ),
    "a German one": (
        {
            "Lfd. Nr.": ("1", "2", "3", "4"),
            "Titel": TITLES,
            "Regierung": ("Deutschland", "Frankreich", "Österreich", "Deutschland"),
            "Empfehlung": PROSE,
            "Status": ("umgesetzt", "teilweise umgesetzt", "nicht umgesetzt", "offen"),
            "Bemerkung": ("", "", f"<p>{OTHER_PROSE[0]}</p>", ""),
            "Frist": ("2020", "31.12.2021", "", "2022"),
            "Quelle": ADDRESSES,
        },
        {
            "Lfd. Nr.": "recommendation.number",
            "Titel": "recommendation.short_title",
            "Regierung": "addressee.government",
            "Empfehlung": "recommendation.statement",
            "Status": "assessment.status",
            "Frist": "recommendation.due_on",
        },
    ),
    "a German one in other words": (
        {
            "Nummer": ("1", "2", "3", "4"),
            "Mitgliedstaat": STATES,
            "Wortlaut der Empfehlung": PROSE,
            "Antwort der Regierung": ("angenommen", "abgelehnt", "angenommen", "zur Kenntnis genommen"),
            "Umsetzungsstand": ("in Arbeit", "umgesetzt", "umgesetzt", "umgesetzt"),
            "Begründung": OTHER_PROSE,
            "Anmerkungen": OTHER_PROSE,
            "Themen": ("Sicherheit", "Handel", "Handel", "Sicherheit"),
            "Veröffentlicht am": DAYS,
        },
        {
            "Nummer": "recommendation.number",
            "Mitgliedstaat": "addressee.government",
            "Wortlaut der Empfehlung": "recommendation.statement",
            "Antwort der Regierung": "position.answer",
            "Umsetzungsstand": "assessment.status",
            "Begründung": "assessment.rationale",
            "Themen": "theme.name",
            "Veröffentlicht am": "recommendation.recommended_on",
        },
    ),
    "a French one with a government and notes": (
        {
            "Gouvernement": ("France", "Belgique", "France", "Belgique"),
            "Énoncé": PROSE,
            "Avancement": ("Réalisé", "En cours", "Réalisé", "En cours"),
            "Remarques": ("", OTHER_PROSE[0], "", ""),
            "Échéance": ("2020", "2021", "2022", ""),
        },
        {
            "Gouvernement": "addressee.government",
            "Énoncé": "recommendation.statement",
            "Avancement": "assessment.status",
            "Échéance": "recommendation.due_on",
        },
    ),
    "a Spanish one with a government and notes": (
        {
            "Gobierno": ("Chile", "Perú", "Chile", "Perú"),
            "Recomendaciones": PROSE,
            "Situación": ("Cumplida", "En curso", "Cumplida", "Pendiente"),
            "Observaciones": OTHER_PROSE,
        },
        {"Gobierno": "addressee.government", "Recomendaciones": "recommendation.statement", "Situación": "assessment.status"},
    ),
    "a statement that stands in few rows": ({"Recommendation": (PROSE[0], "", "", ""), "Details": ("", "", PROSE[1], "")}, {}),
    "a column of longer texts that few rows have": (
        {"Wunsch": PROSE, "Zusatz": ("", "", "", OTHER_PROSE[0] * 2)},
        {"Wunsch": "recommendation.statement"},
    ),
    "a Persian one": (
        {"عنوان": TITLES, "کشور": ("الف", "ب", "الف", "ب"), "متن": PROSE, "پیوند": ADDRESSES},
        {"عنوان": "recommendation.short_title", "کشور": "addressee.government", "متن": "recommendation.statement"},
    ),
    "an Arabic one": (
        {"العنوان": TITLES, "البلد": ("فرنسا", "كندا", "فرنسا", "كندا"), "نص التوصية": PROSE},
        {"العنوان": "recommendation.short_title", "البلد": "addressee.government", "نص التوصية": "recommendation.statement"},
    ),
    "titles and nothing longer": ({"Short title": TITLES, "URL": ADDRESSES}, {"Short title": "recommendation.statement"}),
    "titles beside notes": ({"Name": TITLES, "Notes": OTHER_PROSE}, {"Name": "recommendation.statement"}),
    "reasons beside remarks": (
        {
            "Text": PROSE,
            "Status": ("Done", "Odd", "Done", "Odd"),
            "Justification": OTHER_PROSE,
            "Remarques": OTHER_PROSE,
            "Our comments": OTHER_PROSE,
            "Observaciones": OTHER_PROSE,
            "ملاحظات": OTHER_PROSE,
            "توضیحات": OTHER_PROSE,
        },
        {"Text": "recommendation.statement", "Status": "assessment.status", "Justification": "assessment.rationale"},
    ),
    "a table whose columns have no names": (
        {"1": ("7", "8", "9", "10"), "2": PROSE, "3": ("Implemented", "Not implemented", "Implemented", "In progress")},
        {"2": "recommendation.statement", "3": "assessment.status"},
    ),
    "addresses alone": ({"Recommendation": ADDRESSES, "When": DAYS}, {"When": "recommendation.recommended_on"}),
    "a report of each row's own": (
        {"Recommendation": PROSE, "Report title": ("A first report", "A first report", "Another", "Another"), "Report URL": ADDRESSES},
        {"Recommendation": "recommendation.statement", "Report title": "document.title", "Report URL": "document.url"},
    ),
    "names of a programmer's": (
        {
            "recommendation_code": ("REC-1", "REC-2", "REC-3", "REC-4"),
            "shortTitle": TITLES,
            "countryCode": ("FR", "DE", "XX", "FR"),
            "details": PROSE,
        },
        {
            "recommendation_code": "recommendation.number",
            "shortTitle": "recommendation.short_title",
            "countryCode": "addressee.government",
            "details": "recommendation.statement",
        },
    ),
    "values within values": (
        {"id": ("7", "8", "9", "10"), "promise.title": TITLES, "state.name": STATES, "links.self": ADDRESSES},
        {"id": "recommendation.number", "promise.title": "recommendation.statement", "state.name": "addressee.government"},
    ),
    "values within values that say nothing": (
        {
            "attributes.id": ("7", "8", "9", "10"),
            "attributes.promise.title": TITLES,
            "attributes.promise.body": PROSE,
            "data.country.iso": STATES,
        },
        {
            "attributes.id": "recommendation.number",
            "attributes.promise.title": "recommendation.short_title",
            "attributes.promise.body": "recommendation.statement",
            "data.country.iso": "addressee.government",
        },
    ),
    "states that are no governments": (
        {"State": ("Open", "Closed", "Done", "Done"), "Text": PROSE},
        {"State": "assessment.status", "Text": "recommendation.statement"},
    ),
    "names that say something else": (
        {"Number of countries": ("1", "2", "3", "4"), "Date of birth": DAYS, "Text of the reply": OTHER_PROSE, "Proposal": PROSE},
        {"Proposal": "recommendation.statement"},
    ),
}
"""Tables of several styles, and what is guessed of each: what is not named is left out."""


def test_how_often_a_column_is_empty_is_told_where_its_values_leave_that_out() -> None:
    """As the desk looks at a file: the first filled cells, and the share of rows that have none."""
    columns = [Seen("A", (OTHER_PROSE[0],), 0.83), Seen("B", PROSE[:2], 0.1)]
    assert [choice.column for choice in guess_profile(columns, GOVERNMENTS)] == ["B"]
    assert guess_profile(columns[:1], GOVERNMENTS) == []


@pytest.mark.parametrize("style", TABLES)
def test_tables_of_several_styles(style: str) -> None:
    columns, meant = TABLES[style]
    choices = guess_profile([Seen(name, values) for name, values in columns.items()], GOVERNMENTS)
    assert {choice.column: f"{choice.kind}.{choice.field}" for choice in choices if choice.field} == meant


MAKERS = (
    "Recommender", "recommender.state", "recommender.country.name", "Recommending state", "Proposed by", "Proposed by (country)", "Made by",
    "Recommended by", "Auteur", "État auteur", "Recommandant", "Pays recommandant", "Recommandé par", "Estado recomendante", "Propuesto por",
    "Empfehlender Staat", "Vorgeschlagen von", "الدولة الموصية", "کشور توصیه‌کننده",
)  # fmt: skip
UNDER_REVIEW = (
    "State under review", "sur", "SuR", "Reviewed state", "Country under review", "état examiné", "Pays examiné", "Pays examinés", "Estado examinado",
    "Überprüfter Staat", "الدولة قيد الاستعراض", "کشور مورد بررسی",
)  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
def test_whoever_recommends_is_never_guessed_to_be_whom_it_concerns(maker: str) -> None:
    rows = [{"Text": text, maker: name, "Ref": f"{number}."} for number, (text, name) in enumerate(zip(PROSE, ("France", "Canada") * 2, strict=True))]
    found = guessed(rows)
    assert "addressee.government" not in found and found["recommendation.statement"].column == "Text"
    unnamed = guessed([{**row, "X": name} for row, name in zip(rows, ("Albania", "Norway", "Albania", "Chile"), strict=True)])
    assert unnamed["addressee.government"].column == "X"
    assert "recommendation.made_by" not in unnamed or unnamed["recommendation.made_by"].column == maker


@pytest.mark.parametrize("under_review", UNDER_REVIEW)
def test_the_state_under_review_is_whom_it_concerns_whoever_recommends(under_review: str) -> None:
    names = ("Albania", "Albania", "Nowhereland", "Odd")  # some are not known here
    rows = [{"recommender.state": "France", "Text": text, under_review: name} for text, name in zip(PROSE, names, strict=True)]
    found = guessed(rows)
    assert found["addressee.government"].column == under_review
    assert found["recommendation.made_by"].column == "recommender.state"


COUNTRIES, FEW = ("France; Canada", "Canada", "France", "France"), ("Odd", "Even", "Odd", "Odd")
USUAL = {
    "French": ("N°", "Intitulé", "Texte", "États concernés", "Adoptée le", "Suivi"),
    "French, too": ("N° d’ordre", "Objet", "Recommandation", "Pays visés", "Publiée le", "État d’avancement"),
    "French as people abbreviate": ("Réf.", "Titre", "Texte de la recommandation", "Pays concernés", "Date d’adoption", "État de mise en œuvre"),
    "Spanish": ("Núm.", "Denominación", "Texto", "Estados concernidos", "Adoptada el", "Seguimiento"),
    "Spanish, too": ("N.º", "Título", "Recomendación", "Países", "Publicada el", "Grado de cumplimiento"),
    "German": ("Lfd. Nr.", "Bezeichnung", "Empfehlung", "Betroffene Staaten", "Verabschiedet am", "Sachstand"),
    "German, too": ("Nr.", "Titel", "Wortlaut", "Betroffene Länder", "Angenommen am", "Umsetzungsgrad"),
    "Arabic": ("رقم التوصية", "العنوان", "نص التوصية", "الدول المعنية", "تاريخ الاعتماد", "حالة التنفيذ"),
    "Persian": ("ردیف", "عنوان", "متن توصیه", "کشورهای مربوط", "تاریخ تصویب", "وضعیت اجرا"),
    "English": ("No.", "Title", "Recommendation", "States concerned", "Adopted on", "Follow-up"),
}


@pytest.mark.parametrize("headings", USUAL.values(), ids=USUAL)
def test_usual_headings_are_known_in_every_language_that_files_come_in(headings: tuple[str, ...]) -> None:
    cells = (("A-1", "A-2", "B-1", "B-2"), TITLES, PROSE, COUNTRIES, DAYS, FEW)
    choices = guess_profile([Seen(name, values) for name, values in zip(headings, cells, strict=True)], GOVERNMENTS)
    meant = (
        "recommendation.number", "recommendation.short_title", "recommendation.statement", "addressee.government", "recommendation.recommended_on",
        "assessment.status",
    )  # fmt: skip
    assert {choice.column: f"{choice.kind}.{choice.field}" for choice in choices if choice.field} == dict(zip(headings, meant, strict=True))


def test_several_governments_in_a_cell_are_parted_by_what_parts_their_names() -> None:
    found = guessed([{"Country": "Albania, France", "Text": "Paint it"}, {"Country": "Korea, Republic of", "Text": "Paint them"}] * 2)
    assert found["addressee.government"].split == ""
    found = guessed([{"Country": "Albania, France", "Text": "Paint it"}, {"Country": "Canada", "Text": "Paint them"}])
    assert found["addressee.government"].split == ","


@pytest.mark.parametrize(
    ("themes", "parted"),
    [
        (("Sécurité, Diplomatie", "Diplomatie", "Sécurité, Commerce", "Commerce"), ", "),
        (("Health, safety and the environment", "Trade") * 3, ""),
        (("Health, safety", "Trade, customs", "Ports"), ""),
        (("Sécurité, Diplomatie; Commerce", "Diplomatie"), "; "),
    ],
)
def test_themes_are_parted_at_commas_only_where_what_they_part_comes_again(themes: tuple[str, ...], parted: str) -> None:
    found = guessed([{"Text": text, "Thèmes": theme} for text, theme in zip(PROSE * 2, themes, strict=False)])
    assert found["theme.name"].split == parted


@pytest.mark.parametrize(
    ("cells", "nature"),
    [
        (ADDRESSES, Nature.ADDRESSES),
        (DAYS, Nature.DATES),
        (("12 mars 2019", "avril 2020", "2019", "n/a"), Nature.DATES),
        (("2020", "31/12/2021"), Nature.DATES),
        (("2020", "2021"), Nature.NUMBERS),
        (("1", "2.5", "1 000"), Nature.NUMBERS),
        (("oui", "Non"), Nature.FLAGS),
        (("Albanie", "France; Chile", "Bordurie"), Nature.GOVERNMENTS),
        (("Done", "Odd") * 3, Nature.FEW_VALUES),
        (TITLES, Nature.TEXTS),
        (PROSE, Nature.LONG_TEXTS),
        ((), Nature.NOTHING),
    ],
)
def test_what_stands_in_a_column(cells: tuple[str, ...], nature: Nature) -> None:
    assert Evidence(cells, GOVERNMENTS).nature is nature


CELLS = {
    "addresses": st.sampled_from(ADDRESSES),
    "prose": st.sampled_from(PROSE),
    "titles": st.sampled_from(TITLES),
    "days": st.sampled_from(DAYS),
    "states": st.sampled_from(STATES),
    "numbers": st.integers(0, 999).map(str),
    "flags": st.sampled_from(["yes", "no"]),
    "words": st.sampled_from(["Done", "In progress", "Accepted", "Noted"]),
    "nothing": st.just(""),
}
CERTAIN = {"states": ["Albania", "France", "Chile"]}
HEADERS = sorted({name for names in CALLED.values() for name in names.split("|")} | {"Details", "Remarks of ours", "A", "B", "URL", "x.y"})


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_guess_is_never_worse_than_none(data: st.DataObject) -> None:
    """Whatever a column is called: each column once, each field once, nothing that its cells are not, nothing that lacks what it hangs on."""
    names = data.draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=7, unique=True))
    kinds = {name: data.draw(st.sampled_from(sorted(CELLS))) for name in names}
    columns = {name: CERTAIN.get(kinds[name], []) + data.draw(st.lists(CELLS[kinds[name]], min_size=4, max_size=9)) for name in names}
    choices = [choice for choice in guess_profile([Seen(name, columns[name]) for name in names], GOVERNMENTS) if choice.field]
    held = {(choice.kind, choice.field): choice.column for choice in choices}
    assert len(held) == len(choices) == len({choice.column for choice in choices})
    for (kind, field), name in held.items():
        what = kinds[name]
        assert what != "nothing"
        assert (what == "addresses") is (field == "url"), (name, field)
        assert what != "days" or is_date(KINDS[kind].fields[field]), (name, field)
        assert not is_date(KINDS[kind].fields[field]) or what in ("days", "numbers"), (name, field)
        assert field not in ("statement", "short_title", "rationale", "description") or what in ("prose", "titles", "words"), (name, field)
    lacking = {key for key, why in _lacks(choices) if why not in (Why.WITHOUT_GOVERNMENT, Why.WITHOUT_RECOMMENDATION)}
    assert not {key for key in lacking if not key.startswith(("source", "recommendation.key"))}, lacking
    if held.get(("recommendation", "statement")):
        chosen = columns[held["recommendation", "statement"]]
        unclaimed = [
            name for name in names if name not in held.values() and name in ("Details", "Remarks of ours", "A", "B") and kinds[name] == "prose"
        ]
        named = fit(held["recommendation", "statement"], ("recommendation", "statement"))[0] >= Fit.ABOUT
        assert named or all(_mean(columns[name]) <= _mean(chosen) for name in unclaimed)


def _mean(texts: list[str]) -> float:
    return sum(map(len, texts)) / len(texts)


def _lacks(choices: list[Choice]) -> list[tuple[str, Why]]:
    """What a profile of these choices lacks besides what no guess can know."""
    records: dict[str, RecordRules] = {}
    for choice in choices:
        record = records.setdefault(choice.kind, RecordRules(choice.kind, key=("A",) if KINDS[choice.kind].keyed else ()))
        records[choice.kind] = dataclasses.replace(record, fields={**record.fields, choice.field: FieldRule(column=choice.column)})
    profile = Profile("draft", source=SOURCE, records=records)
    return [(mistake.key, mistake.why) for mistake in mistakes(profile)] if records else []


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
        {"government": "FR", "status": "under_consideration", "effective_on": "2020-05-01"},
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
