"""What is taken down for legal reasons, or erased, goes from releases as well, and they say so; the rest of them stays as it was made."""

import csv
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from tests import builders
from tests.public.test_takedowns import KINDS, REASON, SECRET, _correct, _take_down, _world
from tests.releases.conftest import answer, make, read
from tracker.editions.tables import Release, ReleaseFile
from tracker.editorial.erasing import erase, places
from tracker.editorial.verification import verify
from tracker.models import Citation
from tracker.public.columns import LISTINGS
from tracker.releasing import written_again
from tracker.rules.formulas import harmless

PERSON = "Zebulon Unforgettable"


def rows(name: str, listing: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(f"/releases/{name}/{listing}.csv").decode(), newline="")))


def everything_served(*names: str) -> dict[str, bytes]:
    """Every answer under /releases/, pages and files, packed and unpacked."""
    found = {path: read(path) for path in ("/releases/", "/data/", "/data/catalog.jsonld", "/sitemap.xml")}
    for name in names:
        found[name] = read(f"/releases/{name}/")
        with zipfile.ZipFile(io.BytesIO(read(f"/releases/{name}.zip"))) as archive:
            found |= {f"{name}.zip/{path}": archive.read(path) for path in archive.namelist()}
        found |= {f"{name}/{file.path}": read(f"/releases/{name}/{file.path}") for file in ReleaseFile.objects.filter(release=name)}
    for one in names:
        for other in names:
            found |= {f"{one}...{other}{end}": read(f"/releases/{one}...{other}/{end}") for end in ("", "changes.csv", "changes.json")}
    return found


def said_to_the_public() -> str:
    """Every row of every table of releases, over SQL, as the public's role reads it."""
    with connections["public"].cursor() as cursor:
        found = []
        for table in ("release", "release_file", "release_line"):
            cursor.execute(f"SELECT t::text FROM editions.{table} t")
            found += [row for (row,) in cursor.fetchall()]
    assert len(found) > 20
    return "\n".join(found)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_down_is_nowhere_in_releases(desk: str, kind: str) -> None:
    """Of whatever kind: two releases were made with its words, and one after it was taken down."""
    made = _world(kind)
    make("r1")
    _correct(made, kind)
    make("r2")
    before = {file.path: (file.size, file.sha256) for file in ReleaseFile.objects.filter(release="r1")}
    manifest = read("/releases/r1/manifest.json")
    assert SECRET in said_to_the_public() and SECRET.encode() in read("/releases/r1...r2/changes.csv")
    _take_down(made, kind)
    make("r3")
    assert SECRET not in said_to_the_public()
    for path, said in everything_served("r1", "r2", "r3").items():
        assert SECRET.encode() not in said, path
    # Its record stays: names, hashes and sizes as they were made, and what was done stands beside them.
    assert {file.path: (file.size, file.sha256) for file in ReleaseFile.objects.filter(release="r1")} == before
    assert read("/releases/r1/manifest.json") == manifest
    page = answer("/releases/r1/").content.decode()
    assert "Taken from it since" in page and REASON in page and Release.objects.get(name="r1").manifest_hash in page
    assert "Taken from it since" not in answer("/releases/r3/").content.decode()
    with zipfile.ZipFile(io.BytesIO(read("/releases/r1.zip"))) as archive:
        note = archive.read("r1/ADDENDUM.txt").decode()
    assert REASON in note and note.encode() == read("/releases/r1/ADDENDUM.txt")
    # And the proof holds, with what is set aside.
    assert verify(every_edition=True, written_again=written_again).problems == ()


def test_other_rows_and_files_of_the_release_stay_as_they_were_made(desk: str, tmp_path: Path) -> None:
    made = _world("action")
    make("r1")
    before = {file.path: read(f"/releases/r1/{file.path}") for file in ReleaseFile.objects.filter(release="r1")}
    kept = [row for row in rows("r1", "actions") if row["key"] != "GONE"]
    _take_down(made, "action")
    assert rows("r1", "actions") == kept
    changed = {path for path, said in before.items() if read(f"/releases/r1/{path}") != said}
    assert changed == {"actions.csv", "effects.csv", "citations.csv", "assessments.csv"} | ({"changes.csv"} if "changes.csv" in changed else set())
    page = answer("/releases/r1/").content.decode()
    addenda = page.split('id="addenda"')[1].split("</section>")[0]
    assert {path for path in before if f"<code>{path}</code>" in addenda} == changed
    # Whoever checks the download is told of exactly these.
    with zipfile.ZipFile(io.BytesIO(read("/releases/r1.zip"))) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "r1", capture_output=True, text=True, env={"LC_ALL": "C"})
    assert {line.split(":")[0] for line in done.stdout.splitlines() if line.endswith("FAILED")} == changed


EMPTIED_WHOLE = frozenset({"parties", "replies", "positions", "translations"})
"""Cells in which the words of another record stand among those of their own: of these a release keeps nothing, and a page the rest."""


@pytest.mark.parametrize("kind", [*KINDS, "next"])
def test_a_release_says_what_the_lists_of_its_edition_say_after_a_takedown(desk: str, kind: str) -> None:
    """No file of it names what the page of that edition leaves out: a verdict not the action that it rested on, nor the verdict after it."""
    made = _world(kind)
    following = builders.assessment("NEXT", made["rest"].addressee.recommendation, code="FR", effective_on="2019-06-01", supersedes=made["rest"])
    builders.cite(following, Citation.objects.get(key="EV-SPARE"))
    builders.put_out(following, reason="a later verdict")
    make("r1")
    before = {row["key"]: row for row in rows("r1", "assessments")}
    assert (before["STAYS"]["actions"], before["STAYS"]["superseded_by"]) == ("GONE; STAYS", "NEXT")
    if kind == "next":
        made, kind = {"assessment": following}, "assessment"
    _take_down(made, kind)
    release = Release.objects.get(name="r1")
    for name in LISTINGS:
        path = f"/api/v1/{name}.csv?as_of={release.as_of}&known=edition-{release.edition}"
        live = list(csv.DictReader(io.StringIO(read(path).decode("utf-8-sig"), newline="")))
        kept = rows("r1", name)
        assert len(live) == len(kept)
        for said, keeps in zip(live, kept, strict=True):
            assert {column for column in said if column not in ("url", "ignored") and said[column] != keeps[column]} <= EMPTIED_WHOLE, name
    now = {row["key"]: row for row in rows("r1", "assessments")}
    if kind == "action":
        assert now["STAYS"]["actions"] == "STAYS"
        assert "assessments.csv" in read("/releases/r1/ADDENDUM.txt").decode()
    if "NEXT" not in now:
        assert now["STAYS"]["superseded_by"] == ""
    assert verify(every_edition=True, written_again=written_again).problems == ()


def test_of_a_source_that_is_taken_down_other_records_keep_what_they_say(desk: str) -> None:
    """The citation's key and stance stay with the action that it serves; the source's words go, in the parts of other records too."""
    paper = builders.document("PAPER")
    gone = builders.document("GONE", title=f"{SECRET} title", publisher=f"{SECRET} press")
    spare, quoted = builders.citation(paper, "EV-1"), builders.citation(gone, "EV-2", says=f"{SECRET} says", exact=f"{SECRET} exactly")
    action = builders.action("STAYS")
    builders.cite(action, spare)
    use = builders.cite(action, quoted)
    reply = builders.reply(action, "RY-1", quoted)
    builders.put_out(paper, gone, action)
    make("r1")
    assert SECRET in rows("r1", "actions")[0]["replies"]
    use.delete()
    reply.delete()
    submission = builders.take_down([gone], by=builders.officer(), reason=REASON, alongside=[action])
    builders.approve(submission, by=builders.reviewer())
    builders.publish(submission, by=builders.reviewer())
    (row,) = rows("r1", "actions")
    assert (row["key"], row["title"], row["description"], row["replies"]) == ("STAYS", "Title of STAYS", "Description of STAYS.", "")
    cited = {row["citation"]: row for row in rows("r1", "citations")}
    assert (cited["EV-2"]["document"], cited["EV-2"]["stance"], cited["EV-2"]["says"], cited["EV-2"]["document_title"]) == (
        "GONE",
        "supports",
        "",
        "",
    )
    assert cited["EV-1"]["says"] == "What EV-1 says."
    assert [row["key"] for row in rows("r1", "documents")] == ["PAPER"]
    titles = {row["key"]: row["title"] for row in rows("r1", "changes")}
    assert titles == {"PAPER": "Title of PAPER", "STAYS": "Title of STAYS", "GONE": "GONE"}, "as the site says them of that edition"
    assert SECRET not in said_to_the_public()
    assert verify(every_edition=True, written_again=written_again).problems == ()


def test_whom_a_claim_is_attributed_to_stays_where_a_reply_goes(desk: str) -> None:
    """A source that goes is quoted in a reply alone; another, of which nothing is taken down, is the one to be believed or not."""
    lobby = builders.document("LOBBY", publisher="=Lobby", interest="advocacy")
    gone = builders.document("GONE", title=f"{SECRET} title")
    action = builders.action("STAYS")
    builders.cite(action, builders.citation(lobby, "EV-LOBBY"))
    reply = builders.reply(action, "RY-1", builders.citation(gone, "EV-GONE", says=f"{SECRET} says"))
    builders.put_out(lobby, gone, action)
    make("r1")
    assert SECRET in rows("r1", "actions")[0]["replies"]
    reply.delete()
    _take_off(gone, action)
    (row,) = rows("r1", "actions")
    assert (row["replies"], row["claimed_by"]) == ("", "'=Lobby")
    assert SECRET not in said_to_the_public()


def test_a_source_that_was_named_by_its_title_alone_is_named_by_its_key_in_releases(desk: str) -> None:
    """So that no claim of advocacy stands there as if it were anybody's; beside another name that begins as a formula does."""
    paper, lobby = builders.document("PAPER"), builders.document("LOBBY", publisher="=Lobby", interest="advocacy")
    gone = builders.document("GONE", title=f"{SECRET} leaflet", author="", publisher="", interest="advocacy")
    action = builders.action("STAYS")
    use = builders.cite(action, builders.citation(gone, "EV-1"))
    builders.cite(action, builders.citation(lobby, "EV-2"))
    builders.put_out(paper, lobby, gone, action)
    make("r1")
    before = rows("r1", "actions")[0]["claimed_by"]
    assert SECRET in before
    use.delete()
    _take_off(gone, action)
    (row,) = rows("r1", "actions")
    (now,) = csv.DictReader(io.StringIO(read("/api/v1/actions.csv?known=edition-1").decode("utf-8-sig"), newline=""))
    assert row["claimed_by"] == now["claimed_by"] == before.replace(f"{SECRET} leaflet", "GONE")
    assert verify(every_edition=True, written_again=written_again).problems == ()


def _take_off(gone: Any, *alongside: Any) -> None:
    """Take a record down, with new versions of others that do without it."""
    submission = builders.take_down([gone], by=builders.officer(), reason=REASON, alongside=list(alongside))
    builders.approve(submission, by=builders.reviewer())
    builders.publish(submission, by=builders.reviewer())


def test_the_database_makes_cells_harmless_as_the_files_do(desk: str) -> None:
    texts = [lead + text for text in ("=1", "x", "") for lead in (*map(chr, range(1, 0x3100)), "＝", "＋", "－", "＠", "x=", "\ufeff", " \t")]
    leads = (*map(chr, range(1, 0x3100)), "", '"', ' "', '""', "\t;")
    texts += [f"a{separator}{lead}{text}" for separator in ";\t\r\n," for lead in leads for text in ("=1", "'", "x")]
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT editions.harmless(said) FROM unnest(%s::text[]) WITH ORDINALITY AS given (said, place) ORDER BY place", [texts])
        assert [cell for (cell,) in cursor.fetchall()] == [harmless(text) for text in texts]


def test_each_of_two_takedowns_stays_on_record(desk: str) -> None:
    """The first takes a reply from a row, and the second the row: the page and the addendum say both, with what each took."""
    paper, gone = builders.document("PAPER"), builders.document("GONE", title=f"{SECRET} title")
    action = builders.action("STAYS")
    builders.cite(action, builders.citation(paper, "EV-1"))
    reply = builders.reply(action, "RY-1", builders.citation(gone, "EV-2"))
    builders.put_out(paper, gone, action)
    make("r1")
    reply.delete()
    submission = builders.take_down([gone], by=builders.officer(), reason="The first order", alongside=[action])
    builders.approve(submission, by=builders.reviewer())
    builders.publish(submission, by=builders.reviewer())
    tag = answer("/releases/r1/actions.csv")["ETag"]
    submission = builders.take_down([action], by=builders.officer(), reason="The second order")
    builders.approve(submission, by=builders.reviewer())
    builders.publish(submission, by=builders.reviewer())
    note = [line for line in read("/releases/r1/ADDENDUM.txt").decode().splitlines() if line.startswith("- actions.csv")]
    assert len(note) == 2
    assert "0 rows left out, 1 rows with cells emptied or shortened" in note[0] and "The first order" in note[0] and "edition 2" in note[0]
    assert "1 rows left out, 0 rows with cells emptied or shortened" in note[1] and "The second order" in note[1] and "edition 3" in note[1]
    page = answer("/releases/r1/").content.decode()
    assert "The first order" in page and "The second order" in page
    assert rows("r1", "actions") == [] and answer("/releases/r1/actions.csv", if_none_match=tag).status_code == 200
    assert verify(every_edition=True, written_again=written_again).problems == ()


def test_no_cache_confirms_what_was_taken_down(desk: str) -> None:
    made = _world("action")
    make("r1")
    for path in ("/releases/r1/actions.csv", "/releases/r1.zip", "/releases/r1/"):
        first = answer(path)
        assert first["Cache-Control"] == "public, max-age=1, must-revalidate"
        assert answer(path, if_none_match=first["ETag"]).status_code == 304
    tags = {path: answer(path)["ETag"] for path in ("/releases/r1/actions.csv", "/releases/r1.zip", "/releases/r1/", "/releases/r1/documents.csv")}
    _take_down(made, "action")
    for path, tag in tags.items():
        again = answer(path, if_none_match=tag)
        if path.endswith("documents.csv"):
            assert again.status_code == 304
        else:
            assert again.status_code == 200, path


def test_erasing_finds_the_words_in_releases_and_says_so(desk: str, capsys: Any) -> None:
    paper = builders.document("PAPER", author=PERSON)
    builders.put_out(paper)
    make("r1", reason=f"For {PERSON}")
    manifest = Release.objects.get(name="r1").manifest_hash
    call_command("erase", words=[PERSON])
    said = capsys.readouterr().out
    assert "editions.release_line.cells: 1" in said and "editions.release.reason: 1" in said and "Nothing was erased" in said
    assert {place.table for place in places([PERSON])} >= {"editions.release", "editions.release_line"}
    log = erase([PERSON], by="An officer", reason="A person's right.")
    named = {(row["kind"], row["key"]) for row in log.records}
    assert named >= {("release", "r1"), ("release", "r1/documents.csv"), ("document", "PAPER")}
    assert ("release", "r1/governments.csv") not in named
    assert PERSON not in said_to_the_public()
    for path, served in everything_served("r1").items():
        assert PERSON.encode() not in served, path
    assert rows("r1", "documents")[0]["author"] == "[erased]"
    page = answer("/releases/r1/").content.decode()
    assert "words of a person were erased" in page and "documents.csv" in page and manifest in page
    assert "r1/documents.csv" in answer("/corrections/").content.decode()
    assert verify(every_edition=True, written_again=written_again).problems == ()


def test_erasing_reaches_what_was_taken_down_before(desk: str) -> None:
    made = _world("action")
    make("r1")
    _take_down(made, "action")
    erase([SECRET], by="An officer", reason="A person's right.")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM editions.withheld t WHERE t::text LIKE %s", [f"%{SECRET}%"])
        assert cursor.fetchone()[0] == 0
    assert verify(every_edition=True, written_again=written_again).problems == ()
    assert "words of a person were erased" in answer("/releases/r1/").content.decode()


def test_the_catalogue_states_no_hash_of_what_is_not_as_it_was_made(desk: str) -> None:
    made = _world("action")
    make("r1")

    def hashed() -> set[str]:
        said = json.loads(read("/data/catalog.jsonld"))
        released = next(each for each in said["dcat:dataset"] if each.get("dcat:version") == "r1")
        return {each["@id"].rsplit("/", 1)[1] for each in released["dcat:distribution"] if "spdx:checksum" in each}

    assert "actions.csv" in hashed()
    _take_down(made, "action")
    assert "actions.csv" not in hashed() and "documents.csv" in hashed()
