"""The API in OpenAPI 3.1 (drf-spectacular), from the declarations that answer: filters, columns, clocks, errors and headers.

Every list has addresses of its own here, though one view answers them all.
"""

import functools
import json
from collections.abc import Iterable
from typing import Any

from django.urls import path
from django.utils.text import capfirst, format_lazy
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

import tracker
from tracker.public.api import TABLE_ENDINGS, takes
from tracker.public.api.takes import Read
from tracker.public.clocks import Clocks
from tracker.public.columns import LISTINGS, Listing
from tracker.public.crosswalking import SHAPE
from tracker.public.facets import MOST_VALUES
from tracker.public.formats import ENDINGS
from tracker.public.formats.said import KNOWN, SITE_EDITION, URL
from tracker.public.ignored import LONGEST, MOST
from tracker.public.layout import MatrixFilters
from tracker.public.shapes import ADDRESS, DAY, FLAG, NUMBER, PARTIAL_DATE, TEXT, Shape, list_of, maybe, record_of, word_of
from tracker.rules.formulas import IN_WORDS
from tracker.rules.vocabulary import Corroboration, Status

TITLE = "Policy-recommendation tracker"
ABOUT = (
    _(
        "What became of each policy recommendation, government by government, with the evidence. It is read only, nobody signs in, and scripts of "
        "every site may read it."
    ),
    _(
        "Two clocks in every answer: `as_of` is the day by which things were true, `known` what this site said on a day, at an instant or in an "
        "edition. An answer is read from one edition, `site_edition`. An address with both clocks gives the same again, but for what was erased or "
        "taken down."
    ),
    _(
        "Repeating a filter means “or”, different filters mean “and”. Unknown parameters and empty values are ignored; the answer names such "
        "parameters as `ignored`, so that a misspelt filter is noticed. A bad value is refused with status 400; the answer names the parameter and "
        "says what it takes. Errors are problem details (RFC 9457)."
    ),
    _("A walk over a long list follows `next` until it is null: it misses and repeats no row, whatever is published meanwhile."),
    _(
        "Ask again with `If-None-Match` (the `ETag` of the last answer) or `If-Modified-Since`: what has not changed is answered 304, without a "
        "body. `RateLimit` says how many more requests a reader has and for how many seconds, `RateLimit-Policy` the rule (draft of the IETF); above "
        "it the answer is 429 with `Retry-After`. Each process of the server counts by itself, and a 304 counts as any other answer."
    ),
)
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "jsonl": "application/jsonl",
}
NO_ROWS = _("A file without rows is whole, too. Its name says what it is, and the header `Link`, as with every file, gives its whole address.")
WORDS = {
    "csv": format_lazy(
        "{} {} {} {}",
        _("CSV after RFC 4180, UTF-8 with a byte-order mark. The last columns say what the file is."),
        _(IN_WORDS),
        _("A file that breaks off ends with a line that begins INCOMPLETE and says why."),
        NO_ROWS,
    ),
    "xlsx": _(
        "A workbook: a sheet of the rows with the columns of the CSV, and a sheet About, which says what the file is and what its columns mean. "
        "It is sent whole or not at all."
    ),
    "json": _("One object, as a page of the list but with all rows; `complete` is false, and `error` says why, where it breaks off."),
    "jsonl": format_lazy(
        "{} {}",
        _(
            "An object a line, a row each, with what the file says of itself as its last members. A file that breaks off ends with a line that has "
            "only `error`."
        ),
        NO_ROWS,
    ),
}
HEADERS = {
    "ETag": (_("Changes whenever the answer may."), True),
    "Last-Modified": (_("When the answer last changed."), True),
    "Cache-Control": (_("How long it may be kept unasked: a second."), True),
    "Link": (_("Of a file its whole address (`bookmark`): with its filter, its order and both clocks."), False),
    "Access-Control-Allow-Origin": (_("Always `*`."), True),
    "RateLimit-Policy": (_("How many requests (`q`) a reader has in how many seconds (`w`), where there is a limit."), False),
    "RateLimit": (_("How many of them remain (`r`), for how many seconds (`t`)."), False),
}
PROBLEMS = {
    400: _("A parameter cannot be read: `filter` names it, `detail` says what it takes."),
    404: _("There is no such page of the list, or no such place to go on from."),
    406: _("The answer is JSON, and the request accepts none."),
    429: _("Too many requests; `Retry-After` says in how many seconds to ask again."),
    500: _("The site failed."),
    503: _("The database does not answer in time."),
}
Operation = dict[str, Any]


class Described(AutoSchema):
    """What a view says of itself (``described``), as drf-spectacular asks for it."""

    def get_operation_id(self) -> str:
        """A name for programs that are made from the description."""
        return str(self.view.said["operationId"])

    def get_summary(self) -> str:
        """In one line."""
        return str(self.view.said["summary"])

    def get_description(self) -> str:
        """In sentences."""
        return str(self.view.said["description"])

    def get_tags(self) -> list[str]:
        """The list that it belongs to."""
        return [self.view.said["tag"]]

    def get_auth(self) -> list[Any]:
        """Nobody signs in."""
        return []

    def _get_parameters(self) -> list[Any]:
        found: list[Any] = self.view.said["parameters"]
        return found

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        found: dict[str, Any] = self.view.said["responses"]
        return found


def described(clocks: Clocks) -> dict[str, Any]:
    """The description, by the newest edition and the day, in the language that is spoken. Do not change what is given."""
    edition = clocks.edition()
    return _described(Read(clocks.today, edition.newest if edition else 0), edition.erasures if edition else None, get_language())


@functools.lru_cache(maxsize=4)
def _described(read: Read, _erasures: int | None, _language: str | None) -> dict[str, Any]:
    from tracker.public.api.views import Api  # it serves what is made here

    def view(said: Operation) -> Any:
        return type("View", (Api,), {"said": said}).as_view()

    patterns = [path(address.lstrip("/"), view(said)) for address, said in _operations(read)]
    found: dict[str, Any] = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
    found["info"] |= {"title": gettext(TITLE), "version": tracker.__version__, "description": "\n\n".join(map(str, ABOUT))}
    found["tags"] = [{"name": name} for name in (*LISTINGS, gettext_noop("matrix"), gettext_noop("crosswalk"), "about")]
    return found


def _operations(read: Read) -> Iterable[tuple[str, Operation]]:
    anything = _json({"type": "object", "additionalProperties": True})
    yield "/api/v1/", _said("index", "about", gettext("The addresses that there are"), takes.clocks(read), anything)
    for name, chosen in LISTINGS.items():
        title = capfirst(gettext(name))
        summary = gettext("%(list)s, a page at a time") % {"list": title}
        page = _json(record_of(**_members(chosen)))
        yield f"/api/v1/{name}", _said(f"list_{name}", name, summary, takes.parameters_of(chosen, read, paged=True), page)
        for ending in ENDINGS:
            summary = gettext("%(list)s, all of them, as %(format)s") % {"list": title, "format": ENDINGS[ending]}
            parameters = takes.parameters_of(chosen, read, paged=False)
            content = _json(_whole(chosen)) if ending == "json" else _text(ending)
            yield f"/api/v1/{name}.{ending}", _said(f"download_{name}_{ending}", name, summary, parameters, content, str(WORDS[ending]))
    for ending in TABLE_ENDINGS:
        summary = gettext("The matrix, as %(format)s") % {"format": ENDINGS[ending]}
        parameters = takes.of_the_matrix(MatrixFilters, read)
        content = _json(_matrix()) if ending == "json" else _text(ending)
        yield f"/api/v1/matrix.{ending}", _said(f"download_matrix_{ending}", "matrix", summary, parameters, content, str(WORDS[ending]))
    for ending in TABLE_ENDINGS:
        summary = gettext("The crosswalk of statuses, as %(format)s") % {"format": ENDINGS[ending]}
        content = _json(SHAPE) if ending == "json" else _text(ending)
        yield f"/api/v1/crosswalk.{ending}", _said(f"download_crosswalk_{ending}", "crosswalk", summary, takes.clocks(read), content)
    yield "/api/v1/openapi.json", _said("describe", "about", gettext("This description"), takes.clocks(read), anything)


def _said(name: str, tag: str, summary: str, parameters: list[Any], content: dict[str, Any], description: str = "") -> Operation:
    headers = {header: {"description": str(means), "required": required, "schema": TEXT} for header, (means, required) in HEADERS.items()}
    found: dict[str, Any] = {
        "200": {"description": gettext("What was asked for."), "headers": headers, "content": content},
        "304": {"description": gettext("Nothing changed since."), "headers": headers},
    }
    refused = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, means in PROBLEMS.items():
        found[str(status)] = {"description": str(means), "content": refused}
    return {"operationId": name, "summary": summary, "description": description, "tag": tag, "parameters": parameters, "responses": found}


def _json(shape: Shape) -> dict[str, Any]:
    return {MEDIA["json"]: {"schema": shape}}


def _text(ending: str) -> dict[str, Any]:
    return {MEDIA[ending]: {"schema": {"type": "string", "contentMediaType": MEDIA[ending]}}}


def _members(chosen: Listing) -> dict[str, Shape]:
    """What a page of a list has."""
    value = {"$ref": "#/components/schemas/FacetValue"}
    return {
        "count": {**NUMBER, "minimum": 0, "description": gettext("Rows that match, over all pages.")},
        "next": {**maybe(ADDRESS), "description": gettext("The next page, with both clocks said; null at the last.")},
        "as_of": DAY,
        "known": {**maybe(TEXT), "description": str(KNOWN.meaning)},
        "site_edition": {**maybe(NUMBER), "description": str(SITE_EDITION.meaning)},
        "query": record_of(
            list={**TEXT, "const": chosen.name},
            filters={
                "type": "object",
                "properties": {name: list_of(TEXT) for name in chosen.filters.base_filters},
                "additionalProperties": False,
            },
            sort=maybe(TEXT),
            as_of=DAY,
            known=maybe(TEXT),
            site_edition=maybe(NUMBER),
            url=ADDRESS,
            ignored=_ignored(),
        ),
        **chosen.about_shape,
        "results": list_of({"$ref": f"#/components/schemas/{_row_name(chosen)}"}),
        "facets": record_of(**{name: list_of(value) for name in chosen.filters.FACETS}),
        "facet_totals": {
            **record_of(**dict.fromkeys(chosen.filters.FACETS, NUMBER)),
            "description": gettext("How many values of each filter would give anything. Of more than %(most)s, facets have those that give most.")
            % {"most": f"{MOST_VALUES:,}"},
        },
    }


def _ignored() -> Shape:
    names = list_of({**TEXT, "maxLength": LONGEST})
    return {**names, "maxItems": MOST, "description": gettext("Parameters of the address that were not understood and left aside.")}


def _whole(chosen: Listing) -> Shape:
    """What a whole list has."""
    found = record_of(**_members(chosen), complete=FLAG)
    found["properties"] |= {"error": {**TEXT, "description": gettext("Why the file breaks off; only where it does.")}}
    return found


def _row_name(chosen: Listing) -> str:
    return f"Row_{chosen.name}"


def row_of(chosen: Listing) -> Shape:
    """What a row of a list has: every column with its type and meaning, and its page."""
    columns = {column.name: {**chosen.shape_of(column), "title": str(column.label), "description": str(column.meaning)} for column in chosen.columns}
    return record_of(**columns, url={**ADDRESS, "description": str(URL.meaning)})


def _matrix() -> Shape:
    line = {"key": TEXT, "name": TEXT, "counted": NUMBER, "assessed": NUMBER, "url": ADDRESS}
    dated = {"recommended_on": PARTIAL_DATE, "heading": maybe(TEXT)}
    cell = record_of(
        status=word_of(Status),
        effective_on=maybe(PARTIAL_DATE),
        supports=NUMBER,
        disputes=NUMBER,
        corroboration=maybe(word_of(Corroboration)),
        claimed_by=list_of(TEXT),
        search_due_since=maybe(DAY),
    )

    def lines(**more: Shape) -> Shape:
        found = record_of(**line, **more)
        found["properties"] |= dated
        return found

    found = record_of(
        as_of=DAY,
        known=maybe(TEXT),
        site_edition=maybe(NUMBER),
        url=ADDRESS,
        filter=TEXT,
        ignored=_ignored(),
        group_on=maybe(DAY),
        memberships=list_of(record_of(day=DAY, members=NUMBER, addressees=NUMBER)),
        rows=TEXT,
        by=TEXT,
        counted=NUMBER,
        statuses={"type": "object", "propertyNames": word_of(Status), "additionalProperties": NUMBER},
        columns=list_of(lines()),
        results=list_of(lines(cells={"type": "object", "additionalProperties": cell})),
        complete=FLAG,
    )
    found["properties"]["error"] = TEXT
    return found


def say_once(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """drf-spectacular's hook: the shapes that answers refer to, and parameters that several addresses share said once."""
    schemas = {
        "Problem": {
            "type": "object",
            "properties": {
                "title": TEXT,
                "status": NUMBER,
                "detail": {**TEXT, "description": gettext("What is wrong, and what would be right.")},
                "filter": {**TEXT, "description": gettext("The parameter that it is about.")},
            },
            "required": ["title", "status", "detail"],
            "additionalProperties": False,
        },
        "FacetValue": record_of(value=TEXT, label=TEXT, count={**NUMBER, "minimum": 0}),
        **{_row_name(chosen): row_of(chosen) for chosen in LISTINGS.values()},
    }
    shared: dict[str, str] = {}
    parameters: dict[str, Any] = {}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["parameters"] = [_shared(each, shared, parameters) for each in operation.get("parameters", [])]
    return {**result, "components": {"schemas": schemas, "parameters": parameters}}


def _shared(parameter: dict[str, Any], shared: dict[str, str], parameters: dict[str, Any]) -> dict[str, str]:
    written = json.dumps(parameter, sort_keys=True)
    if written not in shared:
        same = sum(each["name"] == parameter["name"] for each in parameters.values())
        shared[written] = parameter["name"] + (f"_{same + 1}" if same else "")
        parameters[shared[written]] = parameter
    return {"$ref": f"#/components/parameters/{shared[written]}"}
