"""A row of a file as records: what each part of a profile does, and how each problem is told."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.profiles.helping import GOVERNMENTS, HEAD, PLAIN, cells, mapped, problems, table
from tracker.exchange.profiles import Named, ProfileError, map_records, mapping, parse, to_toml
from tracker.exchange.schema import BY_NAME
from tracker.exchange.tables import limits

Row = dict[str, Any]
ROW: Row = {"No": "1", "Text": "Count the lanterns.", "Country": "France"}


def row(**values: Any) -> Row:
    return {**ROW, **values}


STATUS = PLAIN + '[assessment]\nstatus = { column = "Status", map = { "success" = "implemented", "failure" = "rejected" } }\n'
NOTHING_FOUND = STATUS.replace('"rejected"', '"no_action"')


def test_a_row_yields_its_recommendation_its_addressee_and_a_citation_of_the_file(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, PLAIN, [ROW])
    assert problems(groups) == []
    assert cells(groups, "documents", "key", "title") == [{"key": "DOC", "title": "Made-up file"}]
    made = cells(groups, "recommendations")[0]
    assert (made["reference"], made["statement"], made["made_in"], made["known_from"], made["locator"]) == ("P-1", ROW["Text"], "DOC", "DOC", "row 2")
    assert (made["short_title"], made["made_by"], made["recommended_on"]) == (ROW["Text"], "Made-up Office", "2020-01")
    assert cells(groups, "addressees", "recommendation", "government") == [{"recommendation": "P-1", "government": "FR"}]
    assert cells(groups, "citations", "document", "locator") == [{"document": "DOC", "locator": "row 2"}]
    assert cells(groups, "citation_uses", "citation", "recommendation") == [{"citation": "DOC-P-1-FR", "recommendation": "P-1"}]


def test_a_recommendation_has_the_date_of_its_rows_document(tmp_path: Path) -> None:
    document = '[document]\nkey = ["Report"]\ntitle = "Report"\npublished_on = "Report date"\n'
    rows = [row(**{"Report": "First", "Report date": "2018-05"}), row(**{"No": "2", "Report": "Second", "Report date": ""})]
    _file, groups = mapped(tmp_path, PLAIN.replace('published_on = "2020-01"\n', "") + document, rows)
    assert cells(groups, "recommendations", "recommended_on")[0] == "2018-05"
    assert any("recommended_on" in problem for problem in problems(groups)), problems(groups)


def test_a_problem_names_the_row_the_column_and_what_would_be_right(tmp_path: Path) -> None:
    rows = [row(No=str(number), Status="success") for number in range(1, 13)] + [row(No="13", Status="succes")]
    _file, groups = mapped(tmp_path, STATUS, rows)
    assert problems(groups) == ["row 14, column Status: “succes” is not one of success, failure; did you mean “success”?"]


def test_a_problem_found_later_names_the_row_and_the_column_too(tmp_path: Path) -> None:
    """The checks of the package are made with these rows: they speak of the file, in its words."""
    _file, groups = mapped(tmp_path, STATUS, [row(Status="success")])
    record = next(record for group in groups for record in group.records if record.resource.name == "assessments")
    assert str(record.problem("status", "is refused")) == "row 2, column Status: “success” is refused."
    assert str(record.problem("assessor", "is refused")) == "row 2, assessment, assessor: “Made-up Office” is refused."
    assert str(record.fault("it breaks a rule.")) == "row 2: it breaks a rule."
    assert record.values["status"] == "implemented"


def test_faults_never_stop_the_run(tmp_path: Path) -> None:
    profile = STATUS + 'effective_on = "Date"\n'
    rows = [row(No="1", Status="x", Date="y"), row(No="", Status="success"), row(No="3", Text=""), row(No="4", Country=""), row(No="5", Date="2020")]
    _file, groups = mapped(tmp_path, profile, rows)
    assert [str(problem).split(":")[0] for group in groups for problem in group.problems] == [
        "row 2, column Status",
        "row 2, column Date",
        "row 3",
        "row 4, column Text",
        "row 5, column Country",
    ]
    assert "P-5" in cells(groups, "recommendations", "reference")


def test_unknown_governments_are_listed_once_with_their_counts(tmp_path: Path) -> None:
    rows = [row(No=str(number), Country=name) for number, name in enumerate(["Francee", "Burma", "Francee", "Congo", "Xyzzy", "Canada"], 1)]
    file, groups = mapped(tmp_path, PLAIN, rows)
    assert problems(groups) == []
    told = {name: (unknown.count, unknown.rows, unknown.known, unknown.suggestions[:1]) for name, unknown in file.unknown.items()}
    assert told == {
        "Francee": (2, [2, 4], "", [("FR", "France")]),
        "Burma": (1, [3], "MM", []),
        "Congo": (1, [5], "", []),
        "Xyzzy": (1, [6], "", []),
    }
    assert file.unknown["Congo"].candidates == ("Congo - Kinshasa", "Congo - Brazzaville")
    assert cells(groups, "addressees", "government") == ["CA"]


def test_what_staff_chose_for_a_name_is_what_it_means(tmp_path: Path) -> None:
    file, groups = mapped(tmp_path, PLAIN, [row(Country="Francee")], chosen={"Francee": "FR"})
    assert not file.unknown
    assert cells(groups, "addressees", "government") == ["FR"]


def test_what_staff_chose_goes_before_what_the_profile_says_of_a_name(tmp_path: Path) -> None:
    profile = PLAIN + '[governments.aliases]\n"Ottawa" = "CA"\n"Francee" = "CA"\n'
    rows = [row(Country="Francee"), row(No="2", Country="Ottawa")]
    _file, groups = mapped(tmp_path, profile, rows, chosen={"Francee": "FR"})
    assert cells(groups, "addressees", "government") == ["FR", "CA"]


def test_governments_are_resolved_in_four_languages_and_by_alias(tmp_path: Path) -> None:
    names = {"DEU": "DE", "Allemagne": "DE", "Alemania": "DE", "ألمانيا": "DE", "Ottawa": "CA", "United States of America": "US"}
    rows = [row(No=str(number), Country=name) for number, name in enumerate(names, 1)]
    _file, groups = mapped(tmp_path, PLAIN + '[governments.aliases]\n"Ottawa" = "CA"\n', rows)
    assert cells(groups, "addressees", "government") == list(names.values())


def test_one_government_for_the_whole_file(tmp_path: Path) -> None:
    profile = STATUS.replace('[addressee]\ngovernment = "Country"', '[governments]\nall = "Canada"\n[addressee]')
    _file, groups = mapped(tmp_path, profile, [row(Status="success")])
    assert cells(groups, "addressees", "government") == cells(groups, "assessments", "government") == ["CA"]
    with pytest.raises(ProfileError, match="“Lanternland” is no government of this site"):
        mapped(tmp_path, profile.replace("Canada", "Lanternland"), [ROW])


def test_whom_a_recommendation_addresses_may_be_said_once_for_the_file(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, PLAIN.replace('[addressee]\ngovernment = "Country"', '[governments]\nall = "CA"'), [ROW])
    assert cells(groups, "addressees", "recommendation", "government", "basis") == [{"recommendation": "P-1", "government": "CA", "basis": "named"}]


def test_a_record_within_a_record_stops_nothing(tmp_path: Path) -> None:
    profile = PLAIN + '[[heading]]\nwhen = { column = "No", empty = true }\ncolumn = "Text"\nname = "Chapter"\n'
    profile += '[[join]]\nname = "more"\nkey = ["Country"]\n'
    rows = [{"No": None, "Text": {"a": 1}, "Country": {"b": 2}}, {"No": "1", "Text": {"a": 1}, "Country": {"b": 2}}, row(No="3")]
    second = table(tmp_path, [{"Country": {"c": 3}}, {"Country": "France"}], "second.json")
    _file, groups = mapped(tmp_path, profile, rows, "file.json", joined={"more": second})
    assert problems(groups) == [
        "row 2, column Text: holds a record of its own; name a part of it by its path: a.",
        "row 2, column Country: holds a record of its own; name a part of it by its path: b.",
    ]
    assert cells(groups, "recommendations", "reference") == ["P-3"]


def test_a_cell_may_hold_several_values(tmp_path: Path) -> None:
    profile = PLAIN.replace('"Country"', '{ column = "Country", split = ["; "] }') + '[theme]\nname = { column = "Themes", split = [" | "] }\n'
    _file, groups = mapped(tmp_path, profile, [row(Country="France; Canada;", Themes="Sea | Light | Sea"), row(No="2", Themes="light")])
    assert cells(groups, "addressees", "government") == ["FR", "CA", "FR"]
    assert cells(groups, "themes", "key", "name") == [{"key": "sea", "name": "Sea"}, {"key": "light", "name": "Light"}]
    assert cells(groups, "recommendation_themes", "theme") == ["sea", "light", "light"]
    assert all(record.only_new for group in groups for record in group.records if record.resource.name == "themes")


ALIKE = {"fp": "Außenpolitik", "sec": "Security", "security": "Internal security", "one": "peace", "other": "PEACE", "defence-de-l-etat": "Defence"}


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("Außenpolitik", "fp"),
        ("AUSSENPOLITIK", "fp"),
        ("Au\u00dfenpolitik ", "fp"),
        ("fp", "fp"),
        ("security", "security"),  # a key that is here is that key, whatever else is called so
        ("Peace", None),
        ("peace", "one"),  # letter for letter
        ("Security", None),
        ("De\u0301fence de l’E\u0301tat", "defence-de-l-etat"),  # the key that its words make
        ("New", "new"),
    ],
)
def test_a_theme_that_is_here_is_found_by_its_key_or_its_name(tmp_path: Path, word: str, key: str | None) -> None:
    profile = PLAIN + '[theme]\nname = "Theme"\n'
    _found, groups = mapped(tmp_path, profile, [{"No": "1", "Text": "a", "Country": "France", "Theme": word}], named=Named({"themes": ALIKE}))
    if key:
        assert problems(groups) == []
        assert cells(groups, "recommendation_themes", "theme") == [key]
        return
    (problem,) = [problem for group in groups for problem in group.problems]
    meant = {"Peace": "“peace” (one), “PEACE” (other)", "Security": "“Security” (sec), “Internal security” (security)"}[word]
    said = f"row 2, column Theme: “{word}” may mean more than one theme: {meant}; put the key of the one that is meant for it."
    assert (str(problem), problem.about) == (said, "theme.name")


def test_a_kind_of_measure_that_is_here_is_found_by_its_name(tmp_path: Path) -> None:
    profile = PLAIN.replace('statement = "Text"', 'statement = "Text"\nmeasure = "Kind"')
    rows = [{"No": "1", "Text": "a", "Country": "France", "Kind": "EXPULSION OF DIPLOMATS"}]
    _found, groups = mapped(tmp_path, profile, rows, named=Named({"measures": {"png": "expulsion of diplomats"}}))
    assert cells(groups, "recommendations", "measure") == ["png"]


# The source's verdict


def test_a_status_without_date_or_evidence_is_the_sources_own_verdict(tmp_path: Path) -> None:
    file, groups = mapped(tmp_path, STATUS + 'assessor_kind = { constant = "staff" }\n', [row(Status="Success")])
    made = cells(groups, "assessments")[0]
    assert (made["status"], made["source_status"]) == ("implemented", "Success")
    assert (made["assessor_kind"], made["assessor"], made["effective_on"]) == ("third_party", "Made-up Office", "")
    assert made["rationale"] == "Made-up Office gives the status as “Success”."
    uses = {use["assessment"]: use["citation"] for use in cells(groups, "citation_uses") if use["assessment"]}
    assert uses == {made["key"]: "DOC-P-1-FR"}
    assert cells(groups, "citations", "document", "says")[0] == {
        "document": "DOC",
        "says": "Lists recommendation P-1; gives no date for it, so that of the document stands (2020-01); gives the status as “Success”.",
    }
    assert file.not_the_staffs == [2]


def test_the_files_own_words_for_a_kind_are_kept_by_the_passage_that_cites_its_row(tmp_path: Path) -> None:
    """Of documents, of measures asked and taken, and of events: what a word was mapped from may say more, or something else."""
    profile = PLAIN.replace('statement = "Text"', 'statement = "Text"\nmeasure = { column = "Sort", map = { "Putting out" = "expulsion" } }')
    profile += '[document]\nkey = ["Report"]\ntitle = "Report"\nkind = { column = "Type", map = { "Blue book" = "white_paper" } }\n'
    profile += '[action]\ntitle = "Done"\nmeasure = { column = "Deed", map = { "Sent home" = "expulsion" } }\n'
    profile += '[event]\non = "Day"\nkind = { column = "Event", map = { "Gazetted" = "adopted" } }\n'
    given = {"Sort": "Putting out", "Report": "R", "Type": "Blue book", "Done": "Told to go", "Deed": "Sent home", "Day": "2020", "Event": "Gazetted"}
    _file, groups = mapped(tmp_path, profile, [row(**given), row(No="2", Sort="putting  out", Report="R", Type="blue BOOK"), row(No="3")])
    assert problems(groups) == []
    assert cells(groups, "recommendations", "measure") == ["expulsion", "expulsion", "unclassified"]
    assert cells(groups, "documents", "kind", "note")[1:] == [{"kind": "white_paper", "note": ""}]
    assert cells(groups, "events", "kind") == ["adopted"] and cells(groups, "actions", "measure") == ["expulsion"]
    undated = "gives no date for it, so that of the document stands (2020-01)"
    assert cells(groups, "citations", "says") == [
        f"Lists recommendation P-1; {undated}; says what was done; gives the kind of the document as “Blue book”; gives the kind of measure as"
        " “Putting out”; gives the kind of what was done as “Sent home”; gives the kind of event as “Gazetted”.",
        f"Lists recommendation P-2; {undated}; gives the kind of the document as “blue BOOK”; gives the kind of measure as “putting out”.",
        f"Lists recommendation P-3; {undated}.",
    ]


def test_what_nobody_wrote_in_the_file_is_not_told_as_its_word_for_a_kind(tmp_path: Path) -> None:
    profile = PLAIN.replace('statement = "Text"', 'statement = "Text"\nmeasure = { constant = "expulsion" }')
    profile += '[document]\nkey = ["Report"]\ntitle = "Report"\nkind = { column = "Type", default = "white_paper" }\n'
    _file, groups = mapped(tmp_path, profile, [row(Report="R", Type="")])
    assert problems(groups) == [] and cells(groups, "documents", "kind")[1:] == ["white_paper"]
    undated = "gives no date for it, so that of the document stands (2020-01)"
    assert cells(groups, "citations", "says") == [f"Lists recommendation P-1; {undated}."]


def test_a_list_of_documents_keeps_its_word_for_each_kind_beside_the_document(tmp_path: Path) -> None:
    """Nothing cites a row of which nothing else is made."""
    profile = HEAD + '[document]\nkey = ["Report"]\ntitle = "Report"\nkind = { column = "Type", map = { "Blue book" = "white_paper" } }\n'
    rows = [{"Report": "First", "Type": "Blue book"}, {"Report": "Second", "Type": "opinion"}, {"Report": "First", "Type": "blue book"}]
    _file, groups = mapped(tmp_path, profile, rows)
    assert problems(groups) == []
    assert cells(groups, "documents", "kind", "note")[1:] == [
        {"kind": "white_paper", "note": "The source gives its kind as “Blue book”."},
        {"kind": "opinion", "note": "The source gives its kind as “opinion”."},
    ]


STAFFS = STATUS + 'assessor_kind = { constant = "staff" }\neffective_on = "Date"\n[citation]\ndocument = "Source"\nlocator = "Page"\nsays = "Says"\n'


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"Date": "2020-02-01", "Source": "LAW-1", "Says": "In force."}, "staff"),
        ({"Date": "", "Source": "LAW-1", "Says": "In force."}, "third_party"),
        ({"Date": "2020-02-01", "Source": "", "Says": "In force."}, "third_party"),
        ({"Date": "2020-02-01", "Source": "LAW-1", "Says": ""}, "third_party"),
        ({"Date": "2020-02-01", "Source": "DOC", "Says": "In force."}, "third_party"),
        ({"Date": "2020-02-01", "Source": "LAW-1", "Says": "Not in force.", "Stance": "disputes"}, "third_party"),
        ({"Date": "2020-02-01", "Source": "LAW-1", "Says": "In force.", "Stance": "supports"}, "staff"),
    ],
)
def test_a_status_is_the_staffs_only_with_its_date_and_a_source_of_its_own(tmp_path: Path, values: Row, kind: str) -> None:
    profile = STAFFS + ('stance = "Stance"\n' if "Stance" in values else "")
    file, groups = mapped(tmp_path, profile, [row(Status="success", Page="p. 4", **values)])
    assert file.not_the_staffs == ([] if kind == "staff" else [2])
    made = cells(groups, "assessments")[0]
    assert (made["assessor_kind"], made["assessor"]) == (kind, "" if kind == "staff" else "Made-up Office")
    cited = [use["citation"] for use in cells(groups, "citation_uses") if use["assessment"]]
    assert len(cited) == (2 if values["Source"] and values["Says"] else 1)


def test_a_verdict_that_finds_nothing_has_its_search_logged_as_the_sources(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, NOTHING_FOUND + 'searched_on = "Searched"\n', [row(Status="failure", Searched="2019-05")])
    search = cells(groups, "searches")[0]
    assert (search["searched_by"], search["searched_on"]) == ("Made-up Office", "2019-05")
    assert search["limits"] == "The source does not say where and how it looked."
    assert search["assessment"] == cells(groups, "assessments", "key")[0]
    _file, groups = mapped(tmp_path, NOTHING_FOUND + 'searched_on = "Searched"\n', [row(Status="success", Searched="2019-05")])
    assert problems(groups) == cells(groups, "searches") == []


def test_nobody_is_said_to_have_searched_on_a_day_that_the_file_does_not_say(tmp_path: Path) -> None:
    """Neither the day of the status nor that of the document is one of a search."""
    profile = NOTHING_FOUND + 'effective_on = "Adopted"\n'
    for rule in ("", 'searched_on = "Searched"\n'):
        _file, groups = mapped(tmp_path, profile + rule, [row(Status="failure", Adopted="2018-03-01", Searched="")])
        assert cells(groups, "searches") == cells(groups, "assessments") == []
        (problem,) = [problem for group in groups for problem in group.problems]
        assert problem.about == "assessment.searched_on"
        assert str(problem) == (
            "row 2, column Status: “failure” (no action) rests on a search, and nothing says when it was made; choose the column of “searched on”,"
            " say one day for every row (assessment.searched_on), or say that the word means nothing."
        )


def test_a_group_has_no_status_of_its_own(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, STATUS, [row(Country="EU-MEMBERS", Status="success")])
    assert cells(groups, "addressees", "government") == ["EU-MEMBERS"]
    assert cells(groups, "assessments") == []
    assert problems(groups) == [
        "row 2: EU member states is a group, which has no status of its own; its members are addressees by rows of their own."
    ]


@pytest.mark.parametrize(("raw", "answer", "status"), [("Accepted", "accepted", "under_consideration"), ("rejected", "rejected", "rejected")])
def test_an_answer_without_a_verdict_stands_beside_the_governments_own_account(tmp_path: Path, raw: str, answer: str, status: str) -> None:
    _file, groups = mapped(tmp_path, PLAIN + '[position]\nanswer = "Answer"\n', [row(Answer=raw)])
    position, account = cells(groups, "positions")[0], cells(groups, "assessments")[0]
    assert (position["answer"], position["said_by"], position["on"], position["assessment"]) == (answer, "France", "2020-01", account["key"])
    assert position["statement"] == f"Given as “{raw}”."
    assert (account["status"], account["assessor_kind"], account["assessor"], account["source_status"]) == (status, "government", "France", raw)
    cited = {name for use in cells(groups, "citation_uses") for name in ("assessment", "position") if use[name]}
    assert cited == {"assessment", "position"}


def test_an_answer_that_takes_no_position_is_said_to_take_none(tmp_path: Path) -> None:
    """No status that an account may have says it, so its words do; that the government refused, nobody said."""
    _file, groups = mapped(tmp_path, PLAIN + '[position]\nanswer = "Answer"\n', [row(Answer="noted"), row(No="2", Answer="accepted")])
    assert cells(groups, "assessments", "status", "rationale") == [
        {
            "status": "under_consideration",
            "rationale": "France answered “noted”, which takes no position; the source says no more of what became of it.",
        },
        {"status": "under_consideration", "rationale": "France answered “accepted”; the source says no more of what became of it."},
    ]


def test_an_answer_beside_a_verdict_stands_with_it(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, STATUS + '[position]\nanswer = "Answer"\n', [row(Status="success", Answer="noted")])
    assert cells(groups, "positions", "assessment") == cells(groups, "assessments", "key") == ["P-1-FR-DOC"]


ACTIONS = (
    PLAIN
    + """
[action]
description = { column = "Done", split = ["lines"], join = "\\n" }
[event]
on = "When"
[effect]
"""
)


def test_an_action_its_date_and_its_effect(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, ACTIONS, [row(Done="- Bought.\n- Hung.", When="March 2020"), row(No="2", Done="", When="2020")])
    action, event, effect = cells(groups, "actions")[0], cells(groups, "events")[0], cells(groups, "effects")[0]
    assert (action["government"], action["body"], action["title"], action["description"]) == ("FR", "France", "Bought. Hung.", "Bought.\nHung.")
    assert (event["action"], event["on"], event["kind"], event["decisive"]) == (action["key"], "2020-03", "announced", "true")
    assert (effect["action"], effect["recommendation"], effect["government"], effect["direction"]) == (action["key"], "P-1", "FR", "not_judged")
    assert len(cells(groups, "actions")) == 1
    assert any(use["action"] == action["key"] for use in cells(groups, "citation_uses"))


# Rows


def test_a_category_row_heads_the_items_below_it(tmp_path: Path) -> None:
    profile = (
        PLAIN
        + """
[[heading]]
when = [{ column = "No", empty = true }, { column = "Text", contains = "part" }]
column = "Text"
name = "Part"
[[heading]]
when = [{ column = "No", empty = true }]
column = "Text"
name = "Chapter"
[theme]
name = { columns = ["Part", "Chapter"], join = ": " }
"""
    )
    rows = [
        {"Text": "Part A"},
        {"Text": "Lamps"},
        row(No="1"),
        {"Text": "Benches"},
        row(No="2"),
        {"Text": "Part B"},
        row(No="3"),
    ]
    file, groups = mapped(tmp_path, profile, [{"No": "", "Country": "", **each} for each in rows])
    assert cells(groups, "themes", "name") == ["Part A: Lamps", "Part A: Benches", "Part B"]
    assert file.skipped_counts == {"heading of those below it": 4}
    assert problems(groups) == []


def test_rows_are_passed_over_for_a_reason_that_is_told(tmp_path: Path) -> None:
    profile = PLAIN + '[rows]\nskip = [{ column = "Type", equals = ["Total", "Note"] }]\nonly = [{ column = "Text", empty = false }]\n'
    file, groups = mapped(tmp_path, profile, [row(Type="x"), row(No="2", Type="TOTAL"), row(No="3", Text="", Type=""), row(No="4", Type="note")])
    assert cells(groups, "recommendations", "reference") == ["P-1"]
    assert file.skipped == {"Type is “Total” or “Note”": [3, 5], "not: Text is not empty": [4]}
    assert file.read == 4


def test_a_kind_is_yielded_only_by_rows_that_are_so(tmp_path: Path) -> None:
    profile = STATUS.replace("[assessment]", '[assessment]\nwhen = { column = "Final", equals = "yes" }')
    _file, groups = mapped(tmp_path, profile, [row(Status="success", Final="yes"), row(No="2", Status="success", Final="no")])
    assert cells(groups, "assessments", "recommendation") == ["P-1"]


UNITED = (
    PLAIN.replace('statement = "Text"', 'statement = "Text"\nmade_by = { column = "By", split = ["; "] }')
    + '[rows]\nunite = ["recommendation.made_by"]\n'
)


def test_rows_that_are_the_same_recommendation_are_merged(tmp_path: Path) -> None:
    rows = [row(By="Malta; Italy"), row(No="2", By="Spain"), row(By="Italy; Greece"), row(By="Austria", Country="Canada")]
    file, groups = mapped(tmp_path, UNITED, rows)
    assert problems(groups) == []
    assert cells(groups, "recommendations", "reference", "made_by", "locator") == [
        {"reference": "P-1", "made_by": "Malta; Italy; Greece; Austria", "locator": "rows 2, 4 and 5"},
        {"reference": "P-2", "made_by": "Spain", "locator": "row 3"},
    ]
    assert cells(groups, "addressees", "recommendation", "government")[-1] == {"recommendation": "P-1", "government": "CA"}
    assert [(each.row, each.first, each.merged) for each in file.duplicates] == [(4, 2, True)]
    record = next(record for group in groups for record in group.records if record.resource.name == "recommendations")
    assert record.rows == (2, 4, 5)
    assert str(record.fault("x")).startswith("rows 2, 4 and 5: ")


def test_more_sponsors_than_the_field_holds_are_all_kept_in_the_note(tmp_path: Path) -> None:
    sponsors = [f"The state of number {number}" for number in range(40)]
    _file, groups = mapped(tmp_path, UNITED, [row(By="; ".join(sponsors[:20])), row(By="; ".join(sponsors[20:]))])
    assert problems(groups) == []
    made = cells(groups, "recommendations")[0]
    assert len(made["made_by"]) <= 300
    assert made["made_by"].endswith(" more")
    assert made["note"] == f"Made by: {'; '.join(sponsors)}."


@pytest.mark.parametrize("profile", [PLAIN, UNITED])
def test_another_text_under_the_same_key_is_a_problem_that_names_both_rows(tmp_path: Path, profile: str) -> None:
    _file, groups = mapped(tmp_path, profile, [row(By="A"), row(No="2", By="A"), row(Text="Hide the lanterns.", Country="Canada", By="A")])
    assert problems(groups) == ["row 4: recommendation P-1 stands in row 2 already, with another text; only the first can be taken."]
    assert cells(groups, "addressees", "government") == ["FR", "FR"]  # what the row says besides is not of the first recommendation


def test_of_two_rows_under_one_key_that_are_both_refused_neither_is_said_to_be_taken(tmp_path: Path) -> None:
    profile = PLAIN.replace('statement = "Text"', 'statement = "Text"\nrecommended_on = "Date"')
    _file, groups = mapped(tmp_path, profile, [row(Date="31/02/2021"), row(Text="Hide the lanterns.", Date="2021")])
    assert problems(groups)[1:] == [
        "row 3: recommendation P-1 stands in row 2 already, with another text; that row is refused as well, so that neither is taken."
    ]


def test_duplicates_in_the_file_are_shown_and_given_once(tmp_path: Path) -> None:
    file, _groups = mapped(tmp_path, STATUS, [row(Status="success"), row(No="2", Status="failure"), row(Status="success")])
    assert [(each.row, each.first, each.key, each.merged) for each in file.duplicates] == [(4, 2, "P-1", False)]
    assert file.counts["recommendations"] == file.counts["assessments"] == 2


def test_another_verdict_on_the_same_addressee_is_a_problem(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, STATUS, [row(Status="success"), row(Status="failure")])
    assert problems(groups) == ["row 3: assessment P-1-FR-DOC stands in row 2 already, with other details; only the first can be taken."]
    keyed = STATUS.replace("[assessment]", '[assessment]\nkey = ["Year"]')
    _file, groups = mapped(tmp_path, keyed, [row(Status="success", Year="2019"), row(Status="failure", Year="2020")])
    assert problems(groups) == []
    assert cells(groups, "assessments", "key") == ["P-1-FR-DOC-2019", "P-1-FR-DOC-2020"]


SEVERAL = STATUS.replace('government = "Country"', 'government = { column = "Country", split = [", "] }')


@pytest.mark.parametrize("lands", ["France", "France, Canada", "Canada, France, Malta"])
def test_a_row_is_the_same_passage_however_many_governments_it_names(tmp_path: Path, lands: str) -> None:
    _file, groups = mapped(tmp_path, SEVERAL, [row(Country=lands, Status="success")])
    assert cells(groups, "citations", "key") == ["DOC-P-1"]
    assert len(cells(groups, "assessments", "key")) == len(lands.split(", "))


def test_an_action_has_the_same_key_however_many_governments_its_row_names(tmp_path: Path) -> None:
    profile = SEVERAL + '[action]\nkey = ["No"]\ntitle = "Text"\n'
    for lands in ("France", "France, Canada"):
        _file, groups = mapped(tmp_path, profile, [row(Country=lands, Status="")])
        assert "P-1-FR" in cells(groups, "actions", "key")


def test_each_row_of_a_recommendation_is_a_passage_of_its_own_and_what_only_repeats_it_is_not(tmp_path: Path) -> None:
    given = [
        row(Country="France, Canada", Status="success"),
        row(Country="Malta, Italy", Status="failure"),
        row(Country="Canada, France", Status="success"),
        row(Country="Malta, Greece", Status="failure"),
    ]
    file, groups = mapped(tmp_path, SEVERAL, given)
    assert cells(groups, "citations", "key", "locator") == [
        {"key": "DOC-P-1", "locator": "row 2"}, {"key": "DOC-P-1-MT", "locator": "row 3"}, {"key": "DOC-P-1-GR", "locator": "row 5"},
    ]  # fmt: skip
    uses = {use["assessment"]: use["citation"] for use in cells(groups, "citation_uses") if use["assessment"]}
    assert uses["P-1-CA-DOC"] == "DOC-P-1" and uses["P-1-IT-DOC"] == "DOC-P-1-MT" and uses["P-1-GR-DOC"] == "DOC-P-1-GR"
    assert [each.row for each in file.duplicates] == [4]


def test_a_second_row_of_one_government_that_says_more_is_a_passage_of_its_own(tmp_path: Path) -> None:
    _file, groups = mapped(tmp_path, STATUS, [row(Status=""), row(Status="success"), row(Status="success")])
    assert cells(groups, "citations", "key", "locator") == [{"key": "DOC-P-1-FR", "locator": "row 2"}, {"key": "DOC-P-1-FR-2", "locator": "row 3"}]
    assert {use["citation"] for use in cells(groups, "citation_uses") if use["assessment"]} == {"DOC-P-1-FR-2"}


def test_a_second_file_is_joined_by_key(tmp_path: Path) -> None:
    profile = STATUS.replace('column = "Status"', 'column = "answers.Status"') + '[[join]]\nname = "answers"\nkey = ["No"]\nother_key = ["Rec"]\n'
    second = table(tmp_path, [{"Rec": "1", "Status": "success"}, {"Rec": "1", "Status": "failure"}], "second.csv")
    _file, groups = mapped(tmp_path, profile, [ROW, row(No="2")], joined={"answers": second})
    assert cells(groups, "assessments", "recommendation", "status") == [{"recommendation": "P-1", "status": "implemented"}]
    assert problems(groups) == ["row 3, file answers: has the key of row 2 again; that row is taken."]
    with pytest.raises(ProfileError, match="the second file “answers” is not given"):
        mapped(tmp_path, profile, [ROW])
    with pytest.raises(ProfileError, match="no column “Rec” in this file, which has “Ref”"):
        mapped(tmp_path, profile, [ROW], joined={"answers": table(tmp_path, [{"Ref": "1"}], "third.csv")})


def test_a_second_file_is_held_whole_and_so_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = PLAIN + '[[join]]\nname = "answers"\nkey = ["No"]\nother_key = ["Rec"]\n'
    second = table(tmp_path, [{"Rec": "1", "More": "x" * 200}], "second.csv")
    monkeypatch.setattr(limits, "JOINED_CHARACTERS", 201)
    mapped(tmp_path, profile, [ROW], joined={"answers": second})
    monkeypatch.setattr(limits, "JOINED_CHARACTERS", 200)
    with pytest.raises(ProfileError, match="the second file has more than 200 characters"):
        mapped(tmp_path, profile, [ROW], joined={"answers": second})


def test_unknown_names_are_told_apart_up_to_a_number_and_a_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "MOST_UNKNOWN", 2)
    names = ["Ruritania", "x" * 400, "Elbonia", "Ruritania"]
    file, _groups = mapped(tmp_path, PLAIN, [row(No=str(number), Country=name) for number, name in enumerate(names)])
    assert {name: one.count for name, one in file.unknown.items()} == {"Ruritania": 2, "x" * 300 + "…": 1}
    assert file.unknown_beyond == 1


def test_a_column_that_the_file_lacks_is_told_with_those_that_it_has(tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        mapped(tmp_path, PLAIN.replace('"Text"', '"Txet"'), [ROW])
    assert caught.value.problems == [
        "recommendation.statement: there is no column “Txet” in this file, which has “No”, “Text”, “Country”; did you mean “Text”?"
    ]


def test_nested_records_are_read_by_path(tmp_path: Path) -> None:
    profile = PLAIN.replace('"No"', '"about.no"').replace('"Text"', '{ path = "about.text" }').replace('"Country"', '{ path = "to.*.name" }')
    rows = [{"about": {"no": 7, "text": "Light."}, "to": [{"name": "France"}, {"name": "Canada"}]}, {"about": {"no": {"x": 1}}, "to": []}]
    _file, groups = mapped(tmp_path, profile, rows, "file.json")
    assert cells(groups, "recommendations", "reference", "statement") == [{"reference": "P-7", "statement": "Light."}]
    assert cells(groups, "addressees", "government") == ["FR", "CA"]
    assert [problem.partition(":")[0] for problem in problems(groups)] == ["row 2"] or problems(groups)


def test_a_recommendation_that_the_site_has_is_referred_to(tmp_path: Path) -> None:
    profile = STATUS.replace('key = ["No"]\nstatement = "Text"', 'reference = "No"')
    _file, groups = mapped(tmp_path, profile, [row(No="TRC-1", Status="success")])
    assert cells(groups, "recommendations") == []
    assert cells(groups, "assessments", "recommendation") == ["TRC-1"]
    _file, groups = mapped(tmp_path, PLAIN.replace('key = ["No"]', 'reference = "No"'), [row(No="T 1")])
    assert "column No: “T 1” has other signs than letters" in problems(groups)[0]


def test_a_source_that_the_site_has_is_named_by_its_key(tmp_path: Path) -> None:
    head = 'name = "test"\n[source]\nkey = "TRC-2015"\nprefix = "P"\n'
    profile = head + PLAIN.removeprefix(HEAD).replace(
        'statement = "Text"', 'statement = "Text"\nmade_by = { constant = "X" }\nrecommended_on = { constant = "2015" }'
    )
    _file, groups = mapped(tmp_path, profile, [ROW])
    assert cells(groups, "documents") == []
    assert cells(groups, "citations", "document") == ["TRC-2015"]


def test_a_number_is_its_documents_own(tmp_path: Path) -> None:
    """Before it stands the key of the document that the recommendation is known from, unless the profile says what else, or nothing."""
    bare = PLAIN.replace('prefix = "P"\n', "")
    for profile, reference in (
        (bare, "DOC-1"),
        (PLAIN, "P-1"),
        (PLAIN.replace('prefix = "P"', 'prefix = ""'), "1"),
        (bare.replace('key = ["No"]', 'key = ["No"]\nknown_from = "Report"'), "OFFX-1"),
        (bare.replace('key = ["No"]', 'reference = "No"'), "1"),
    ):
        assert parse(to_toml(parse(profile))) == parse(profile)
        _file, groups = mapped(tmp_path, profile, [row(Report="OFFX")])
        assert cells(groups, "recommendations", "reference") == [reference]


def test_what_else_a_row_yields_has_the_documents_key_too(tmp_path: Path) -> None:
    """Also where nothing stands in the column that tells a document from another."""
    profile = PLAIN.replace('prefix = "P"\n', "") + '[document]\nkey = ["Report no"]\ntitle = "Report"\n'
    _file, groups = mapped(tmp_path, profile, [row(Report="On piers", **{"Report no": "7"}), row(No="2", Report="On sheds", **{"Report no": ""})])
    assert cells(groups, "documents", "key") == ["DOC", "DOC-7", "DOC-On-sheds"]


def test_keys_are_the_same_in_every_file_and_on_every_pass(tmp_path: Path) -> None:
    rows = [row(No=str(number), Status="success") for number in range(5)]
    file, groups = mapped(tmp_path, STATUS, rows)
    again = list(file)
    assert [record.cells for group in groups for record in group.records] == [record.cells for group in again for record in group.records]
    _other, turned = mapped(tmp_path, STATUS, rows[::-1])
    for resource in ("recommendations", "assessments", "citations", "addressees"):
        assert {record.key for group in groups for record in group.records if record.resource.name == resource} == {
            record.key for group in turned for record in group.records if record.resource.name == resource
        }


def test_a_country_by_any_name_makes_the_same_key(tmp_path: Path) -> None:
    profile = PLAIN.replace('key = ["No"]', 'key = ["Country", "No"]')
    _file, groups = mapped(tmp_path, profile, [row(Country="Allemagne"), row(Country="Germany", No="2")])
    assert cells(groups, "recommendations", "reference") == ["P-DE-1", "P-DE-2"]


def test_text_that_is_too_long_is_told_and_a_derived_one_is_cut(tmp_path: Path) -> None:
    profile = PLAIN.replace('statement = "Text"', 'statement = "Text"\ntarget = "At"')
    _file, groups = mapped(tmp_path, profile, [row(Text="word " * 200, At="x" * 301)])
    assert problems(groups) == [f"row 2, column At: “{'x' * 57}...” has 301 characters; at most 300 are kept."]
    assert len(cells(groups, "recommendations", "short_title")[0]) <= 200


@given(st.lists(st.fixed_dictionaries({name: st.text(max_size=15) for name in ("No", "Text", "Country", "Status", "Date", "By")}), max_size=4))
def test_whatever_stands_in_a_file_the_run_goes_through(rows: list[dict[str, str]]) -> None:
    class Made:
        columns = ("No", "Text", "Country", "Status", "Date", "By")

        def __iter__(self) -> Any:
            from tracker.exchange.tables import Record

            return iter([Record(number, values) for number, values in enumerate(rows, 2)])

    profile = parse(UNITED + '[assessment]\nstatus = "Status"\neffective_on = "Date"\n')
    for group in map_records(profile, Made(), GOVERNMENTS):
        for record in group.records:
            assert set(record.cells) == set(record.resource.header) == set(record.values)
        assert all(str(problem).startswith(("row ", "rows ")) for problem in group.problems)


def test_values_are_those_that_the_packages_own_reader_gives(tmp_path: Path) -> None:
    """The same cells read as a file of a package have the same values: there is no second set of rules."""
    from tracker.exchange.files import _cell_problems

    profile = (
        STAFFS.replace('"rejected"', '"no_action"').replace("[citation]", 'searched_on = "Date"\n[citation]')
        + '[position]\nanswer = "Answer"\n[action]\ntitle = "Done"\n[event]\non = "Date"\n[effect]\n[theme]\nname = "Theme"\n'
    )
    values = {
        "Status": "failure",
        "Answer": "noted",
        "Done": "Hung.",
        "Date": "1 May 2020",
        "Theme": "Sea",
        "Source": "DOC",
        "Says": "x",
        "Page": "1",
    }
    _file, groups = mapped(tmp_path, profile, [row(**values)])
    records = [record for group in groups for record in group.records]
    assert {record.resource.name for record in records} == set(BY_NAME) - {
        *("governments", "memberships", "snapshots", "relations", "deadline_moves", "parties", "legal_statuses", "replies", "translations"),
    }
    for record in records:
        ours, told = dict(record.values), dict(record.cells)
        assert list(_cell_problems(record)) == []
        assert (record.values, record.cells) == (ours, told)
