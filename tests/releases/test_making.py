"""A release: what its files say, that a stranger finds it valid, that it is the same whoever makes it, and what is refused."""

import csv
import datetime as dt
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.db import connections

import tracker
from config.trouble import Trouble
from tests import builders
from tests.releases.conftest import EMBASSY, ORIGIN, answer, make, read
from tests.sql import refusal
from tracker.editions.tables import Release, ReleaseFile, ReleaseLine, SiteEdition
from tracker.editorial.erasing import erase
from tracker.editorial.verbs import Refused
from tracker.editorial.verification import verify
from tracker.public.columns import LISTINGS
from tracker.public.releases.schema import TABLES
from tracker.releasing import written_again
from tracker.rules.crosswalk import CROSSWALK, Match
from tracker.rules.formulas import IN_WORDS
from tracker.rules.vocabulary import Status

NAMES = ("v1", "2026.v2")


def unpacked(name: str, into: Path) -> Path:
    """The folder of a release, as a stranger downloads and unpacks it."""
    with zipfile.ZipFile(io.BytesIO(read(f"/releases/{name}.zip"))) as archive:
        archive.extractall(into)
    return into / name


def table(name: str, listing: str) -> list[dict[str, str]]:
    text = read(f"/releases/{name}/{listing}.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def frictionless(folder: Path) -> subprocess.CompletedProcess[str]:
    """The validator, as a program of its own: nothing of ours takes part."""
    program = Path(sys.executable).parent / "frictionless"
    return subprocess.run([str(program), "validate", "datapackage.json"], cwd=folder, capture_output=True, text=True, timeout=200)


@pytest.mark.parametrize("name", NAMES)
def test_frictionless_finds_the_download_valid(released: str, tmp_path: Path, name: str) -> None:
    found = frictionless(unpacked(name, tmp_path))
    assert found.returncode == 0, found.stdout + found.stderr


def test_frictionless_finds_what_is_altered(released: str, tmp_path: Path) -> None:
    """The same run fails where a value is none of its column's, a reference leads nowhere, or a byte is another."""
    folder = unpacked("v1", tmp_path)
    file = folder / "addressees.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",named,", ",nmaed,").replace("MQ-1,", "MQ-0,", 1), encoding="utf-8", newline="")
    found = frictionless(folder)
    assert found.returncode != 0
    for error in ("hash", "constraint", "foreign"):
        assert error in found.stdout, found.stdout


def test_every_file_has_the_hash_that_manifest_and_sums_say(released: str, tmp_path: Path) -> None:
    folder = unpacked("v1", tmp_path)
    assert subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True).returncode == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {each["path"] for each in manifest["files"]} == set(held) - {"manifest.json", "SHA256SUMS"}
    for each in manifest["files"]:
        assert (each["bytes"], each["sha256"]) == (len(held[each["path"]]), hashlib.sha256(held[each["path"]]).hexdigest())
    made = Release.objects.get(name="v1")
    assert hashlib.sha256(held["manifest.json"]).hexdigest() == made.manifest_hash
    assert made.manifest_hash in answer("/releases/v1/").content.decode()
    assert manifest["chain_head"] == made.chain_head
    # Releases hold each other in place.
    following = json.loads(read("/releases/2026.v2/manifest.json"))
    assert following["previous"] == {"name": "v1", "manifest_sha256": made.manifest_hash} and manifest["previous"] is None


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_list_says_what_the_api_says_by_the_same_clocks(released: str, listing: str) -> None:
    """Row by row and cell by cell, but for the origin, which the API takes from the request, and the last column, which is about what was asked."""
    made = Release.objects.get(name="v1")
    clocks = f"as_of={made.as_of}&known=edition-{made.edition}"
    api = read(f"/api/v1/{listing}.csv?{clocks}").decode("utf-8-sig").replace("http://localhost/", f"{ORIGIN}/")
    asked = [(cells[:-1], cells[-1]) for cells in csv.reader(io.StringIO(api, newline=""))]
    assert {about for _cells, about in asked} == {"ignored", ""}
    assert sorted(cells for cells, _about in asked) == sorted(csv.reader(io.StringIO(read(f"/releases/v1/{listing}.csv").decode(), newline="")))
    assert len(table("v1", listing)) > 5


def test_the_crosswalk_is_the_sites(released: str) -> None:
    """The same bytes, but for the mark that spreadsheets want; and the words that rows have are the words that it gives."""
    assert read("/api/v1/crosswalk.csv").decode("utf-8-sig") == read("/releases/v1/crosswalk.csv").decode()
    given = {(line["vocabulary"], line["status"]): line["word"] for line in table("v1", "crosswalk") if line["exported"] == "true"}
    rows = table("v1", "addressees")
    assert {row[f"status_{name}"] for row in rows for name in CROSSWALK} > {""}
    for row in rows:
        assert all(row[f"status_{name}"] == given.get((name, row["status"]), "") for name in CROSSWALK)
    resources = {resource["name"]: resource for resource in json.loads(read("/releases/v1/datapackage.json"))["resources"]}
    fields = {field["name"]: field for field in resources["crosswalk"]["schema"]["fields"]}
    assert list(fields) == list(table("v1", "crosswalk")[0])
    assert fields["status"]["constraints"]["enum"] == list(Status) and Status.NO_EVIDENCE.definition in fields["status"]["description"]
    assert fields["confirmed"]["type"] == "boolean" and "required" not in fields["confirmed"].get("constraints", {})
    assert fields["why"]["description"] and fields["relation"]["constraints"]["enum"] == list(Match)


def test_types_and_words_are_those_of_the_columns(released: str) -> None:
    """What the API says of a column in JSON Schema, a release says in Table Schema; and a cell is empty only where a column may say nothing."""
    for resource in json.loads(read("/releases/v1/datapackage.json"))["resources"]:
        if resource["name"] not in LISTINGS:
            continue
        listing = LISTINGS[resource["name"]]
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        for column in listing.columns:
            shape, field = listing.shape_of(column), fields[column.name]
            said = field.get("constraints", {})
            assert [each for each in shape.get("enum", ()) if each] == said.get("enum", [])
            assert shape.get("pattern", "").strip("^$") == said.get("pattern", "")
            if column.name not in TABLES[listing.name].identity and "null" in shape["type"]:
                assert "required" not in said, column.name
            for word in said.get("enum", ()):
                assert getattr(next(each for each in shape["enum"] if each == word), "definition", "") in field["description"]
        required = [name for name, field in fields.items() if field.get("constraints", {}).get("required")]
        assert {"url", "as_of", "known", "site_edition"} <= set(required) and "filter" not in required
        for row in table("v1", listing.name):
            assert all(row[name] for name in required) and row["filter"] == ""


def test_a_rows_address_opens_what_the_release_says(released: str) -> None:
    row = table("v1", "recommendations")[0]
    assert row["url"].startswith(ORIGIN) and "known=edition-" in row["url"] and "as_of=" in row["url"]
    page = answer(row["url"].removeprefix(ORIGIN)).content.decode()
    assert row["short_title"] in page and "Another title" not in page


def test_the_same_edition_day_and_software_give_the_same_bytes(casefile_desk: str) -> None:
    made = [make(name) for name in ("release-a", "release-b")]
    one, two = ({file.path: file.sha256 for file in ReleaseFile.objects.filter(release=each)} for each in made)
    same = {f"{name}.csv" for name in TABLES} | {"codebook.csv", "codebook-values.csv", "LICENCE.txt"}
    assert same <= set(one) and all(one[path] == two[path] for path in same)
    # The others name the release, and differ in nothing else.
    for path in set(one) - same - {"manifest.json", "SHA256SUMS"}:
        texts = [read(f"/releases/{each.name}/{path}").decode() for each in made]
        sums = [re.sub(r"\b[0-9a-f]{64}\b", "HASH", text.replace(each.name, "NAME")) for each, text in zip(made, texts, strict=True)]
        assert sums[0] == sums[1], path
    first, again = read("/releases/release-a.zip"), read("/releases/release-a.zip")
    assert first == again


def test_later_editions_change_nothing_of_it(casefile_desk: str) -> None:
    from tracker.models import Recommendation

    make("before")
    kept = {file.path: read(f"/releases/before/{file.path}") for file in ReleaseFile.objects.filter(release="before")}
    recommendation = Recommendation.objects.get(reference="MQ-1")
    recommendation.short_title = "Said later"
    recommendation.save()
    builders.put_out(recommendation, reason="later")
    assert {path: read(f"/releases/before/{path}") for path in kept} == kept
    assert b"Said later" not in b"".join(kept.values()) and b"Said later" in read("/api/v1/recommendations.csv")
    assert verify(every_edition=True).problems == ()


def test_a_cell_that_a_spreadsheet_would_run_has_an_apostrophe_and_the_package_says_so(released: str) -> None:
    (row,) = [row for row in table("2026.v2", "recommendations") if row["reference"] == "MQ-1"]
    assert row["target"] == "'" + EMBASSY
    for text in (read("/releases/2026.v2/README.md").decode(), json.loads(read("/releases/2026.v2/datapackage.json"))["description"]):
        assert IN_WORDS in text


def test_the_codebook_names_every_column_with_its_meaning_and_every_value_with_its_definition(released: str) -> None:
    rows = list(csv.DictReader(io.StringIO(read("/releases/v1/codebook.csv").decode(), newline="")))
    values = list(csv.DictReader(io.StringIO(read("/releases/v1/codebook-values.csv").decode(), newline="")))
    words = read("/releases/v1/CODEBOOK.md").decode()
    for listing in (*LISTINGS, "crosswalk"):
        columns = [row for row in rows if row["file"] == f"{listing}.csv"]
        assert [row["column"] for row in columns] == list(table("v1", listing)[0])
        assert all(row["meaning"] and row["label"] and row["type"] for row in columns)
    statuses = {row["value"]: row for row in values if (row["file"], row["column"]) == ("addressees.csv", "status")}
    assert "no_evidence" in statuses and "search is on record" in statuses["no_evidence"]["definition"]
    assert all(f"`{row['column']}`" in words and row["meaning"] in words for row in rows)
    package = json.loads(read("/releases/v1/datapackage.json"))
    for resource in package["resources"]:
        assert all(field["description"] and field["type"] for field in resource["schema"]["fields"])
        assert ("primaryKey" in resource["schema"]) is (resource["name"] != "crosswalk") and resource["schema"]["missingValues"] == [""]


def test_types_keys_and_references_are_declared(released: str) -> None:
    package = json.loads(read("/releases/v1/datapackage.json"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    fields = {field["name"]: field for field in resources["addressees"]["schema"]["fields"]}
    assert (fields["counted"]["type"], fields["supports"]["type"], fields["valid_from"]["type"]) == ("boolean", "integer", "date")
    assert "implemented" in fields["status"]["constraints"]["enum"]
    assert fields["effective_on"]["constraints"]["pattern"]
    assert resources["addressees"]["schema"]["primaryKey"] == ["recommendation", "government"]
    targets = {(key["fields"][0], key["reference"]["resource"]) for key in resources["addressees"]["schema"]["foreignKeys"]}
    assert targets == {("recommendation", "recommendations"), ("government", "governments"), ("assessment", "assessments")}
    # A reference is declared where every one leads to a row: a document of this year, dated by the year alone, is not out for certain.
    listed = {row["key"] for row in table("v1", "documents")}
    for name, column in (("citations", "document"), ("recommendations", "made_in"), ("recommendations", "known_from")):
        declared = {key["fields"][0] for key in resources[name]["schema"].get("foreignKeys", ())}
        assert (column in declared) == ({row[column] for row in table("v1", name)} - {""} <= listed)
    for name in ("title", "homepage", "version", "created", "licenses", "sources", "contributors"):
        assert package[name]
    assert package["homepage"] == f"{ORIGIN}/releases/v1/"


def test_the_citation_file_is_valid(released: str) -> None:
    """By what CFF 1.2.0 asks of every file, and of the values that this one uses."""
    said = yaml.safe_load(read("/releases/v1/CITATION.cff"))
    known = {
        "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url",
        "message",
        "preferred-citation", "references", "repository", "repository-artifact", "repository-code", "title", "type", "url", "version",
    }  # fmt: skip
    assert set(said) <= known and {"cff-version", "message", "title", "authors"} <= set(said)
    assert said["cff-version"] == "1.2.0" and said["type"] == "dataset" and said["version"] == "v1"
    assert all(isinstance(author["name"], str) and author["name"] for author in said["authors"])
    assert dt.date.fromisoformat(str(said["date-released"])) == Release.objects.get(name="v1").as_of
    assert said["url"] == f"{ORIGIN}/releases/v1/" and len(set(said["keywords"])) == len(said["keywords"])
    assert "@misc{release-v1," in read("/releases/v1/CITATION.bib").decode()
    assert f"{ORIGIN}/releases/v1/" in read("/releases/v1/CITATION.txt").decode()


# What is refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "a b", "../etc", "-v1", "v1.", "a...b", "ü", "x" * 61, "v1\n"])
def test_a_name_that_no_address_takes_is_refused(desk: str, name: str) -> None:
    with pytest.raises(Refused, match="no name of a release"):
        make(name)


def test_who_may_and_what_it_needs(desk: str) -> None:
    with pytest.raises(Refused, match="Nothing has been published yet"):
        make("v1")
    builders.put_out(builders.document("PAPER"))
    for person in (builders.author(), builders.reviewer()):
        with pytest.raises(Refused, match=r"does not include this\. Roles that do: administrator\."):
            make("v1", by=person)
    with pytest.raises(Refused, match="Say why"):
        make("v1", reason=" ")
    make("v1")
    with pytest.raises(Refused, match="already"):
        make("v1")
    assert [each.name for each in Release.objects.all()] == ["v1"]


def test_a_release_that_fails_halfway_leaves_nothing(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    builders.put_out(builders.document("PAPER"))

    def progress(words: str) -> None:
        if "documents.csv" in words:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make("v1", progress=progress)
    assert not Release.objects.exists() and not ReleaseFile.objects.exists() and not ReleaseLine.objects.exists()
    make("v1")
    assert verify().problems == ()


def test_readers_that_lag_behind_are_not_frozen(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.editorial import releasing

    builders.put_out(builders.document("PAPER"))
    real = SiteEdition.objects.order_by
    monkeypatch.setattr(releasing.SiteEdition.objects, "order_by", lambda *names: real(*names).filter(number__lt=1))
    with pytest.raises(Refused, match="has not received edition 1"):
        make("v1")


def test_readers_that_have_not_received_an_erasure_are_not_frozen(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the newest edition, too: an erasure makes none."""
    from tracker.editions.tables import Erasure

    builders.put_out(builders.document("PAPER", author="Zebulon Unforgettable"))
    erase(["Zebulon Unforgettable"], by="An officer", reason="A person's right.")
    real = Erasure.objects.all()
    with monkeypatch.context() as lagging:
        lagging.setattr(Erasure.objects, "get_queryset", lambda: real.filter(pk__lt=1))
        with pytest.raises(Refused, match="has not received erasure 1 yet"):
            make("v1")
    assert make("v1").edition == 1


ROW = "INSERT INTO editions.release_line (file, number, cells, made_from) VALUES ({file}, 999, {cells}, '{{{made}}}')"
FILE = (
    "INSERT INTO editions.release_file (release, place, path, media_type, size, sha256, rows, columns, identity, text, written_in)"
    " VALUES ('{name}', 99, 'x.csv', 'text/csv', 1, 'x', {rows}, '{{key}}', '{{key}}', '', 0)"
)


def test_the_database_refuses_what_the_verb_would_not_do(desk: str) -> None:
    """Whoever asks over the desk's connection."""
    builders.put_out(builders.document("PAPER"))
    make("v1")
    file = ReleaseFile.desk.get(release="v1", path="documents.csv")
    cells = "ARRAY[" + ",".join("''" for _name in file.columns) + "]::varchar[]"
    with connections["default"].cursor() as cursor:
        connection = cursor.connection
    statements = {
        "INSERT of a row into a release that is made": ROW.format(file=file.pk, cells=cells, made="document:1"),
        "INSERT of a file": FILE.format(name="v1", rows=0),
        "UPDATE of a cell": "UPDATE editions.release_line SET cells = '{}'",
        "UPDATE of a hash": "UPDATE editions.release SET manifest_hash = ''",
        "DELETE of a release": "DELETE FROM editions.release",
        "DELETE of a file": "DELETE FROM editions.release_file",
        "DELETE of a line": "DELETE FROM editions.release_line",
        "TRUNCATE": "TRUNCATE editions.release_line",
        "a file without its release": FILE.format(name="v2", rows=0),
    }
    for what, statement in statements.items():
        assert refusal(connection, statement), what
    made_from_nothing = (
        FILE.format(name="v2", rows=1),
        ROW.format(file="currval(pg_get_serial_sequence('editions.release_file', 'id'))", cells="ARRAY['x']::varchar[]", made="document:999999"),
    )
    error = refusal(connection, *made_from_nothing)
    assert error and "made from a row that is published" in str(error)
    # The owner's triggers hold as well.
    with connections["owner"].cursor() as cursor:
        owner = cursor.connection
    for statement in ("UPDATE editions.release_line SET cells = '{}'", "DELETE FROM editions.release_line", "TRUNCATE editions.release CASCADE"):
        assert "never changed or removed" in str(refusal(owner, statement)), statement
    with connections["public"].cursor() as cursor:
        public = cursor.connection
    public.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
    for statement in ("DELETE FROM editions.release_line", "UPDATE editions.release SET reason = ''", ROW.format(file=1, cells="'{}'", made="x:1")):
        assert "permission denied" in str(refusal(public, "SET TRANSACTION READ WRITE", statement)), statement


def test_tampering_with_a_release_is_found(desk: str) -> None:
    """By whoever holds the database, however it was done."""
    builders.put_out(builders.document("PAPER"))
    make("v1")
    assert verify(every_edition=True).problems == ()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE editions.release_line DISABLE TRIGGER ALL")
        cursor.execute("UPDATE editions.release_line SET cells[3] = 'Another title' WHERE cells[1] = 'PAPER'")
        cursor.execute("ALTER TABLE editions.release_line ENABLE TRIGGER ALL")
    assert verify().problems == ("documents.csv of release v1 is not what it was when it was made.",)


def forged(name: str, render: Any) -> None:
    """A release by the verb, and so past every guard of the database, of files that somebody else writes."""
    from tracker.editorial import releasing
    from tracker.public.releases import freezing

    def rendered(asked: Any, package: Any) -> Any:
        return render(freezing.files(asked, package, releasing.Frozen))

    releasing.release(name, by=builders.officer(), reason="x", site=ORIGIN, software=tracker.__version__, render=rendered)


@pytest.mark.parametrize("forge", ["another cell", "a row less", "a row twice"])
def test_a_release_of_what_was_never_published_is_found(desk: str, forge: str) -> None:
    """Whole, with the hashes that it says, and written over the desk's connection."""

    def altered(rows: Any) -> Any:
        first, *others = list(rows)
        cells, made_from = first
        yield from {
            "another cell": [([cells[0], cells[1], "Invented", *cells[3:]], made_from), *others],
            "a row less": others,
            "a row twice": [first, first, *others],
        }[forge]

    def render(files: Any) -> Any:
        return (replace(file, rows=altered(file.rows)) if file.path == "documents.csv" else file for file in files)

    builders.put_out(builders.document("PAPER"), builders.document("MORE"))
    make("v1")
    forged("v2", render)
    assert verify(every_edition=True).problems == (), "each of its files has the hash that its manifest says"
    assert verify(written_again=written_again).problems == ("documents.csv of release v2 does not say what edition 1 says.",)
    with pytest.raises(Trouble, match="1 things are not as they were published"):
        call_command("verify_history", verbosity=0)


def test_a_file_that_the_manifest_does_not_name_is_found(desk: str) -> None:
    from tracker.editorial.releasing import Frozen

    builders.put_out(builders.document("PAPER"))

    def render(files: Any) -> Any:
        yield from files
        yield Frozen("more.txt", "text/plain", text="What nobody approved.")

    forged("v1", render)
    assert verify().problems == ("more.txt of release v1 is not named by its manifest.",)


# The command ---------------------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_made_and_in_one_sentence_why_not(desk: str, capsys: Any, settings: Any) -> None:
    builders.put_out(builders.document("PAPER"))
    builders.officer()
    given = {"by": "officer", "reason": "For the annual report"}
    with pytest.raises(Trouble, match="Say with --site"):
        call_command("release", "v1", **given)
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.org", "https://tracker.example.org"]
    call_command("release", "v1", **given)
    out, err = capsys.readouterr()
    made = Release.objects.get()
    assert made.manifest_hash in out and "https://tracker.example.org/releases/v1/" in out
    assert "documents.csv: 1 rows" in err
    assert (made.released_by, made.reason, made.site) == ("Olga Officer", "For the annual report", "https://tracker.example.org")
    with pytest.raises(Trouble, match="already"):
        call_command("release", "v1", **given)
    with pytest.raises(Trouble, match="no active account"):
        call_command("release", "v2", by="nobody", reason="x")
    with pytest.raises(Trouble, match="is no origin; say with --site"):
        call_command("release", "v2", site="tracker", **given)
    with pytest.raises(Trouble, match=r"does not include this\. Roles that do: administrator\."):
        call_command("release", "v2", by=builders.author().username, reason="x")
