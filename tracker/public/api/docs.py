"""The description of the API: for programs as OpenAPI, and for people as a page made from the same."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.response import Response

from tracker.editions.tables import AddresseeEdition
from tracker.public.api import origin
from tracker.public.api.described import described
from tracker.public.api.views import Api
from tracker.public.clocks import Clocks
from tracker.public.pages import Page, public_page


class OpenApi(Api):
    """/api/v1/openapi.json."""

    def tells_of_now(self, clocks: Clocks) -> bool:
        """By whatever clocks it is asked for."""
        return True

    def answer(self, request: HttpRequest, clocks: Clocks, **named: str) -> HttpResponseBase:
        """The same for everybody, by the newest edition and the day, in English: programs have no other language."""
        with translation.override("en"):
            return Response(described(clocks))


@dataclass(frozen=True)
class Said:
    """What the page says of a parameter or of a member of an answer."""

    name: str
    type: str
    means: str


@dataclass(frozen=True)
class Described:
    """A list or the matrix on the page: its addresses with what each gives, its parameters beside the shared ones, and its columns."""

    name: str
    addresses: list[tuple[str, str]]
    parameters: list[Said]
    columns: list[Said]


@public_page
def page(request: HttpRequest, clocks: Clocks) -> Page:
    """/api/docs/: every address with its parameters and columns, and examples that work."""
    said = described(clocks)
    shared = _shared(said)
    return "tracker/api_docs.html", {
        "about": said["info"]["description"].split("\n\n"),
        "shared": [_parameter(said["components"]["parameters"][name]) for name in shared],
        "lists": [_described(said, tag["name"], shared) for tag in said["tags"] if tag["name"] != "about"],
        "files": _files(said),
        "problems": [(status, each["description"]) for status, each in _one(said)["responses"].items()],
        "headers": [(name, each["description"]) for name, each in _one(said)["responses"]["200"]["headers"].items()],
        "examples": _examples(clocks),
        "site": origin(request),
    }


def _one(said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = said["paths"]["/api/v1/addressees"]["get"]
    return found


def _named(operation: dict[str, Any]) -> list[str]:
    return [each["$ref"].rpartition("/")[2] for each in operation["parameters"]]


def _shared(said: dict[str, Any]) -> list[str]:
    """Parameters that every list takes in the same words."""
    every = [set(_named(operations["get"])) for path, operations in said["paths"].items() if "." not in path and path != "/api/v1/"]
    return [name for name in _named(_one(said)) if all(name in each for each in every)]


def _described(said: dict[str, Any], name: str, shared: list[str]) -> Described:
    own = {path: operations["get"] for path, operations in said["paths"].items() if operations["get"]["tags"] == [name]}
    named = dict.fromkeys(each for operation in own.values() for each in _named(operation) if each not in shared)
    row = said["components"]["schemas"].get(f"Row_{name}", {"properties": {}})
    return Described(
        name,
        [(path, operation["summary"]) for path, operation in own.items()],
        [_parameter(said["components"]["parameters"][each]) for each in named],
        [Said(column, type_in_words(shape), shape.get("description", "")) for column, shape in row["properties"].items()],
    )


def _parameter(declared: dict[str, Any]) -> Said:
    return Said(declared["name"], _("any number of times") if declared["schema"].get("type") == "array" else _("once"), declared["description"])


def type_in_words(shape: dict[str, Any]) -> str:
    """The type of a value as a reader meets it."""
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    words = {
        "string": {"date": _("day"), "date-time": _("instant"), "uri": _("address")}.get(shape.get("format", ""), _("text")),
        "integer": _("whole number"),
        "boolean": _("true or false"),
        "array": _("list"),
        "object": _("object"),
        "null": _("null"),
    }
    if "pattern" in shape:
        words["string"] = _("day, month or year")
    elif "enum" in shape:
        words["string"] = _("one of %(count)s words") % {"count": sum(each is not None for each in shape["enum"])}
    return _(" or ").join(words[kind] for kind in kinds)


def _files(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (path.rpartition(".")[2], operations["get"]["description"])
        for path, operations in said["paths"].items()
        if path.startswith("/api/v1/addressees.")
    ]


def _examples(clocks: Clocks) -> list[tuple[str, str]]:
    """Addresses that answer on this site, each with what it asks."""
    held = clocks.rows(AddresseeEdition).filter(counted=True).order_by("government").values_list("government", flat=True).first()
    found: list[tuple[str, str, list[tuple[str, str]]]] = [
        (_("Every addressee that reads implemented, newest first"), "addressees", [("status", "implemented"), ("sort", "-valid_from")]),
        (_("Recommendations of two years, for a spreadsheet"), "recommendations.xlsx", [("year", "2019"), ("year", "2020")]),
        (_("What was corrected on this site"), "changes", [("nature", "correction")]),
        (_("Actions that anything disputes, a line each"), "actions.jsonl", [("disputed", "yes")]),
    ]
    if held:
        found.insert(1, (_("All that is followed at one government, as a table"), "addressees.csv", [("government", held)]))
        pinned = [("government", held), *clocks.pinned.items()]
        found.append((_("The same rows on any later day: both clocks are said"), "addressees.json", pinned))
    return [(words, f"/api/v1/{path}?{urlencode(parameters)}") for words, path, parameters in found]
