"""What stands in a release beside its lists: datapackage.json, codebook, README, citation, licence, manifest and hashes.

Pure functions of what is frozen: no database and no clock, so that the same edition, day and software give the same bytes. All of it is in English.

Sources: Frictionless Data Package and Tabular Data Resource, version 1 (specs.frictionlessdata.io); Citation File Format 1.2.0 (CITATION.cff).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tracker.editions.frozen import as_lines
from tracker.public import citing, crosswalking
from tracker.public.citing import Genre, Work
from tracker.public.formats.rows import Cell, written
from tracker.public.releases.schema import CROSSWALK, TABLES, Described, described
from tracker.public.sharing import rights, site_name
from tracker.rules import formulas
from tracker.rules.dates import PartialDate

TITLES = {
    "recommendations": "Recommendations",
    "addressees": "Addressees: one recommendation at one government, with the status that holds",
    "actions": "Actions of governments",
    "effects": "Effects: how actions bear on addressees",
    "assessments": "Assessments, whoever's",
    "citations": "Citations beside the records that they serve",
    "documents": "Documents that are cited",
    "governments": "Governments and groups",
    "changes": "Every change of the public record",
    CROSSWALK: "Crosswalk: how each status stands to the words of others",
}
CODEBOOK = (
    ("file", "The file that the column stands in."),
    ("place", "Its place in the file, from 1."),
    ("column", "Its name in the header."),
    ("label", "Its name in words."),
    ("type", "The type of its cells, after Table Schema."),
    ("required", "Whether every row has a value."),
    ("pattern", "A regular expression that its cells match as a whole; empty where there is none."),
    ("meaning", "What it says."),
)
VALUES = (
    ("file", "The file that the column stands in."),
    ("column", "The column."),
    ("value", "A value that it takes."),
    ("label", "The value in words."),
    ("definition", "What it means; empty where the word says it."),
)


@dataclass(frozen=True)
class About:
    """The release, and who publishes it (empty where nobody says)."""

    asked: Any
    publisher: str

    @property
    def home(self) -> str:
        """The permanent address of the release."""
        return f"{self.asked.site}/releases/{self.asked.name}/"

    @property
    def title(self) -> str:
        """What it is called."""
        return title_of(self.asked.name)


def title_of(name: str) -> str:
    """What a release is called."""
    return _("%(site)s: release %(name)s") % {"site": site_name(), "name": name}


def work_of(release: Any, *, site: str, publisher: str, manifest: str = "", accessed: Any = None, language: str = "en") -> Work:
    """A release as a work to be cited. ``manifest``: the hash by which its files are known, where it is known."""
    return Work(
        key=f"release-{release.name}",
        genre=Genre.DATASET,
        title=title_of(release.name),
        publisher=publisher or site_name(),
        issued=PartialDate(release.as_of.isoformat()),
        language=language,
        url=f"{site}/releases/{release.name}/",
        edition=release.edition,
        as_of=release.as_of,
        accessed=accessed,
        note=f"SHA-256 of manifest.json: {manifest}" if manifest else "",
    )


def before_the_manifest(about: About, package: Any, keys: Any) -> Iterator[tuple[str, str, str]]:
    """Path, media type and text of each file but the manifest and the hashes. Each is written before the next is asked for."""
    columns = described()
    yield f"{CROSSWALK}.csv", "text/csv; charset=utf-8", "".join(crosswalking.as_csv())
    yield "codebook.csv", "text/csv; charset=utf-8", _csv(CODEBOOK, _codebook(columns))
    yield "codebook-values.csv", "text/csv; charset=utf-8", _csv(VALUES, _values(columns))
    yield "CODEBOOK.md", "text/markdown; charset=utf-8", _codebook_in_words(about, columns)
    yield "datapackage.json", "application/json", _json(_datapackage(about, package, columns, keys))
    yield "README.md", "text/markdown; charset=utf-8", _readme(about, package)
    yield "LICENCE.txt", "text/plain; charset=utf-8", rights() + "\n"
    yield "CITATION.cff", "text/plain; charset=utf-8", _cff(about)
    work = work_of(about.asked, site=about.asked.site, publisher=about.publisher)
    yield "CITATION.txt", "text/plain; charset=utf-8", f"APA 7\n{_plain(citing.apa(work))}\n\nChicago\n{_plain(citing.chicago_bibliography(work))}\n"
    yield "CITATION.bib", "application/x-bibtex; charset=utf-8", citing.bibtex(work)


def manifest(about: About, package: Any) -> str:
    """What the release is and the hash of every file before this one; with the release before it, so that releases hold each other in place."""
    asked = about.asked
    previous = {"name": asked.previous.name, "manifest_sha256": asked.previous.manifest_hash} if asked.previous else None
    return _json(
        {
            "release": asked.name,
            "address": about.home,
            "site_edition": asked.edition,
            "site_edition_published_at": asked.published_at.isoformat().replace("+00:00", "Z"),
            "as_of": asked.as_of.isoformat(),
            "chain_head": asked.chain_head,
            "software": f"policy-tracker {asked.software}",
            "previous": previous,
            "files": [
                {"path": each.path, "bytes": each.size, "sha256": each.sha256, **({} if each.rows is None else {"rows": each.rows})}
                for each in package.files
            ],
        }
    )


def sums(package: Any) -> str:
    """The hashes of all files as ``sha256sum -c`` reads them."""
    return "".join(f"{each.sha256}  {each.path}\n" for each in package.files)


def _plain(pieces: Any) -> str:
    return citing.plain(pieces)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _csv(columns: tuple[tuple[str, str], ...], rows: Iterable[Iterable[Cell]]) -> str:
    return "".join(as_lines([[name for name, _meaning in columns], *([written(cell) for cell in row] for row in rows)]))


def _codebook(columns: dict[str, list[Described]]) -> Iterator[list[Cell]]:
    for name, found in columns.items():
        for place, each in enumerate(found, start=1):
            yield [f"{name}.csv", place, each.name, each.label, each.type, each.required, each.pattern, each.meaning]


def _values(columns: dict[str, list[Described]]) -> Iterator[list[Cell]]:
    for name, found in columns.items():
        for each in found:
            for value, label, definition in each.values:
                yield [f"{name}.csv", each.name, value, label, definition]


def _codebook_in_words(about: About, columns: dict[str, list[Described]]) -> str:
    lines = [f"# Codebook: {about.title}", "", "Every column of every file, and what its values mean. A list in a cell is joined by semicolons.", ""]
    for name, found in columns.items():
        apart = f" Rows are told apart by: {', '.join(TABLES[name].identity)}." if name in TABLES else ""
        lines += [f"## {name}.csv", "", f"{TITLES[name]}.{apart}", ""]
        for each in found:
            lines.append(f"- `{each.name}` ({each.type}{', always there' if each.required else ''}): {each.meaning}")
            lines += [
                f"    - `{value}`" + (f": {label}. {definition}".rstrip() if label != value or definition else "")
                for value, label, definition in each.values
            ]
        lines.append("")
    return "\n".join(lines)


# datapackage.json ----------------------------------------------------------------------------------------------------------


def _datapackage(about: About, package: Any, columns: dict[str, list[Described]], keys: Any) -> dict[str, Any]:
    asked = about.asked
    kept = {each.path: each for each in package.files}
    version = {"version": asked.name, "created": f"{asked.as_of.isoformat()}T00:00:00Z"}
    pinned = f"{asked.site}/?as_of={asked.as_of.isoformat()}&known=edition-{asked.edition}"
    resources = [_resource(name, TITLES[name], kept, _schema(name, found, keys)) for name, found in columns.items()]
    resources += [
        _resource("codebook", "What each column means", kept, _plain_schema(CODEBOOK, ["file", "column"])),
        _resource("codebook-values", "What each value means", kept, _plain_schema(VALUES, ["file", "column", "value"])),
    ]
    return {
        "profile": "tabular-data-package",
        "name": f"policy-tracker-{asked.name.lower()}",
        "id": about.home,
        "title": about.title,
        "description": (
            f"What this site said in its edition {asked.edition}, read as of {asked.as_of.isoformat()}: every list that it publishes."
            f" `created` names the day. {formulas.IN_WORDS}"
        ),
        "homepage": about.home,
        **version,
        "keywords": ["policy recommendations", "implementation", "government", "evidence"],
        "licenses": [{"path": "LICENCE.txt", "title": "No licence is granted for the sources' words; see the file"}],
        "sources": [{"title": site_name(), "path": pinned}],
        "contributors": [{"title": about.publisher or site_name(), "path": f"{asked.site}/about/", "role": "publisher"}],
        "resources": resources,
    }


def _resource(name: str, title: str, kept: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    file = kept[f"{name}.csv"]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": title,
        "path": file.path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False, "header": True},
        "schema": schema,
    }


def _schema(name: str, columns: list[Described], keys: Any) -> dict[str, Any]:
    """References are declared where every one leads to a row: what was taken down is still named by what others say of it."""
    schema: dict[str, Any] = {"fields": [_field(each) for each in columns], "missingValues": [""]}
    if name not in TABLES:
        return schema  # of the crosswalk's lines some have no word, so that no columns are its key
    schema["primaryKey"] = list(TABLES[name].identity)
    if references := keys.kept(name):
        schema["foreignKeys"] = [
            {
                "fields": list(reference.columns),
                "reference": {"resource": "" if reference.listing == name else reference.listing, "fields": list(reference.target)},
            }
            for reference in references
        ]
    return schema


def _field(column: Described) -> dict[str, Any]:
    values = "".join(f" {value}: {definition}" for value, _label, definition in column.values if definition)
    field: dict[str, Any] = {"name": column.name, "title": column.label, "description": column.meaning + values, "type": column.type}
    constraints: dict[str, Any] = {}
    if column.type == "uri":
        field |= {"type": "string", "format": "uri"}
    if column.type == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.required:
        constraints["required"] = True
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.values:
        constraints["enum"] = [value for value, _label, _definition in column.values]
    return {**field, "constraints": constraints} if constraints else field


def _plain_schema(columns: tuple[tuple[str, str], ...], identity: list[str]) -> dict[str, Any]:
    fields: list[dict[str, Any]] = [{"name": name, "type": "string", "description": meaning} for name, meaning in columns]
    for field in fields:
        if field["name"] == "place":
            field["type"] = "integer"
        if field["name"] == "required":
            field |= {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]}
    return {"fields": fields, "missingValues": [""], "primaryKey": identity}


# For people ----------------------------------------------------------------------------------------------------------------


def _readme(about: About, package: Any) -> str:
    asked = about.asked
    lists = [f"- `{each.path}`: {TITLES[each.path.removesuffix('.csv')]}; {each.rows} rows" for each in package.files if each.rows is not None]
    pinned = f"as_of={asked.as_of.isoformat()}&known=edition-{asked.edition}"
    return "\n".join(
        [
            f"# {about.title}",
            "",
            f"Everything that {asked.site} said in its edition {asked.edition}, read as of {asked.as_of.isoformat()}. The release has a permanent"
            f" address: {about.home}",
            "",
            "It takes no side: sources are named with their interest, and what disputes a claim is counted beside what supports it. A status says"
            " what a government did, by the evidence on record; nothing here asserts that it acted because of a recommendation.",
            "",
            "## Files",
            "",
            *lists,
            f"- `{CROSSWALK}.csv`: {TITLES[CROSSWALK]}; {asked.site}/methodology/#crosswalk says which documents their words come from",
            "- `codebook.csv`, `codebook-values.csv`, `CODEBOOK.md`: what every column and every value means",
            "- `datapackage.json`: the same for programs (Frictionless Data Package), with types, keys and references",
            "- `CITATION.cff`, `CITATION.txt`, `CITATION.bib`: how to cite it",
            "- `LICENCE.txt`: what may be done with it",
            "- `manifest.json`, `SHA256SUMS`: size and hash of every file",
            "",
            "## How to read them",
            "",
            "- CSV after RFC 4180, in UTF-8 without a byte-order mark. Of a row that says nothing in a column the cell is empty.",
            f"- {formulas.IN_WORDS}",
            "- Dates are a day, a month or a year (2019-02-01, 2019-02, 2019), as the sources give them.",
            f"- The last columns of every row are its page on the site, by the clocks of the release ({pinned}), and these clocks.",
            "- Counts on the site are of counted addressees: `counted` is true.",
            "",
            "## How to check them",
            "",
            "    sha256sum -c SHA256SUMS",
            "    frictionless validate datapackage.json",
            "",
            "The SHA-256 of `manifest.json` stands on the page of the release and names it. The manifest holds the head of the hash chain over all"
            " publications up to that edition, and the hash of the release before. Records that were taken down for legal reasons, or words that"
            " were erased, after the release was made are left out of what the site still serves of it; the files concerned have another hash then,"
            " and the page of the release and `ADDENDUM.txt` in the download say which and why.",
            "",
        ]
    )


def _cff(about: About) -> str:
    """CITATION.cff: YAML, whose texts are written as JSON writes them, which is YAML too."""
    asked = about.asked
    entries: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": about.title,
        "version": asked.name,
        "date-released": asked.as_of.isoformat(),
        "url": about.home,
        "abstract": f"Edition {asked.edition} of the site, read as of {asked.as_of.isoformat()}. {rights()}",
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in entries.items()]
    lines += ["authors:", f"  - name: {json.dumps(about.publisher or site_name(), ensure_ascii=False)}"]
    lines += ["keywords:", '  - "policy recommendations"', '  - "implementation"']
    return "\n".join(lines) + "\n"
