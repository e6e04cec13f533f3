"""Every key that a profile may have, said once: a profile is validated from here, and the reference that staff read is written from here."""

from dataclasses import dataclass

from tracker.exchange.profiles.kinds import KINDS
from tracker.exchange.schema import BY_NAME, described


@dataclass(frozen=True)
class Key:
    """A key that a profile may have: where it stands, what it takes, what it means, an example.

    ``place`` is the table that it stands in, empty at the top; ``takes`` one of the words that :data:`TAKES` explains.
    """

    place: str
    name: str
    takes: str
    meaning: str
    example: str = ""


TAKES = {
    "text": "a text in quotation marks",
    "texts": "a list of texts, or one text",
    "yes or no": "true or false",
    "number": "a whole number",
    "names": "a table of texts: what stands in the file = what it means",
    "conditions": "a condition { column = ... }, or a list of them",
    "field": "the name of a column, or { column = ... } with what is done with it",
    "table": "a table",
    "tables": "a list of tables",
}
"""What a key takes, in words."""

_TOP = (
    Key("", "name", "text", "What the profile is called on the command line: small letters, digits and hyphens.", '"my-tracker"'),
    Key("", "title", "text", "What it is for, in a line.", '"Yearly export of the tracker of promises"'),
    Key("", "description", "text", "What whoever uses it must know."),
    Key("", "file", "table", "How the file is read; what is left out is guessed."),
    Key("", "source", "table", "The document that the file is. Every imported record cites it."),
    Key("", "governments", "table", "How the file names governments."),
    Key("", "rows", "table", "Which rows count, and which belong together."),
    Key("", "heading", "tables", "Rows that head those below them."),
    Key("", "lookups", "table", "Tables to look values up in, each under a name of yours."),
    Key("", "join", "tables", "Second files, joined by key."),
    *(Key("", kind.name, "table", kind.meaning) for kind in KINDS.values()),
)
_FILE = (
    Key("file", "format", "text", 'csv, xlsx, json or jsonl; "package" for a data package of this software, which needs nothing else.', '"csv"'),
    Key("file", "encoding", "text", "As utf-8, utf-16, windows-1252.", '"windows-1252"'),
    Key("file", "delimiter", "text", "What stands between the cells of a CSV file.", '";"'),
    Key("file", "sheet", "text", "The sheet of a workbook.", '"Responses"'),
    Key(
        "file", "records", "text",
        "Where the list of records stands in a JSON file, step by step. It may lead through lists: reviews.recommendations are those of every review,"
        " each with what stands around it under its path, as reviews.country; under *.country where the list of reviews is the file itself.",
        '"data.items"',
    ),
    Key("file", "header", "yes or no", 'Whether the first row names the columns; without it they are called "1", "2" and so on.', "true"),
    Key("file", "skip", "number", "How many rows stand above the header; left out, those with a title or a note are found.", "3"),
)  # fmt: skip
_SOURCE = (
    Key("source", "key", "text", "The document's key on this site. With a key alone, the document is here already.", '"SAMPLE-2026"'),
    Key(
        "source",
        "prefix",
        "text",
        "What the keys of all records begin with, so that no other document's are the same. Left out: the key of the document, for a"
        " recommendation of the one that it is known from. Empty: nothing, so that a number stands as in the file.",
        '"SMP"',
    ),
    Key("source", "locator", "text", "Where a record stands in it: {row} is the row's number, {Column} what stands in a column.", '"no. {Number}"'),
    *(Key("source", column.name, "text", described(BY_NAME["documents"], column)) for column in BY_NAME["documents"].columns if column.name != "key"),
)
_GOVERNMENTS = (
    Key("governments", "all", "text", "One government for the whole file, by its code.", '"CA"'),
    Key(
        "governments",
        "aliases",
        "names",
        "Names that this file uses, and the codes that they mean; - for a name that is left out.",
        '{ "Ottawa" = "CA" }',
    ),
)
_ROWS = (
    Key("rows", "skip", "conditions", "Rows that are skipped: those for which one of these holds.", '[{ column = "Type", equals = "Total" }]'),
    Key("rows", "only", "conditions", "Rows that count: those for which all of these hold.", '[{ column = "Text", empty = false }]'),
    Key(
        "rows", "unite", "texts",
        "Fields whose values are put together where several rows are the same recommendation, as kind.field.", '["recommendation.made_by"]',
    ),
)  # fmt: skip
_CONDITION = (
    Key("a condition", "column", "text", "The column that is looked at.", '"Status"'),
    Key("a condition", "equals", "texts", "It has one of these values, in capital or small letters.", '["Closed", "Done"]'),
    Key("a condition", "differs", "texts", "It has none of these values.", '["Draft"]'),
    Key("a condition", "contains", "text", "These words stand in it.", '"closed"'),
    Key("a condition", "empty", "yes or no", "Whether nothing stands there.", "true"),
)
_HEADING = (
    Key("heading", "when", "conditions", "Rows that are headings: those for which all of these hold.", '{ column = "Number", empty = true }'),
    Key("heading", "column", "text", "The column in which the heading's text stands.", '"Recommendation"'),
    Key("heading", "name", "text", "The column that the rows below then have, with that text in it.", '"Chapter"'),
)
_JOIN = (
    Key("join", "name", "text", "What the second file is called here; its columns are named with it and a dot: answers.Text.", '"answers"'),
    Key("join", "key", "texts", "The columns of this file by which a row of the second one is found.", '["Number"]'),
    Key("join", "other_key", "texts", "The columns of the second file that say the same; the same names where it is left out.", '["Rec no"]'),
    Key("join", "file", "table", "How the second file is read, with the keys of [file]."),
)
_FIELD = (
    Key("a field", "column", "text", "The column that it is read from.", '"Status"'),
    Key("a field", "columns", "texts", "Several columns, joined.", '["Title", "Subtitle"]'),
    Key("a field", "path", "text", "Where it stands in a nested record, step by step; * takes every item of a list.", '"promise.title"'),
    Key("a field", "constant", "text", "The same value in every row.", '"government"'),
    Key("a field", "default", "text", "The value where the row has none.", '"named"'),
    Key("a field", "empty", "texts", "Values that mean that there is nothing.", '["N/A", "-"]'),
    Key("a field", "html", "yes or no", "Whether it is HTML, of which only the text is taken.", "true"),
    Key("a field", "split", "texts", 'What stands between several values of a cell; "lines" for one a line, maybe with "- ".', '["; "]'),
    Key("a field", "join", "text", "What is put between several columns or values where one text is made of them.", '" — "'),
    Key("a field", "lookup", "text", "A table of [lookups] in which the value is looked up; what does not stand there stays as it is.", '"sessions"'),
    Key("a field", "map", "names", "What each value means; an empty text for none. Any other value is a problem.", '{ "Closed" = "implemented" }'),
    Key("a field", "formats", "texts", "How dates are written: d, MM, MMMM, yyyy and what stands between them.", '["dd/MM/yyyy"]'),
    Key("a field", "languages", "texts", "In which languages months are named: en, fr, es, ar, fa.", '["fr"]'),
    Key(
        "a field",
        "serial",
        "text",
        'Dates are numbers of days, as spreadsheets count them: from "1900", or from "1904" on old Macintoshes.',
        '"1900"',
    ),
    Key("a field", "required", "yes or no", "Whether a row without it is a problem.", "true"),
)


def _of_kinds() -> list[Key]:
    keys = []
    for kind in KINDS.values():
        if kind.keyed:
            keys.append(Key(kind.name, "key", "texts", _KEY_MEANING.get(kind.name, _KEY_OTHERWISE), '["Session", "Number"]'))
        keys.append(Key(kind.name, "when", "conditions", "Rows that yield one: those for which all of these hold."))
        if kind.name == "citation":
            keys.append(Key(kind.name, "serves", "texts", "What it bears out: recommendation, action, assessment, position.", '["assessment"]'))
        keys += [Key(kind.name, name, "field", kind.meaning_of(name)) for name in kind.fields]
    return keys


_KEY_MEANING = {
    "recommendation": "The columns that together make it unique. Rows with the same are the same recommendation. Its reference is made of them.",
    "document": "The columns that together make it unique. Rows with the same are the same document.",
    "action": "The columns that together make it unique; left out, an action for each recommendation and government.",
}
_KEY_OTHERWISE = "The columns that together make it unique; left out, one for each recommendation and government in this file."

KEYS = (*_TOP, *_FILE, *_SOURCE, *_GOVERNMENTS, *_ROWS, *_CONDITION, *_HEADING, *_JOIN, *_FIELD, *_of_kinds())
"""All of them, in the order in which a reader meets them."""


def at(place: str) -> dict[str, Key]:
    """The keys that a table may have, by name."""
    return {key.name: key for key in KEYS if key.place == place}


def reference() -> list[Key]:
    """Every key that a profile may have, in the order in which a reader meets them."""
    return list(KEYS)
