"""What a profile lacks is said in the words of the screen, and each sentence leads to the very field."""

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.admin.forms import words
from tests.admin.importing.steps import Steps
from tracker.admin.importing.lacking import WORDS, place_of
from tracker.admin.importing.reading import profile_of
from tracker.exchange.profiles import Why
from tracker.models import Import, User

SignIn = Callable[[str], Client]

TABLE = "No,Text,Country,Status,Done,Who\n1,Close the office,Elbonia,implemented,Closed,Elbonia\n"
SOURCE = (
    'name = "test"\n[source]\nkey = "DOC"\ntitle = "T"\npublisher = "P"\nkind = "white_paper"\ninterest = "academic"\nlanguage = "en"\n'
    'published_on = "2019"\n'
    '[recommendation]\nkey = ["No"]\nstatement = "Text"\n'
)
KNOWN = 'name = "test"\n[source]\nkey = "DOC"\n[recommendation]\nkey = ["No"]\nstatement = "Text"\n'
STATUS = '[assessment]\nstatus = "Status"\n'
ADDRESSEE = '[addressee]\ngovernment = "Country"\n'

LACKS = {
    "no key of the document": (SOURCE.replace('key = "DOC"\n', ""), "The file as a whole · Key of the document: it is missing", "id_source-key"),
    "an incomplete document": (
        SOURCE.replace('interest = "academic"\n', ""),
        "The file as a whole · Interest: it is missing; a new document needs it.",
        "id_source-interest",
    ),
    "a language that is none": (SOURCE.replace('"en"', '"xx"'), "The file as a whole · Language: “xx” is refused", "id_source-language"),
    "no symbol": (SOURCE.replace("kind", f'legislature = "{"x" * 201}"\nkind', 1), "The file as a whole · Legislature:", "id_source-legislature"),
    "nothing": (SOURCE.partition("[recommendation]")[0], "What the columns hold: choose for one column at least", "columns"),
    "no key": (
        SOURCE.replace('key = ["No"]\n', ""),
        "What the columns hold · What tells one record from another: Recommendation: no column is ticked",
        "key-recommendation",
    ),
    "key and reference": (
        SOURCE + 'reference = "No"\n',
        "a column holds “Recommendation · Reference” as well; keep one of the two",
        "key-recommendation",
    ),
    "no recommendation": (
        SOURCE.partition("[recommendation]")[0] + '[theme]\nname = "Text"\n',
        "What the columns hold · Theme: it belongs to a recommendation; choose the column that holds “Recommendation · Statement”",
        "place-theme.name",
    ),
    "no government": (
        SOURCE + STATUS,
        "What the columns hold · Assessment: nothing says which government it concerns; choose the column that holds "
        "“Addressee · Government”, or say “One government for the whole file”.",
        "place-assessment.status",
    ),
    "no addressee": (SOURCE + '[addressee]\nnote = "Country"\n', "What the columns hold · Addressee · Government: nothing says", "columns"),
    "no action": (SOURCE + '[event]\non = "No"\n', "What the columns hold · Event: it belongs to an action", "place-event.on"),
    "no status": (
        SOURCE + ADDRESSEE + '[assessment]\nrationale = "Done"\n',
        "What the columns hold · Assessment · Status: no column holds it",
        "columns",
    ),
    "nothing done": (
        SOURCE + ADDRESSEE + '[action]\nbody = "Who"\n',
        "What the columns hold · Action · Title: no column says what was done",
        "columns",
    ),
    "nobody made it": (KNOWN, "What the columns hold · Recommendation · Made by: it is missing; say who makes the recommendation.", "columns"),
    "nobody yet": (
        SOURCE.replace('publisher = "P"\n', ""),
        "Made by: it is missing; choose a column for it, say the same for every row, or name “Publisher”.",
        "columns",
    ),
    "no date": (
        SOURCE.replace('published_on = "2019"\n', ""),
        "Recommended on: it is missing; choose a column for it, say the same for every row, or say “Published on”.",
        "columns",
    ),
    "no date of the answer": (
        KNOWN + ADDRESSEE + '[position]\nanswer = "Status"\n',
        "Position · On: it is missing; say when the government answered.",
        "columns",
    ),
    "no statement to unite": (
        SOURCE.replace('statement = "Text"', 'made_by = "Who"') + '[rows]\nunite = ["recommendation.made_by"]\n',
        "The file as a whole · Several rows that are one recommendation: rows are one recommendation where they have the same text",
        "unite",
    ),
    "no word of ours": (
        SOURCE + ADDRESSEE + '[assessment]\nstatus = { constant = "implementd" }\n',
        "What the columns hold · Assessment · Status: “implementd” is none of the 9 values that it takes: “Implemented”",
        "place-assessment.status",
    ),
    "no word where nothing stands": (
        SOURCE + ADDRESSEE + '[assessment]\nstatus = { column = "Status", default = "implementd" }\n',
        "How Assessment · Status is read",
        "id_default",
    ),
    "no word that is meant": (
        SOURCE + ADDRESSEE + '[assessment]\nstatus = { column = "Status", map = { "implemented" = "implementd" } }\n',
        "How Assessment · Status is read: “implementd” is none",
        "values",
    ),
    "no format": (SOURCE + 'recommended_on = { column = "No", formats = ["dd"] }\n', "Recommended on is read: “dd” has no year", "id_other-formats"),
    "no date that is meant": (
        SOURCE + 'recommended_on = { column = "No", map = { "1" = "spring 2019" } }\n',
        "The profile as text · How Recommendation · Recommended on is read: “spring 2019” is not a date",
        "id_text",
    ),
    "no document of its own": (
        SOURCE + '[document]\ntitle = "Done"\n',
        "What tells one record from another: Document: no column is ticked",
        "key-document",
    ),
    "wrong in the text": (SOURCE + '[lookups]\na = "b"\n', "The profile as text: lookups.a: it takes a table of texts", "id_text"),
}
"""By what is lacking: the profile, how the sentence begins, and the field that it leads to."""


class _Ancestors(HTMLParser):
    """Which parts that fold away an element lies within, open or not."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.folds, self.found = wanted, [], None  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id") == self.wanted:
            assert self.found is None, f"two elements are called {self.wanted}"
            self.found = list(self.folds)
        if tag == "details":
            self.folds.append("open" in given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.folds.pop()


def leads_to_what_is_seen(client: Client, address: str) -> None:
    path, _sign, anchor = address.partition("#")
    response = client.get(path)
    assert response.status_code in (200, 422), (address, response.status_code)
    reader = _Ancestors(anchor)
    reader.feed(response.content.decode())
    assert reader.found is not None, f"{address}: there is no such field"
    assert all(reader.found), f"{address}: it is folded away"


def links(page: Any) -> list[str]:
    still = re.search(r'<div class="still">.*?</div>', page.content.decode(), re.DOTALL)
    assert still, words(page)
    return [unescape(address) for address in re.findall(r'href="([^"]*)"', still[0])]


@pytest.fixture(autouse=True)
def governments(desk: str) -> None:
    builders.government("EL", name="Elbonia")


@pytest.mark.parametrize("lack", LACKS)
def test_each_lack_is_said_in_the_words_of_the_screen_and_leads_to_its_field(lack: str, people: dict[str, User], sign_in: SignIn) -> None:
    profile, said, anchor = LACKS[lack]
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", TABLE.encode())
    steps.send("text", {"text": profile})
    page = steps.page("change")
    sentences = [str(sentence) for sentence in page.context["still"]]
    assert any(said in sentence for sentence in sentences), sentences
    if lack != "wrong in the text":
        assert not [key for key in re.findall(r"\b[a-z]+\.[a-z_]+\b|\[[a-z]+\]", " ".join(sentences)) if key not in ("dd.MM", "list.csv")], sentences
    found = links(page)
    assert any(address.endswith(f"#{anchor}") for address in found), found
    for address in found:
        leads_to_what_is_seen(steps.client, address)


def test_every_reason_is_said_on_the_desk() -> None:
    assert set(WORDS) == set(Why) - {Why.AS_IT_SAYS, Why.IN_THE_TEXT, Why.NOT_A_WORD}


def test_a_file_of_which_nothing_is_said_yet_leads_to_its_columns(people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", TABLE.encode())
    page = steps.page("change")
    assert page.context["still"] == ["What the columns hold: choose for one column at least what it holds."]
    (address,) = links(page)
    leads_to_what_is_seen(steps.client, address)
    refused = steps.client.post(steps.address("preview"), {"mark": page.context["mark"]}, follow=True)
    assert "The preview waits for: What the columns hold: choose for one column" in words(refused)


def test_what_was_said_of_a_place_goes_with_it(people: dict[str, User], sign_in: SignIn) -> None:
    """Rows united by a field that no column holds any more, a citation for a record that is gone: nobody could see either."""
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", TABLE.encode())
    text = SOURCE + 'made_by = "Who"\n[rows]\nunite = ["recommendation.made_by"]\n' + ADDRESSEE + STATUS
    steps.send("text", {"text": text + '[citation]\nsays = "Done"\ndocument = { constant = "D" }\nserves = ["assessment", "recommendation"]\n'})
    assert not steps.page("change").context["still"]
    steps.columns(
        {"Text": ["recommendation.statement"], "Country": ["addressee.government"], "Done": ["citation.says"]},
        constants={"citation.document": "D"}, keys={"recommendation": ["No"]},
    )  # fmt: skip
    assert not steps.page("change").context["still"]
    assert 'serves = ["recommendation"]' in steps.page("text").content.decode().replace("&quot;", '"')


@pytest.mark.parametrize("key", ["rows.skip", "rows.only", "heading.column", "heading.when", "join.key", "file.sheet", "recommendation.when"])
def test_what_is_said_of_the_whole_file_leads_to_its_step(key: str, people: dict[str, User], sign_in: SignIn) -> None:
    steps = Steps(sign_in("researcher"))
    steps.upload("list.csv", TABLE.encode())
    batch = Import.objects.get()
    assert place_of(batch, profile_of(batch)[0], key).url == steps.address("whole")
