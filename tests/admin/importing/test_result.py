"""The page of an import: what its words mean, where problems are mended, and where its records stand once it is applied."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import builders
from tests.admin.forms import words
from tests.admin.importing.steps import Steps, work
from tests.admin.importing.test_budgets import made
from tests.admin.importing.test_steps import DATES, HOLDS, TABLE, chosen, mapped
from tracker.admin.importing import deciding, preview
from tracker.editorial.verbs import approve, publish, withdraw
from tracker.exchange.profiles import parse, shipped
from tracker.exchange.profiles.kinds import KINDS, is_date
from tracker.models import Assessment, CitationUse, Import, ImportPreview, ImportProfile, ImportState, Recommendation, Search, Submission, Theme, User

SignIn = Callable[[str], Client]
APPLIED_BUDGET = 20
UNDO_BUDGET = 8
"""More than that, for whoever may undo: what its files are, whether anything stands on it, and what else only they are shown."""
MISSPELT = TABLE.replace("Nowhereland", "Elbonia").replace("Finished", "succes").replace("Discussed", "Fini")


@pytest.fixture(autouse=True)
def governments(desk: str) -> None:
    builders.government("EL", name="Elbonia")
    builders.government("FR", name="Freedonia")


def html_of(page: Any) -> str:
    return str(page.content.decode())


def means(steps: Steps, page: Any, said: dict[str, str]) -> Any:
    """Say what words mean, on the preview's own form."""
    data = {"mark": page.context["mark"], "words": "1"}
    for line in page.context["words"]:
        data |= {f"word-{line['index']}": line["value"], f"of-{line['index']}": line["about"], f"means-{line['index']}": said[line["value"]]}
    return steps.client.post(steps.address("decide"), data, follow=True)


# Words


def test_the_preview_shows_which_words_stand_already_under_another_number(people: dict[str, User], sign_in: SignIn) -> None:
    client, table = sign_in("researcher"), TABLE.replace("Nowhereland", "Elbonia")
    mapped(client, table).ask("apply")
    first = Recommendation.objects.get(statement="Publish the list").reference
    again = table.replace("\n1,Close the office", "\n11,Open the office").replace("\n2,", "\n12,").replace("\n3,Recall", "\n13,Praise")
    page = mapped(client, again).preview()
    said = words(page)
    assert "1 new recommendation says what stands already" in said, said
    assert f"row 3: these words stand already as {first}" in said and "1 with words that stand already" in said, said
    assert not page.context["refused"] and "said-before" in html_of(page)


def test_a_misspelt_word_stands_once_and_is_said_to_mean_one_of_ours(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"), MISSPELT.replace("Fini", "implementd"))
    page = steps.preview()
    often, seldom = page.context["words"]
    assert (often["value"], often["count"], often["rows"]) == ("succes", 2, [2, 4])
    assert seldom["close"][0][0] == "implemented"  # the nearest first
    said = words(page)
    assert "2 words of the file are not known here" in said and "succes Assessment · Status 2 2, 4 – nothing: leave it out" in said, said
    assert said.count("is not one of") == 0 and "3 rows are refused" in said

    page = means(steps, page, {"succes": "implemented", "implementd": "implemented"})
    assert not page.context["words"] and not page.context["refused"], words(page)
    batch = Import.objects.get()
    assert parse(batch.profile_text).records["assessment"].fields["status"].map == {"succes": "implemented", "implementd": "implemented"}
    steps.ask("apply")
    assert set(Assessment.objects.values_list("status", "source_status")) == {("implemented", "succes"), ("implemented", "implementd")}


def test_a_word_can_be_left_out_or_left_for_later(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"), MISSPELT)
    page = means(steps, steps.preview(), {"succes": "-", "Fini": ""})
    assert [line["value"] for line in page.context["words"]] == ["Fini"]
    means(steps, page, {"Fini": "rejected"})
    steps.ask("apply")
    assert Assessment.objects.get().status == "rejected" and Recommendation.objects.count() == 3


def test_what_is_none_of_the_fields_words_is_refused(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"), MISSPELT)
    before = Import.objects.get().profile_text
    page = means(steps, steps.preview(), {"succes": "splendid", "Fini": "rejected"})
    assert "“splendid” is none of the words that" in words(page)
    assert Import.objects.get().profile_text == before


def test_every_unknown_word_of_a_cell_and_of_each_field_is_told_at_once(people: dict[str, User], sign_in: SignIn) -> None:
    table = "No,Text,Country,Status,When,Basis\n1,Close the office,Elbonia,succes,12/03/2019,nmed\n2,Shut it,Elbonia,succes; Fini,12/03/2019,named\n"
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", table.encode())
    steps.columns({**HOLDS, "Basis": ["addressee.basis"]}, keys={"recommendation": ["No"]})
    steps.send("field", DATES, query="?of=recommendation.recommended_on")
    steps.send("field", {"split": [";"]}, query="?of=assessment.status")
    steps.whole()
    page = steps.preview()
    assert [(line["value"], line["about"]) for line in page.context["words"]] == [
        ("succes", "assessment.status"), ("nmed", "addressee.basis"), ("Fini", "assessment.status"),
    ]  # fmt: skip
    assert page.context["words"][1]["close"][0][0] == "named"


# Where problems are mended


def test_what_a_word_may_mean_is_offered_and_nothing_is_taken_for_it(people: dict[str, User], sign_in: SignIn) -> None:
    """At the preview, at its field, and beside its column it is said that it is none of ours."""
    table = TABLE.replace("Nowhereland", "Elbonia").replace("Finished", "In progress").replace("Discussed", "Broken").replace("succes", "implemented")
    steps = chosen(sign_in("researcher"), table)
    page = steps.preview()
    close = {line["value"]: [value for value, _label in line["close"]] for line in page.context["words"]}
    assert close == {"In progress": ["partially_implemented", "under_consideration"], "Broken": ["no_action"]}
    assert html_of(page).count('<optgroup label="It may mean">') == 2
    page = steps.page("field", "?of=assessment.status")
    assert {line["value"]: line["chosen"] for line in page.context["values"] if line["unresolved"]} == dict.fromkeys(("In progress", "Broken"), "")
    assert html_of(page).count('<optgroup label="It may mean">') == 2
    said = words(steps.page("columns"))
    assert "2 words are none of ours: “In progress”, “Broken”. Say what they mean" in said
    other = Steps(steps.client)
    other.upload("new.csv", table.encode())
    assert "2 words are none of ours: “In progress”, “Broken”. Say what they mean once this is saved." in words(other.page("columns"))


def test_a_verdict_that_rests_on_a_search_asks_when_it_was_made(people: dict[str, User], sign_in: SignIn) -> None:
    """The sentence leads to the columns, where the day of the search is a place like others."""
    table = (
        TABLE.replace("Nowhereland", "Elbonia").replace("Discussed", "implemented").replace("succes", "implemented").replace("Finished", "no action")
    )
    steps = chosen(sign_in("researcher"), table)
    page = steps.preview()
    assert "“no action” rests on a search, and nothing says when it was made" in words(page)
    assert page.context["problems"][0][1].startswith(steps.address("columns"))
    assert "Assessment · Searched on" in words(steps.page("columns"))
    holds = {**HOLDS, "When": ["recommendation.recommended_on", "assessment.searched_on"]}
    steps.columns(holds, keys={"recommendation": ["No"]})
    steps.send("field", DATES, query="?of=assessment.searched_on")
    assert not steps.preview().context["refused"], words(steps.page("change"))
    steps.columns(HOLDS, constants={"assessment.searched_on": "May 2019"}, keys={"recommendation": ["No"]})
    assert not steps.preview().context["refused"], words(steps.page("change"))
    steps.ask("apply")
    assert [str(search.searched_on) for search in Search.objects.all()] == ["2019-05"]


def test_what_is_wrong_with_a_row_is_told_at_once(people: dict[str, User], sign_in: SignIn) -> None:
    """A theme that is missing beside a word that nobody knows; unknown governments stand in the file of problems too."""
    table = TABLE.replace("No,", "Theme,No,").replace("\n1", "\nHarbours,1").replace("\n2", "\nHarbours,2").replace("\n3", "\nHarbours,3")
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", table.encode())
    steps.columns({**HOLDS, "Theme": ["theme.name"]}, keys={"recommendation": ["No"]})
    steps.send("field", DATES, query="?of=recommendation.recommended_on")
    steps.whole()
    page = steps.preview()
    assert {line["value"]: line["rows"] for line in page.context["words"] if line["about"] == "theme.name"} == {"Harbours": [2, 3, 4]}
    assert len(page.context["words"]) == 4 and "An administrator adds themes and kinds of measure that are missing." in words(page)
    file = steps.client.get(steps.address("problems")).content.decode("utf-8-sig")
    for row in ("2", "3", "4"):
        assert any(line.startswith(f"{row},") and "Harbours" in line for line in file.splitlines()), file
    assert "4,,“Nowhereland” is the name of no government that is known here." in file


def themed(client: Client) -> Steps:
    """A file with a column of themes, several in a cell, and one of kinds of measure; one theme is here."""
    Theme.objects.create(key="quays", name="Quays")
    builders.measure("closure")
    table = (
        "No,Text,Country,When,Topic,Kind\n1,Close the office,Elbonia,12/03/2019,Harbours; Quays,Shutting\n"
        "2,Open the quay,Elbonia,12/03/2019,Quays,closure\n3,Paint the pier,Elbonia,12/03/2019,harbours; Piers,Shutting\n"
    )
    steps = Steps(client)
    steps.upload("list.csv", table.encode())
    holds = {**HOLDS, "Topic": ["theme.name"], "Kind": ["recommendation.measure"]}
    del holds["Status"]
    steps.columns(holds, keys={"recommendation": ["No"]})
    steps.send("field", DATES, query="?of=recommendation.recommended_on")
    steps.send("field", {"split": [";"]}, query="?of=theme.name")
    steps.whole()
    return steps


def test_a_theme_that_does_not_exist_is_said_to_mean_one_or_left_out_by_whoever_adds_none(people: dict[str, User], sign_in: SignIn) -> None:
    """As a government is: without an administrator, and for the next file too. What is not asked stays as it is."""
    steps = themed(sign_in("researcher"))
    page = steps.preview()
    found = {line["value"]: (line["count"], line["about"], [label for _key, label in line["choices"]]) for line in page.context["words"]}
    assert found == {
        "Harbours": (2, "theme.name", ["Quays"]),
        "Piers": (1, "theme.name", ["Quays"]),
        "Shutting": (2, "recommendation.measure", ["closure"]),
    }, found
    assert page.context["refused"] == 2
    page = means(steps, page, {"Harbours": "-", "Piers": "quays", "Shutting": "closure"})
    assert not page.context["words"] and not page.context["refused"], words(page)
    assert "Harbours (Theme · Name): row 2 loses it" in words(page) and "harbours (Theme · Name): row 4 loses it" in words(page)
    steps.ask("apply")
    themes = {record.number: [theme.key for theme in record.themes.all()] for record in Recommendation.objects.all()}
    assert themes == {"1": ["quays"], "2": ["quays"], "3": ["quays"]} and Theme.objects.count() == 1
    assert set(Recommendation.objects.values_list("measure__key", flat=True)) == {"closure"}


def test_a_kind_of_measure_that_is_left_out_is_not_classified(people: dict[str, User], sign_in: SignIn) -> None:
    steps = themed(sign_in("researcher"))
    page = means(steps, steps.preview(), {"Harbours": "", "Piers": "", "Shutting": "-"})
    assert {line["value"] for line in page.context["words"]} == {"Harbours", "Piers"}
    means(steps, page, {"Harbours": "-", "Piers": "-"})
    steps.ask("apply")
    assert dict(Recommendation.objects.values_list("number", "measure__key")) == {"1": "unclassified", "2": "closure", "3": "unclassified"}


@pytest.mark.parametrize("means_word, themes", [("quays", {"quays"}), ("-", set())])
@pytest.mark.parametrize(
    "rule",
    [
        'name = { constant = "Old quays" }',
        'name = { column = "Topic", empty = ["Harbours; Quays", "Quays", "harbours; Piers"], default = "Old quays" }',
        'name = { column = "No", lookup = "topics" }',
    ],
)
def test_a_theme_that_only_the_profile_names_is_said_to_mean_another_once(
    rule: str, means_word: str, themes: set[str], people: dict[str, User], sign_in: SignIn
) -> None:
    """It stands in no cell: as the value of every row, as that of an empty cell, or as what a value of the file stands for."""
    steps = themed(sign_in("researcher"))
    assert steps.batch is not None
    text = Import.objects.get(pk=steps.batch.pk).profile_text
    head, _theme, rest = text.partition("[theme]\n")
    text = head.replace('measure = "Kind"\n', "") + "[theme]\n" + rule + "\n" + rest[rest.index("# The gov") :]
    text += '\n[lookups.topics]\n"1" = "Old quays"\n"2" = "Old quays"\n"3" = "Old quays"\n'
    steps.send("text", {"text": text})
    page = steps.preview()
    assert [line["value"] for line in page.context["words"]] == ["Old quays"], words(page)
    page = means(steps, page, {"Old quays": means_word})
    assert not page.context["words"] and not page.context["refused"], words(page)
    steps.ask("apply")
    assert {theme.key for record in Recommendation.objects.all() for theme in record.themes.all()} == themes
    assert Recommendation.objects.count() == 3


def kept_profile(sign_in: SignIn) -> Steps:
    """An import by a profile that is kept, and its preview: one name of a government and two words are not known."""
    steps = mapped(sign_in("researcher"), TABLE.replace("Nowhereland", "Elbonia").replace("Finished", "succes"))
    steps.send("text", {"name": "made-up"}, button="_keep")
    other = Steps(steps.client)
    other.upload("next.csv", TABLE.replace("Elbonia", "Oldland").replace("Nowhereland", "Elbonia").encode(), profile="made-up")
    other.preview()
    return other


def answer(steps: Steps, **more: str) -> Any:
    """Leave the unknown name out, as a browser sends the form: with the box ticked as it stands there."""
    page = steps.page("change")
    (name,) = page.context["unknown"]
    assert 'name="in_profile" value="1" checked' in html_of(page)
    data = {"mark": page.context["mark"], "names": "1", "name-0": name["name"], "code-0": "-", "in_profile": "1", **more}
    return steps.client.post(steps.address("decide"), data, follow=True)


def test_an_answer_is_kept_with_the_profile_and_not_asked_of_the_next_file(people: dict[str, User], sign_in: SignIn) -> None:
    steps = kept_profile(sign_in)
    assert "Keep it with the profile “made-up” for the next file" in words(steps.page("change"))
    assert "The profile is kept as “made-up”" in words(answer(steps))
    kept = ImportProfile.objects.get()
    assert parse(kept.text).governments.aliases["Oldland"] == "-" and kept.text == Import.objects.latest("pk").profile_text
    after = Steps(steps.client)
    after.upload("after.csv", TABLE.replace("Elbonia", "Oldland").replace("Nowhereland", "Elbonia").encode(), profile="made-up")
    assert not after.preview().context["unknown"]


def test_an_answer_is_not_kept_where_the_box_is_not_ticked(people: dict[str, User], sign_in: SignIn) -> None:
    steps = kept_profile(sign_in)
    before = ImportProfile.objects.get().text
    page = steps.page("change")
    data = {"mark": page.context["mark"], "names": "1", "name-0": "Oldland", "code-0": "-"}
    assert not steps.client.post(steps.address("decide"), data, follow=True).context["unknown"]
    assert ImportProfile.objects.get().text == before


def test_an_answer_goes_over_no_newer_profile_of_somebody_elses_and_says_so(people: dict[str, User], sign_in: SignIn) -> None:
    """The page was opened before; and after that the box says what it does, and leads to keeping the profile in a step."""
    steps = kept_profile(sign_in)
    page = steps.page("change")
    kept = ImportProfile.objects.get()
    kept.text, kept.edited_by = kept.text.replace("A tracker of somebody's", "Another title"), people["administrator"]
    kept.save()
    data = {"mark": page.context["mark"], "names": "1", "name-0": "Oldland", "code-0": "-", "in_profile": "1"}
    page = steps.client.post(steps.address("decide"), data, follow=True)
    assert "last edited by Administrator" in words(page) and "This import has your answer in its own profile alone." in words(page)
    assert f'<a href="{steps.address("text")}">Keep the profile for the next file</a>' in html_of(page)
    assert ImportProfile.objects.get().text == kept.text and not page.context["unknown"]
    said = words(page)
    assert "Keep it with the profile of this import" in said and "For the next file keep the profile under a name" in said
    assert "last edited by Administrator" in words(steps.page("text"))  # with the box to replace it


def test_a_profile_edited_while_an_answer_is_saved_is_told_with_who_edited_it(
    people: dict[str, User], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = kept_profile(sign_in)
    choose = deciding.imports.choose

    def while_somebody_edits(*args: Any, **more: Any) -> Any:
        kept = ImportProfile.objects.get()
        kept.text, kept.edited_by = kept.text.replace("A tracker of somebody's", "Another title"), people["administrator"]
        kept.save()
        return choose(*args, **more)

    monkeypatch.setattr(deciding.imports, "choose", while_somebody_edits)
    assert "A profile “made-up” is there already" in (said := words(answer(steps))) and "last edited by Administrator" in said
    assert "Another title" in ImportProfile.objects.get().text and "Oldland" not in ImportProfile.objects.get().text


def test_what_a_word_means_is_kept_with_the_profile_too(people: dict[str, User], sign_in: SignIn) -> None:
    steps = kept_profile(sign_in)
    page = steps.page("change")
    assert html_of(page).count('name="in_profile"') == 1
    answer(steps, words="1", **{"word-0": page.context["words"][0]["value"], "of-0": "assessment.status", "means-0": "implemented"})
    assert parse(ImportProfile.objects.get().text).records["assessment"].fields["status"].map[page.context["words"][0]["value"]] == "implemented"


def test_an_answer_to_a_profile_that_is_kept_nowhere_leads_to_keeping_it(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"), TABLE.replace("Finished", "implemented"))
    assert "Keep it with the profile of this import" in words(steps.preview())
    assert "This import has your answer in its own profile alone." in words(answer(steps))
    assert not ImportProfile.objects.exists()


def test_an_answer_keeps_the_profile_under_a_name_where_it_is_given(people: dict[str, User], sign_in: SignIn) -> None:
    """In the same form, and the preview that follows is of it; the next answer goes the same way without being asked."""
    steps = chosen(sign_in("researcher"), TABLE.replace("Finished", "implemented"))
    page = steps.preview()
    assert 'name="keep_under"' in html_of(page)
    page = answer(steps, keep_under="of-mine")
    assert "The profile is kept as “of-mine”" in words(page) and "own profile alone" not in words(page)
    kept = ImportProfile.objects.get()
    assert kept.name == "of-mine" and parse(kept.text).governments.aliases == {"Nowhereland": "-"}
    assert page.context["batch"].state == ImportState.PREVIEWED and not page.context["unknown"]
    assert "Keep it with the profile “of-mine” for the next file" in words(page)


def test_a_name_that_no_profile_may_have_is_told_and_the_answer_is_not_lost(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"), TABLE.replace("Finished", "implemented"))
    steps.preview()
    said = words(page := answer(steps, keep_under="Of Mine"))
    assert "“of-mine” would be one" in said and "This import has your answer in its own profile alone." in said
    assert not ImportProfile.objects.exists() and not page.context["unknown"]


def test_keeping_the_profile_leaves_the_preview_as_it_is_or_looks_again_and_says_so(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"), TABLE.replace("Finished", "implemented").replace("Nowhereland", "Elbonia"))
    page = steps.preview()
    before = page.context["preview"].digest, page.context["preview"].pk
    steps.send("text", {}, button="_keep")
    page = steps.page("change")
    assert page.context["batch"].state == ImportState.PREVIEWED and ImportProfile.objects.count() == 1
    assert (page.context["preview"].digest, page.context["preview"].pk) == before
    text = steps.page("text").context["text"].replace("A tracker of somebody's", "Another title")
    steps.send("text", {"text": text, "name": "another"}, button="_keep")
    page = steps.page("change")
    assert page.context["batch"].state == ImportState.PREVIEWED and ImportProfile.objects.count() == 2
    assert "The import was looked at again with it" in words(page) and page.context["batch"].profile_text == text


def test_what_is_left_out_is_told_with_the_rows_that_lose_it(people: dict[str, User], sign_in: SignIn) -> None:
    steps = chosen(sign_in("researcher"), TABLE.replace("Finished", "implemented").replace("succes", "implemented"))
    page = steps.preview()
    data = {"mark": page.context["mark"], "names": "1", "name-0": "Nowhereland", "code-0": "-", "in_profile": "1"}
    steps.client.post(steps.address("decide"), data)
    page = means(steps, steps.page("change"), {"Discussed": "-"})
    said = words(page)
    assert "Left out, as was said" in said
    assert "Nowhereland (Addressee · Government): row 4 loses it" in said
    assert "Discussed (Assessment · Status): row 3 loses it" in said


def test_a_date_that_is_not_read_stands_once_and_leads_to_where_it_is_said(people: dict[str, User], sign_in: SignIn) -> None:
    table = TABLE.replace("Nowhereland", "Elbonia").replace("Finished", "implemented").replace("Discussed", "rejected").replace("succes", "rejected")
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", table.replace("12/03/2019", "05/05/2019x").replace("05/05/2019\n", "05/05/2019x\n").encode())
    steps.columns(HOLDS, keys={"recommendation": ["No"]})
    steps.send("field", DATES, query="?of=recommendation.recommended_on")
    steps.whole()
    page = steps.preview()
    said = words(page)
    assert "rows 2, 4 (2 times), column When: “05/05/2019x”" in said and "Say how it is read" in said, said
    assert "2 problems" in said and "are listed" not in said
    assert f'{steps.address("field")}?of=recommendation.recommended_on"' in html_of(page)
    file = steps.client.get(steps.address("problems")).content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in file[1:]] == ["2", "4"]
    kept = ImportPreview.objects.get()
    kept.counts["problems"] += 3
    kept.save()
    assert "3 more, which are not listed." in steps.client.get(steps.address("problems")).content.decode()


def test_a_key_that_is_there_twice_leads_to_the_columns_and_so_does_a_missing_one(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"), TABLE + "1,Something else,Elbonia,Finished,12/03/2019\n,No number,Elbonia,Finished,12/03/2019\n")
    page = steps.page("change")
    assert len(page.context["problems"]) == 2
    assert {address for _sentence, address, _words in page.context["problems"]} == {steps.address("columns")}
    assert words(page).count("Say which columns tell them apart") == 2


def test_a_column_that_the_file_does_not_have_leads_to_the_columns(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.send("text", {"name": "made-up"}, button="_keep")
    other = Steps(steps.client)
    other.upload("other.csv", b"Number,Words\n1,Close the office\n", profile="made-up")
    page = other.page("change")
    html = html_of(page)
    problem = html[html.index('<p class="problem">') :].partition("</p>")[0]
    assert "What the columns hold · Recommendation · Statement (recommendation.statement): there is no column “Text” in this file" in problem
    assert (
        "What the columns hold · What tells one record from another: Recommendation (recommendation.key): there is no column “No” in this file"
        in problem
    )
    assert not re.search(r"(^|>|br/?>)\s*[a-z]+\.[a-z_]+:", problem), "no reason begins with a key of the profile"
    assert re.search(rf'<a href="{other.address("columns")}#[^"]+">Go there</a>', problem)
    assert 'class="problem"' in html_of(sign_in("auditor").get(other.address("change")))
    assert "Go there" not in html_of(sign_in("auditor").get(other.address("change")))


# What would be created


def test_new_records_show_their_dates_in_a_line_each(people: dict[str, User], sign_in: SignIn) -> None:
    page = mapped(sign_in("researcher")).page("change")
    kinds = page.context["created"]
    assert kinds[0]["name"] == "recommendations"
    line = kinds[0]["lines"][0]
    assert line["dates"] == [("Recommended on", "2019-03-12")] and line["line"] == "Close the office"
    new = html_of(page)[html_of(page).index('class="new-rows"') :]
    assert "<details open" not in new.partition("</section>")[0]
    assert re.search(r"<summary>(?:(?!</summary>).)*row 2(?:(?!</summary>).)*Recommended on <b>2019-03-12</b>", new, re.DOTALL)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_date_of_every_kind_is_among_what_is_shown(kind: Any) -> None:
    cells = {column.name: "2019-03" if is_date(column) else "x" for column in kind.resource.columns}
    shown = preview._new(kind.resource.name, {"key": "a/b", "row": 2, "cells": cells})
    assert len(shown["dates"]) == sum(is_date(column) for column in kind.resource.columns)
    assert [cell for cell in shown["cells"] if cell in shown["dates"]] == shown["dates"] == shown["cells"][: len(shown["dates"])]
    assert kind.resource.name in preview.LEADING


def test_three_new_records_are_open(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    again = mapped(steps.client, TABLE.replace("Elbonia,Discussed", "Freedonia,Discussed").replace("Discussed", ""))
    page = again.page("change")
    assert sum(kind["count"] for kind in page.context["created"]) <= 3
    assert html_of(page).count("<details open") == sum(len(kind["lines"]) for kind in page.context["created"]) > 0


# The result


def parts(page: Any) -> set[str]:
    return set(re.findall(r'id="([^"]+)"', html_of(page)))


def test_each_count_leads_to_a_part_of_the_page_that_is_there(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    record = Recommendation.objects.get(statement="Publish the list")
    record.statement = "Publish the whole list"
    record.save()
    table = TABLE.replace("Close the office", "Close the offices").replace("Publish the list", "Publish every list")
    again = mapped(
        steps.client, table + "4,Another,Elbonia,Finished,01/01/2020\n4,Another,Elbonia,Finished,01/01/2020\n5,,Elbonia,Finished,01/01/2020\n"
    )
    again.client.post(again.address("decide"), {"mark": again.page("change").context["mark"], "without_refused": "1"})
    for page in (again.page("change"), again.page("apply"), again.ask("apply", "A later export")):
        places = set(re.findall(r'href="[^"#]*#((?:created-|changes|conflicts|refused|skipped)[^"]*)"', html_of(page)))
        assert {"created-recommendations", "changes", "conflicts", "refused", "skipped"} <= places
        assert places <= parts(again.page("change"))
    said = words(again.page("change"))
    assert "What changed" in said and "Close the offices" in said  # before and after, on the result too
    assert "1 row is refused" in said


def test_the_result_says_where_its_records_stand(people: dict[str, User], sign_in: SignIn) -> None:
    """Drafts can be submitted as long as there are any; what is submitted, published, withdrawn or deleted is said, with its submission."""
    steps = mapped(sign_in("researcher"))
    page = steps.ask("apply")
    assert "Of its 7 records: 7 draft." in words(page) and "Submit its 7 drafts for review" in words(page)
    bare = Assessment.objects.earliest("pk")
    CitationUse.objects.filter(assessment=bare).delete()
    page = steps.client.post(steps.address("hand_in"), {"reason": "All of the tracker"}, follow=True)
    submission = Submission.objects.get()
    said = words(page)
    assert "Of its 7 records: 1 draft, 6 submitted. Submitted as: #" in said and "Submit its draft for review" in said, said
    assert "1 record was not ready when its drafts were submitted" in said and "has no supporting citation" in said
    assert html_of(page).count(reverse("admin:tracker_submission_change", args=[submission.pk])) >= 7

    publish(approve(submission, by=people["reviewer"]), by=people["reviewer"])
    bare.delete()
    page = steps.page("change")
    assert "Of its 7 records: 6 published, 1 deleted." in words(page)
    assert not page.context["drafts"] and "Submit its" not in words(page)
    assert "deleted" in words(page).partition("What it wrote")[2]
    asked = steps.client.post(steps.address("hand_in"), {"reason": "Once more"})
    assert "None of its records is a draft" in words(steps.client.get(steps.address("hand_in"))) and asked.status_code == 422

    gone, second = Assessment.objects.latest("pk"), builders.user("second", role="reviewer")
    publish(approve(withdraw([gone], by=people["reviewer"], reason="No longer"), by=second), by=second)
    page = steps.page("change")
    assert "5 published, 1 withdrawn, 1 deleted" in words(page) and not page.context["drafts"]

    record = Recommendation.objects.earliest("pk")
    record.save()
    page = steps.page("change")
    assert "5 published, 1 withdrawn, 1 deleted" in words(page), "saved as it is, it is what readers see"
    assert "edited since" not in words(page).partition("What it wrote")[2] and not page.context["drafts"]
    record.note = "Looked at."
    record.save()
    page = steps.page("change")
    assert "4 published, 1 published and edited since, 1 withdrawn, 1 deleted" in words(page)
    assert "published and edited since" in words(page).partition("What it wrote")[2]
    assert "Submit its draft for review" in words(page)
    page = steps.client.post(steps.address("hand_in"), {"reason": "Looked at"}, follow=True)
    assert Submission.objects.latest("pk").versions.get().key == record.reference
    assert "1 submitted, 4 published, 1 withdrawn, 1 deleted" in words(page)


def test_a_draft_that_was_given_another_reference_is_not_called_deleted(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    Recommendation.objects.filter(pk=Recommendation.objects.earliest("pk").pk).update(reference="OTHER-1")
    page = steps.page("change")
    assert "Of its 7 records: 7 draft" in words(page)
    steps.client.post(steps.address("hand_in"), {"reason": "All of it"})
    assert Submission.objects.get().versions.filter(key="OTHER-1").exists()


def test_a_record_of_which_a_part_was_written_is_listed(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    again = mapped(steps.client, TABLE + "1,Close the office,Freedonia,Finished,12/03/2019\n")
    page = again.ask("apply", "Another addressee")
    assert "changed in part" in words(page).partition("What it wrote")[2]


def test_what_stayed_a_draft_is_listed_page_by_page(people: dict[str, User], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the job that submits many, too, whose sentence leads there, and where nothing at all was ready."""
    monkeypatch.setattr(deciding, "HANDED_IN_AT_ONCE", 2)
    monkeypatch.setattr(preview, "PER_PAGE", 2)
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    CitationUse.objects.filter(assessment__isnull=False).delete()
    steps.send("hand_in", {"reason": "All of the tracker"})
    work()
    page = steps.page("change")
    assert page.context["stayed_count"] == 3 and len(page.context["stayed"]) == 2
    assert "3 records stay drafts; the page of import" in words(page) and 'href="#stayed"' in html_of(page)
    assert len(steps.page("change", "?stayed=2").context["stayed"]) == 1
    job = sign_in("administrator").get(reverse("admin:jobs_backgroundjob_change", args=[page.context["batch"].job]))
    assert f'href="{steps.address("change")}"' in html_of(job)
    steps.send("hand_in", {"reason": "Once more"})
    work()
    page = steps.page("change")
    assert "None of the 3 records can be submitted" in words(page) and page.context["stayed_count"] == 3


# The profile


def test_the_profile_of_an_applied_import_is_kept_under_a_name(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    assert "Keep the profile for the next file" not in words(steps.page("change"))
    page = steps.ask("apply")
    assert "Keep the profile for the next file" in words(page) and page.context["keep_as"] == "list"
    refused = steps.client.post(steps.address("keep"), {"name": "Made Up!"})
    assert refused.status_code == 422 and "“made-up” would be one" in words(refused) and 'value="Made Up!"' in html_of(refused)
    page = steps.client.post(steps.address("keep"), {"name": "made-up"}, follow=True)
    profile = ImportProfile.objects.get()
    assert (profile.name, profile.made_by, profile.text) == ("made-up", people["researcher"], Import.objects.get().profile_text)
    assert "Its profile is kept as “made-up” , made by" in words(page) and "keep_as" not in page.context
    again = Steps(steps.client)
    again.upload("next.csv", TABLE.replace("Nowhereland", "Elbonia").encode(), profile="made-up")
    assert not again.page("change").context["refused"]


def test_a_profile_of_that_name_is_told_with_whose_it_is_and_replaced_only_where_that_is_ticked(people: dict[str, User], sign_in: SignIn) -> None:
    theirs = ImportProfile.objects.create(name="list", text='name = "list"\n', made_by=people["reviewer"], edited_by=people["reviewer"])
    steps = mapped(sign_in("researcher"))
    page = steps.ask("apply")
    told = f"A profile “list” is there already (made by {people['reviewer'].public_name}"
    assert told in words(page)
    refused = steps.client.post(steps.address("keep"), {"name": "list"})
    assert refused.status_code == 422 and told in words(refused) and "Choose another name" in words(refused)
    theirs.refresh_from_db()
    assert theirs.text == 'name = "list"\n'
    (mark,) = re.findall(r'name="replace" [^>]*value="([^"]+)"', html_of(refused))
    other = ImportProfile.objects.create(name="other", text='name = "other"\n', made_by=people["reviewer"], edited_by=people["reviewer"])
    for step, sent in (("keep", {"name": "other"}), ("text", {"name": "other", "text": theirs.text, "_keep": "1"})):
        steps.client.post(steps.address(step), {**sent, "replace": mark, "mark": page.context["mark"]})
        other.refresh_from_db()
        assert other.text == 'name = "other"\n', f"{step}: the tick was for another profile"
    theirs.save()
    assert steps.client.post(steps.address("keep"), {"name": "list", "replace": mark}).status_code == 422, "it was edited since it was shown"
    (mark,) = re.findall(r'name="replace" [^>]*value="([^"]+)"', html_of(steps.client.post(steps.address("keep"), {"name": "list"})))
    steps.client.post(steps.address("keep"), {"name": "list", "replace": mark})
    theirs.refresh_from_db()
    assert theirs.text == Import.objects.get().profile_text and theirs.made_by == people["reviewer"]


def test_ones_own_profile_is_replaced_only_where_that_is_ticked_too(people: dict[str, User], sign_in: SignIn) -> None:
    """What stood there is told in one sentence, and the error leads to the tick."""
    mine = ImportProfile.objects.create(name="list", text='name = "list"\n', made_by=people["researcher"], edited_by=people["researcher"])
    steps = mapped(sign_in("researcher"))
    mark = steps.ask("apply").context["mark"]
    for step, more in (("keep", {}), ("text", {"text": Import.objects.get().profile_text, "_keep": "1", "mark": mark})):
        if step == "text":
            steps = mapped(steps.client)
            more["mark"] = steps.page("text").context["mark"]
        refused = steps.client.post(steps.address(step), {"name": "list", **more})
        assert refused.status_code == 422, step
        assert "Choose another name, or tick that it is to be replaced ." in words(refused) and ".." not in words(refused)
        assert '<a href="#id_replace">' in html_of(refused) and 'id="id_replace" autofocus' in html_of(refused)
        mine.refresh_from_db()
        assert mine.text == 'name = "list"\n', f"{step}: it was replaced unasked"
    (tick,) = re.findall(r'name="replace" id="id_replace" autofocus value="([^"]+)"', html_of(refused))
    steps.client.post(steps.address("text"), {"name": "list", **more, "replace": tick, "mark": refused.context["mark"]})
    mine.refresh_from_db()
    assert mine.text == more["text"]
    assert steps.client.get(steps.address("text")).context["is_there"] == ("", ""), "it says the same"


def test_a_profile_that_comes_with_the_software_is_not_kept_again(people: dict[str, User], sign_in: SignIn) -> None:
    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    refused = steps.client.post(steps.address("keep"), {"name": "upr"})
    assert refused.status_code == 422 and "comes with the software" in words(refused)
    batch = Import.objects.create(
        file_name="x.csv", sha256="a" * 64, size=1, stored_as="aa/aa", profile_name="upr", profile_text=shipped()["upr"],
        made_by=people["researcher"], state=ImportState.APPLIED, applied_by=people["researcher"], applied_at="2026-01-01T00:00Z", reason="x",
    )  # fmt: skip
    counts = {"rows": dict.fromkeys(("read", "skipped", "repeated", "refused"), 0), "problems": 0, "conflicts": 0, "resources": {}}
    ImportPreview.objects.create(batch=batch, counts=counts, digest="")
    page = Steps(steps.client, batch).page("change")
    assert "Its profile, “upr”, comes with the software" in words(page) and "keep_as" not in page.context
    assert steps.client.get(steps.address("keep")).status_code == 302
    assert sign_in("auditor").post(steps.address("keep"), {"name": "made-up"}).status_code == 403


def test_the_page_says_how_many_archived_copies_a_package_only_names(people: dict[str, User], sign_in: SignIn) -> None:
    batch = made(0, 2)
    batch.preview.counts["passed_over"] = {"snapshots": 2}
    batch.preview.save()
    assert "2 archived copies are passed over" in words(Steps(sign_in("researcher"), batch).page("change"))


def test_the_page_of_an_applied_import_costs_the_same_for_little_and_for_much(people: dict[str, User], sign_in: SignIn) -> None:
    def cost(rows: int) -> int:
        lines = "".join(f"{number},Text {number},Elbonia,implemented,12/03/2019\n" for number in range(1, rows + 1))
        steps = chosen(sign_in("researcher"), "No,Text,Country,Status,When\n" + lines, name=f"list-{rows}.csv")
        steps.whole(source_key=f"T-{rows}")
        steps.preview()
        steps.ask("apply")
        reader = sign_in("auditor")  # whoever may undo asks, too, what was built on each record
        reader.get(steps.address("change"))
        with CaptureQueriesContext(connection) as queries:
            reader.get(steps.address("change"))
        return len(queries)

    few = cost(2)
    assert cost(40) <= few <= APPLIED_BUDGET, few  # the first page may hold records of one kind only, which are asked for at once


def test_whoever_may_undo_waits_for_few_questions_more(people: dict[str, User], sign_in: SignIn) -> None:
    """Whether anything was built on what it wrote, whatever it wrote, and whether or not somebody touched it."""

    def cost(role: str) -> int:
        client = sign_in(role)
        client.get(steps.address("change"))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(steps.address("change"))
        assert page.context["may_undo"] is (role != "auditor")
        return len(queries)

    steps = mapped(sign_in("researcher"))
    steps.ask("apply")
    assert not steps.page("change").context["why_not_undo"]
    assert cost("administrator") - cost("auditor") <= UNDO_BUDGET
    record = Recommendation.objects.earliest("pk")
    record.save()
    assert not steps.page("change").context["why_not_undo"], "saved as it was"
    assert cost("administrator") - cost("auditor") <= UNDO_BUDGET + 1
    record.note = "Looked at."
    record.save()
    assert "was edited since" in steps.page("change").context["why_not_undo"]
    record.note = ""
    record.save()
    assert not steps.page("change").context["why_not_undo"], "put back"
