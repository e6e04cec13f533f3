"""The pages of releases, their files and what changed between two of them."""

import csv
import html
import io
import json
import re
import zipfile
from collections import Counter
from typing import Any

import pandas
import pytest
from django.core.cache import caches
from django.db import DatabaseError, OperationalError, connections
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.conftest import Site
from tests.looking import BEST, faults
from tests.public.test_downloads import cut_off
from tests.public.test_takedowns import _world
from tests.releases.conftest import EMBASSY, ORIGIN, answer, make, read
from tracker.editions import frozen
from tracker.editions.tables import Release, ReleaseFile
from tracker.public.api import limits
from tracker.public.releases import differences

PAGES = ("/releases/", "/releases/v1/", "/releases/v1...2026.v2/", "/data/")
DIFFERENCE = "/releases/v1...2026.v2/"


def text_of(path: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer(path).content.decode()))


def test_the_list_names_each_release_with_what_it_froze(released: str) -> None:
    page = answer("/releases/").content.decode()
    for made in Release.objects.all():
        assert f'href="/releases/{made.name}/"' in page and made.manifest_hash in page and made.reason in page
        assert f'href="/releases/{made.name}.zip"' in page
    assert page.index("2026.v2") < page.index(">v1<"), "the newest first"


def test_every_file_is_led_to_and_served_as_what_it_is(released: str) -> None:
    page = answer("/releases/v1/").content.decode()
    files = list(ReleaseFile.objects.filter(release="v1"))
    assert len(files) == 21
    for file in files:
        address = f"/releases/v1/{file.path}"
        assert f'href="{address}"' in page and file.sha256 in page
        response = answer(address)
        body = b"".join(response.streaming_content)
        assert (response.status_code, response["Content-Type"], len(body)) == (200, file.media_type, file.size)
        assert int(response["Content-Length"]) == file.size, "so that a download that breaks off is known to"
        assert response["Cache-Control"] == "public, max-age=1, must-revalidate" and response["ETag"] == f'"{file.sha256}"'
        assert response["Access-Control-Allow-Origin"] == "*"
        assert answer(address, if_none_match=response["ETag"]).status_code == 304
    with zipfile.ZipFile(io.BytesIO(read("/releases/v1.zip"))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"v1/{file.path}" for file in files]


@pytest.mark.parametrize(
    "path", ["/releases/none/", "/releases/none.zip", "/releases/v1/none.csv", "/releases/v1...none/", "/releases/v1/ADDENDUM.txt"]
)
def test_what_there_is_not_is_said_so(released: str, path: str) -> None:
    response = answer(path)
    assert response.status_code == 404
    assert "No release" in response.content.decode() or "No file" in response.content.decode()


@pytest.mark.parametrize("path", ["/releases/v1/", "/releases/v1/README.md", "/releases/v1.zip", DIFFERENCE, DIFFERENCE + "changes.csv"])
def test_only_reading_is_answered(released: str, client: Any, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("path", ["/releases/", "/releases/v1/", DIFFERENCE])
def test_a_release_is_the_same_by_every_clock(released: str, path: str) -> None:
    """It was made after the edition that it froze, and is there for who reads that edition, too."""
    mains = [answer(f"{path}{clocks}").content.decode().split("<main")[1].split("</main>")[0] for clocks in ("", "?as_of=2019-02-01&known=edition-1")]
    kept = [re.findall(r"[0-9a-f]{64}|<td[^>]*>.*?</td>", main) for main in mains]
    assert kept[0] == kept[1] and kept[0]
    assert "permalink" not in answer(path).content.decode()


def test_a_release_is_cited_in_each_form_from_its_page_and_from_files(released: str) -> None:
    made = Release.objects.get(name="2026.v2")
    address, page = "http://localhost/releases/2026.v2/", answer("/releases/2026.v2/").content.decode()
    words = html.unescape(re.sub(r"<[^>]+>", "", page.split('id="h-cite"')[1].split("</section>")[0]))
    assert words.count(address) >= 4 and "APA 7" in words and "Chicago, bibliography" in words and "Chicago, note" in words
    kinds = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems", "json": "application/vnd.citationstyles.csl+json"}
    for ending, kind in kinds.items():
        path = f"/cite/release/2026.v2.{ending}"
        assert f'href="{path}"' in page
        response = answer(path)
        assert response["Content-Type"].startswith(kind) and response["X-Robots-Tag"] == "noindex"
        assert f'attachment; filename="release-2026.v2.{ending}"' == response["Content-Disposition"]
        assert address in response.content.decode() and made.manifest_hash in response.content.decode()
    (item,) = json.loads(read("/cite/release/2026.v2.json?language=fa"))
    assert (item["type"], item["title"], item["language"]) == ("dataset", "Policy-recommendation tracker: release 2026.v2", "en")
    assert (item["version"], item["URL"]) == (str(made.edition), address)
    assert read("/cite/release/2026.v2.bib").decode() in html.unescape(page), "the page and the file say the same"
    refused = answer("/cite/release/none.bib")
    assert refused.status_code == 404 and refused.json()["detail"] == "No release “none” on this site."


def test_a_list_of_releases_that_somebody_kept_is_not_confirmed_once_there_is_another(desk: str) -> None:
    builders.put_out(builders.document("PAPER"))
    tags = {path: answer(path)["ETag"] for path in ("/releases/", "/data/")}
    assert "No release has been made yet" in answer("/releases/").content.decode()
    make("v1")
    for path, tag in tags.items():
        again = answer(path, if_none_match=tag)
        assert again.status_code == 200 and "/releases/v1/" in again.content.decode()


# What changed --------------------------------------------------------------------------------------------------------------


def test_what_changed_is_told_row_by_row_and_column_by_column(released: str) -> None:
    said = json.loads(read(DIFFERENCE + "changes.json"))
    assert (said["before"], said["after"]) == ("v1", "2026.v2")
    found = {(each["list"], *each["row"].values()): each for each in said["results"]}
    changed = found["recommendations", "MQ-1"]
    assert changed["change"] == "changed" and set(changed["columns"]) == {"short_title", "target", "provenance"}
    assert changed["columns"]["short_title"]["after"] == "Another title"
    assert changed["columns"]["target"]["after"] == "'" + EMBASSY, "as the file has it"
    assert found["documents", "EXTRA"]["change"] == "added"
    assert ("documents", "PASSING") not in found, "it came and went between the two"
    assert all(found[key]["change"] == "changed" for key in found if key[0] == "addressees")
    back = json.loads(read("/releases/2026.v2...v1/changes.json"))["results"]
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(each["list"], *each["row"].values()): opposite[each["change"]] for each in back} == {key: each["change"] for key, each in found.items()}


def plainly(release: str, name: str) -> dict[tuple[str, ...], dict[str, str]]:
    """The rows of a list of a release, as csv reads them, by the columns that its description calls their key."""
    package = json.loads(read(f"/releases/{release}/datapackage.json"))
    (key,) = [each["schema"]["primaryKey"] for each in package["resources"] if each["path"] == f"{name}.csv"]
    lines = csv.DictReader(io.StringIO(read(f"/releases/{release}/{name}.csv").decode("utf-8-sig"), newline=""))
    return {tuple(line[column] for column in key): {column: cell for column, cell in line.items() if column not in OF_THE_FILE} for line in lines}


OF_THE_FILE = ("url", "as_of", "known", "site_edition", "filter")
"""What a row says of the file that it stands in."""


@pytest.mark.parametrize(("before", "after"), [("v1", "2026.v2"), ("2026.v2", "v1")])
def test_what_changed_is_what_a_plain_comparison_of_the_two_files_finds(released: str, before: str, after: str) -> None:
    said = json.loads(read(f"/releases/{before}...{after}/changes.json"))["results"]
    lists = [path.removesuffix(".csv") for path in ReleaseFile.objects.filter(release="v1", rows__isnull=False).values_list("path", flat=True)]
    assert {"recommendations", "addressees", "documents"} < set(lists)
    found: list[tuple[Any, ...]] = []
    for name in lists:
        old, new = plainly(before, name), plainly(after, name)
        assert old and len(old) == ReleaseFile.objects.get(release=before, path=f"{name}.csv").rows, "no two rows of one key"
        found += [(name, "added", key, {}) for key in new.keys() - old.keys()]
        found += [(name, "removed", key, {}) for key in old.keys() - new.keys()]
        for key in old.keys() & new.keys():
            differing = {column: (old[key][column], new[key][column]) for column in new[key] if old[key][column] != new[key][column]}
            if differing:
                found.append((name, "changed", key, differing))
    told = []
    for each in said:
        differing = {name: (of["before"], of["after"]) for name, of in each.get("columns", {}).items()}
        told.append((each["list"], each["change"], tuple(each["row"].values()), differing))
    assert sorted(told, key=repr) == sorted(found, key=repr)
    assert {kind for _name, kind, _key, _columns in found} == {"added", "removed", "changed"}
    assert ("documents", "removed" if before == "v1" else "added", ("LEAVING",), {}) in found


def test_the_file_and_the_page_say_the_same(released: str) -> None:
    rows = list(csv.DictReader(io.StringIO(read(DIFFERENCE + "changes.csv").decode(), newline="")))
    said = json.loads(read(DIFFERENCE + "changes.json"))["results"]
    table = pandas.read_csv(io.BytesIO(read(DIFFERENCE + "changes.csv")))
    assert (len(table), set(table["change"])) == (len(rows), {row["change"] for row in said})
    assert len(rows) == sum(len(each.get("columns", "x")) for each in said)
    page = text_of(DIFFERENCE)
    context = answer(DIFFERENCE).context
    for each in context["lists"]:
        of_list = [row for row in said if row["list"] == each.name]
        assert each.columns == Counter(name for row in of_list for name in row.get("columns", ()))
        assert [(row.kind, row.key, list(row.columns)) for row in each.shown] == [
            (row["change"], row["row"], list(row.get("columns", ()))) for row in of_list[: differences.SHOWN]
        ]
        assert each.total == len(of_list) and each.added == sum(row["change"] == "added" for row in of_list)
    assert "Another title" in page and "EXTRA" in page and EMBASSY in page
    assert "<Albania>" not in answer(DIFFERENCE).content.decode()


def test_the_page_counts_all_and_shows_the_first(released: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answer(DIFFERENCE).context["lists"]
    assert max(len(each.shown) for each in whole) > 2
    monkeypatch.setattr(differences, "SHOWN", 2)
    few = answer(DIFFERENCE).context["lists"]
    assert [(each.counts, each.columns) for each in few] == [(each.counts, each.columns) for each in whole]
    assert [each.shown for each in few] == [each.shown[:2] for each in whole]


def test_each_row_says_what_it_is_and_leads_to_its_page(desk: str) -> None:
    """An addressee, a verdict and an effect by their government and recommendation; by the clocks of the release that has the row."""
    made = _world("")
    make("r1")
    made["kept"].short_title = "Close the <embassy>"
    made["kept"].save()
    made["assessment"].rationale = "Another rationale"
    made["assessment"].save()
    made["action"].title = "Another deed"
    made["action"].save()
    builders.put_out(made["kept"], made["assessment"], made["action"], reason="a correction")
    builders.taken_off(made["stays"], reason="It was no action")
    make("r2")
    path = "/releases/r1...r2/"
    said = {(each["list"], *each["row"].values()): each for each in json.loads(read(path + "changes.json"))["results"]}
    verdict = "Land of AL: Close the <embassy>"
    assert said["recommendations", "KEPT"]["title"] == "Close the <embassy>"
    assert said["addressees", "KEPT", "AL"]["title"] == said["assessments", "GONE"]["title"] == verdict
    assert said["actions", "GONE"]["title"] == "Land of AL: Another deed"
    assert said["effects", "LK-GONE-KEPT-AL"]["title"] == f"Another deed → {verdict}"
    assert said["effects", "LK-STAYS"]["title"] == "Title of STAYS → Land of AL: Do KEPT", "as the release said that has the row"
    assert said["citations", "action", "STAYS", "EV-GONE", "supports"]["title"] == "Something title"
    for each in csv.DictReader(io.StringIO(read(path + "changes.csv").decode(), newline="")):
        (whole,) = [row for key, row in said.items() if (key[0], "; ".join(key[1:])) == (each["list"], each["row"])]
        assert (each["title"], each["url"]) == (whole["title"], whole["url"]) and whole["title"]
    page = answer(path).content.decode()
    assert "<embassy>" not in page
    words = html.unescape(re.sub(r"<[^>]+>", "", page))
    for each in said.values():
        address = html.escape(each["url"].removeprefix(ORIGIN))
        edition = 1 if each["change"] == "removed" else 3
        assert f'href="{address}"' in page and f"known=edition-{edition}" in address
        assert each["title"] in words
        status = answer(each["url"].removeprefix(ORIGIN).split("#")[0]).status_code
        assert status == 200 or (status, each["list"]) == (410, "changes"), "a withdrawal leads to its tombstone"
    # What was taken off the site since says so where it is named.
    row = html.unescape(page.split("LK-STAYS</code>")[1].split("</li>")[0])
    assert "withdrawn" in row and "It was no action" in row and 'href="/actions/STAYS/"' in row
    assert answer("/actions/STAYS/").status_code == 410
    assert 'href="/fa/recommendations/KEPT/?' in answer("/fa" + path).content.decode()
    assert "آلبانی" in answer("/fa" + path).content.decode()


def test_a_page_has_the_words_without_the_apostrophes_of_cells(desk: str) -> None:
    """Which are for spreadsheets: files keep them."""
    paper = builders.document("PAPER", title="=Sum of -all-; @home", publisher="'Sayings")
    builders.put_out(paper)
    make("r1")
    paper.title, paper.publisher = "+One", "-Two"
    paper.save()
    builders.put_out(paper, reason="a correction")
    make("r2")
    for path in ("/releases/r1...r2/", "/releases/r1...r2/?list=documents", "/releases/r2...r1/"):
        page = re.sub(r"\s+", " ", text_of(path))
        assert "=Sum of -all-; @home" in page and "'Sayings" in page and "+One" in page and "-Two" in page
        assert not re.search(r"''|'[=+@-]", page), path
    rows = list(csv.DictReader(io.StringIO(read("/releases/r1...r2/changes.csv").decode(), newline="")))
    (title,) = [row for row in rows if (row["list"], row["column"]) == ("documents", "title")]
    assert (title["before"], title["after"], title["title"]) == ("'=Sum of -all-;' @home", "'+One", "'+One")
    said = [each for each in json.loads(read("/releases/r1...r2/changes.json"))["results"] if each["list"] == "documents"]
    assert [each["title"] for each in said] == ["+One"]


def test_a_verdict_that_was_taken_off_leads_to_the_record_of_its_changes(desk: str) -> None:
    made = _world("")
    make("r1")
    builders.taken_off(made["assessment"], reason="It was no verdict")
    make("r2")
    page = html.unescape(answer("/releases/r1...r2/").content.decode())
    row = page.split('id="assessments"')[1].split("</li>")[0]
    assert "withdrawn" in row and "It was no verdict" in row
    (address,) = re.findall(r'href="(/changes/[^"]+)"', row)
    assert "It was no verdict" in answer(address).content.decode()


def test_all_rows_of_a_list_are_paged_through(released: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "SHOWN", 1)
    monkeypatch.setattr(differences, "PER_PAGE", 2)
    page = answer(DIFFERENCE).content.decode()
    said = [each for each in json.loads(read(DIFFERENCE + "changes.json"))["results"] if each["list"] == "addressees"]
    assert len(said) > 3 and 'href="?list=addressees"' in page and 'href="?list=recommendations"' not in page, "the one row of that list is shown"
    address, found = f"{DIFFERENCE}?list=addressees", []
    while address:
        response = answer(address)
        assert response.context["page"].paginator.count == len(said)
        found += [row.key for row in response.context["page"]]
        following = re.search(r'rel="next" href="([^"]+)"', response.content.decode())
        address = DIFFERENCE + html.unescape(following[1]) if following else ""
    assert found == [each["row"] for each in said]
    for query, sentence in (
        ("list=colours", "“colours”: list takes one of recommendations, addressees"),
        ("list=addressees&page=99", "“99”: page takes a number from 1 to"),
    ):
        refused = answer(f"{DIFFERENCE}?{query}")
        assert refused.status_code == 400 and sentence in html.unescape(refused.content.decode())


def test_both_releases_are_compared_once_for_all_pages_of_a_list(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is taken down afterwards is on none of them."""
    monkeypatch.setattr(differences, "PER_PAGE", 1)
    builders.put_out(builders.document("PAPER"))
    make("r1")
    papers = [builders.document(key, title=f"Paper {key}") for key in ("A", "B", "C")]
    builders.put_out(*papers)
    make("r2")
    address = "/releases/r1...r2/?list=documents"

    def pages(count: int) -> str:
        return " ".join(text_of(f"{address}&page={number}") for number in range(1, count + 1))

    with CaptureQueriesContext(connections["public"]) as asked:
        found = pages(3)
    assert all(f"Paper {key}" in found for key in "ABC")
    comparing = [each["sql"] for each in asked if "FULL JOIN" in each["sql"]]
    assert len([each for each in comparing if "number = ANY" not in each]) == 1 and len(comparing) == 4
    assert queries(f"{address}&page=2") <= 12
    builders.taken_down(papers[1], reason="by law")
    assert answer(f"{address}&page=3").status_code == 400
    found = pages(2)
    assert "Paper A" in found and "Paper C" in found and "Paper B" not in found and "2 rows differ" in found


def test_what_of_the_address_nothing_reads_is_said(released: str) -> None:
    page = answer(f"{DIFFERENCE}?lst=addressees&colour=red&as_of=2021-01-01").content.decode()
    (notice,) = re.findall(r'<div class="notice"><p>(Not understood.*?)</p></div>', page)
    assert re.sub("<[^>]+>", "", notice) == "Not understood and left aside: lst, colour. Did you mean list?"
    (led,) = re.findall(r'Did you mean <a href="([^"]+)"', notice)
    whole = answer(DIFFERENCE + html.unescape(led))
    assert whole.context["chosen"] == "addressees"
    assert "Not understood and left aside: colour" in re.sub("<[^>]+>", "", whole.content.decode())
    assert "Not understood" not in text_of(f"{DIFFERENCE}?list=addressees&page=1")


def test_lists_that_are_the_same_are_one_sentence(released: str) -> None:
    """And none of the lines of the table is nothing but noughts."""
    response = answer(DIFFERENCE)
    same = [each.name for each in response.context["lists"] if not each.total]
    assert same and not any(each.new or each.gone for each in response.context["lists"])
    table = re.findall(r'<table class="folds">(.*?)</table>', response.content.decode(), re.DOTALL)[0]
    assert re.findall(r'<a href="#(\w+)">', table) == [each.name for each in response.context["lists"] if each.total]
    assert table.count('<th scope="row">') == len(response.context["lists"]) - len(same)
    assert f"The same in both: {'; '.join(same)}." in text_of(DIFFERENCE)
    assert "<table" not in answer("/releases/v1...v1/").content.decode() and "Nothing differs" in text_of("/releases/v1...v1/")


@pytest.mark.parametrize("path", ["/releases/v1/", DIFFERENCE])
def test_a_folded_table_keeps_its_headings(released: str, path: str) -> None:
    page = answer(path).content.decode()
    tables = re.findall(r'<table class="folds">.*?</table>', page, re.DOTALL)
    assert tables
    for table in tables:
        headings = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
        for row in re.findall(r'<tr><th scope="row">.*?</tr>', table, re.DOTALL):
            assert re.findall(r'<td[^>]*data-label="(.*?):"', row) == headings[1:]


def broken_off(cluster: Any, database: str, path: str) -> str:
    """What a reader gets if the database goes away in the midst of a file."""
    response = answer(path)
    parts = iter(response.streaming_content)
    begun = [next(parts), next(parts)]
    cut_off(cluster, database)
    text = b"".join([*begun, *parts]).decode()
    connections["public"].close()  # as the server does with a broken one when the request has ended
    return text


@pytest.mark.parametrize("path", [DIFFERENCE + "changes.csv", "/releases/v1/addressees.csv"])
def test_a_csv_that_breaks_off_says_so(cluster: Any, released: str, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(differences, "CHUNK", 1)
    monkeypatch.setattr(frozen, "CHUNK", 2)
    header, *lines = csv.reader(io.StringIO(broken_off(cluster, released, path), newline=""))
    assert lines[-1][0].startswith("INCOMPLETE: the database did not go on answering")
    assert {len(line) for line in lines} == {len(header)}
    whole = list(csv.reader(io.StringIO(read(path).decode(), newline="")))
    assert 1 < len(lines) < len(whole) - 1 and whole[1 : len(lines)] == lines[:-1] and "INCOMPLETE" not in str(whole)


def test_json_that_breaks_off_says_so(cluster: Any, released: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "CHUNK", 1)
    said = json.loads(broken_off(cluster, released, DIFFERENCE + "changes.json"))
    whole = json.loads(read(DIFFERENCE + "changes.json"))
    assert (said["complete"], whole["complete"]) == (False, True)
    assert said["error"].startswith("the database did not go on answering")
    assert said["results"] == whole["results"][: len(said["results"])] and len(said["results"]) < len(whole["results"])


def test_a_zip_that_breaks_off_is_none(cluster: Any, released: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen, "CHUNK", 1)
    parts = iter(answer("/releases/v1.zip").streaming_content)
    begun = [next(parts), next(parts)]
    cut_off(cluster, released)
    with pytest.raises(DatabaseError):
        begun.extend(parts)
    connections["public"].close()
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(begun)))


@pytest.mark.parametrize("path", [DIFFERENCE + "changes.csv", DIFFERENCE + "changes.json"])
def test_what_fails_at_once_is_answered_with_an_error(released: str, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def fails(_pair: Any) -> Any:
        raise DatabaseError("canceling statement due to statement timeout")

    monkeypatch.setattr(differences, "rows", fails)
    with pytest.raises(DatabaseError):
        answer(path)


def test_another_version_of_the_software_confirms_nothing_that_it_writes_itself(released: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import tracker

    paths = ("/releases/v1.zip", DIFFERENCE + "changes.csv", DIFFERENCE + "changes.json")
    tags = {path: answer(path)["ETag"] for path in paths}
    assert len(set(tags.values())) == 3
    assert all(answer(path, if_none_match=tag).status_code == 304 for path, tag in tags.items())
    assert {answer(path)["Cache-Control"] for path in paths} == {"public, max-age=1, must-revalidate"}
    monkeypatch.setattr(tracker, "__version__", "99.0")
    assert all(answer(path, if_none_match=tag).status_code == 200 for path, tag in tags.items())


def test_one_reader_may_ask_as_much_of_releases_as_of_the_api(released: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses that read most: files, packed and unpacked, and differences, all counted together, and 304 too."""
    settings.API_REQUESTS_PER_MINUTE = 5
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_010.0)
    caches["limits"].clear()
    paths = ("/releases/v1/README.md", "/releases/v1.zip", DIFFERENCE, DIFFERENCE + "changes.csv", "/api/v1/")
    assert [answer(path)["RateLimit"] for path in paths] == [f'"reader";r={left};t=10' for left in (4, 3, 2, 1, 0)]
    for path in paths:
        refused = answer(path)
        kind = "text/html; charset=utf-8" if path == DIFFERENCE else "application/problem+json"
        assert (refused.status_code, refused["Retry-After"], refused["Content-Type"]) == (429, "10", kind)
        assert "Too many requests from your network address; ask again in 10 s." in refused.content.decode()
    assert answer("/releases/v1/").status_code == 200, "a page that reads little is for everybody"
    settings.API_REQUESTS_PER_MINUTE = 0
    assert {answer(path).status_code for path in paths} == {200}


@pytest.mark.parametrize("path", ["/releases/v1/README.md", "/releases/v1.zip", DIFFERENCE + "changes.csv", DIFFERENCE + "changes.json"])
def test_scripts_of_every_site_may_read_files_and_why_they_are_refused(released: str, client: Any, settings: Any, path: str) -> None:
    caches["limits"].clear()
    answers = [answer(path), answer(path.replace("v1", "none")), client.post(path)]
    settings.API_REQUESTS_PER_MINUTE = 1
    answers.append(answer(path))
    assert [each.status_code for each in answers] == [200, 404, 405, 429]
    for each in answers:
        assert each["Access-Control-Allow-Origin"] == "*", each.status_code
        assert "Retry-After" in each["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(("language", "says"), [("", "Too many requests"), ("/fr", "Trop de requêtes"), ("/fa", "درخواست‌های بیش از اندازه")])
def test_who_asks_too_early_is_told_so_on_a_page(released: str, settings: Any, language: str, says: str) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    caches["limits"].clear()
    answer(DIFFERENCE)
    with CaptureQueriesContext(connections["public"]) as asked:
        refused = answer(f"{language}{DIFFERENCE}?list=actions")
    assert (refused.status_code, len(asked)) == (429, 0), "it costs nothing"
    page = refused.content.decode()
    assert says in page
    assert f'href="{language}{DIFFERENCE}?list=actions"' in page and "<main" in page and "RateLimit" in refused
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_what_the_database_has_no_time_for_is_answered_as_it_was_asked(released: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: Any) -> Any:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(differences, "_count", fails)
    page = answer(DIFFERENCE)
    assert (page.status_code, page["Retry-After"], page["Content-Type"]) == (503, "5", "text/html; charset=utf-8")
    monkeypatch.setattr(differences, "rows", fails)
    file = answer(DIFFERENCE + "changes.csv")
    assert (file.status_code, file["Retry-After"], file["Content-Type"]) == (503, "5", "application/problem+json")
    for response in (page, file):
        assert "The database did not answer in time." in response.content.decode()


def test_the_same_release_twice_differs_in_nothing(released: str) -> None:
    assert json.loads(read("/releases/v1...v1/changes.json"))["results"] == []


def test_releases_with_other_columns_are_compared_in_what_both_have(released: str, casefile_desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a later version of the software, which has a column more and one less."""
    from dataclasses import replace

    from tracker.public import columns
    from tracker.public.releases import freezing
    from tracker.public.shapes import TEXT

    make("old")
    listing = columns.LISTINGS["governments"]
    extra = columns.Column("colour", "colour", "Of its cover.", lambda told: Value("green"), shape=TEXT)
    later = replace(listing, columns=(*[column for column in listing.columns if column.name != "note"], extra))
    monkeypatch.setitem(freezing.LISTINGS, "governments", later)
    make("new")
    (difference,) = [each for each in answer("/releases/old...new/").context["lists"] if each.name == "governments"]
    assert (difference.new, difference.gone, difference.total) == (["colour"], ["note"], 0)
    assert "new column colour" in text_of("/releases/old...new/")


def test_rows_of_one_key_are_told_apart_by_their_order(desk: str) -> None:
    """A list whose rows no column tells apart is compared all the same, in the order of its rows."""
    paper = builders.document("PAPER")
    builders.put_out(paper)
    make("r1")
    builders.put_out(builders.document("MORE"), builders.document("MUCH"))
    make("r2")
    one, two = Release.objects.get(name="r1"), Release.objects.get(name="r2")
    (pair,) = [each for each in differences.pairs(one, two) if each.name == "documents"]
    for file in (pair.before, pair.after):
        file.identity = ["kind"]
    found = list(differences.rows(pair))
    assert sum(row.kind == "added" for row in found) == 2 and not [row for row in found if row.kind == "removed"]


# Budgets, languages, browsers ----------------------------------------------------------------------------------------------


def queries(path: str) -> int:
    with CaptureQueriesContext(connections["public"]) as asked:
        assert answer(path).status_code == 200
    return len(asked)


def test_budgets(desk: str) -> None:
    """The same with one release as with five."""
    builders.put_out(builders.document("PAPER"))
    for name in ("r0", "r1"):
        make(name)
    paths = {"/releases/": 5, "/releases/r1/": 7, "/releases/r0...r1/": 14, "/data/": 6, "/releases/r1/README.md": 6}
    first = {path: queries(path) for path in paths}
    for number in range(2, 6):
        make(f"r{number}")
    again = {path: queries(path) for path in paths}
    assert all(again[path] <= most for path, most in paths.items()), again
    assert {path: count for path, count in again.items() if path != "/releases/r1/"} == {
        path: first[path] for path in first if path != "/releases/r1/"
    }


@pytest.mark.parametrize("language", ["fr", "fa"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_stand_in_every_language(released: str, language: str, path: str) -> None:
    page = answer(f"/{language}{path}").content.decode()
    assert f'lang="{language}"' in page and 'hreflang="en"' in page
    if path == "/releases/v1/":
        assert "Policy-recommendation tracker: release v1 " in re.sub(r"<[^>]+>", " ", page), "cited in the language of its files"


def test_releases_are_reached_from_every_page_and_in_the_sitemap(released: str) -> None:
    assert 'href="/releases/"' in answer("/").content.decode() and 'href="/releases/"' in answer("/data/").content.decode()
    assert "/releases/</loc>" in read("/sitemap-views-1.xml").decode()
    assert "/releases/v1/</loc>" in read("/sitemap-releases-1.xml").decode()
    assert "sitemap-releases-1.xml" in read("/sitemap.xml").decode()


@pytest.mark.browser
@pytest.mark.parametrize("path", [*PAGES, "/fa/releases/v1/", "/fa/data/"])
def test_nothing_shuts_anybody_out(released_site: Site, page: Any, path: str) -> None:
    page.goto(f"{released_site}{path}")
    assert faults(page, rules=BEST) == []


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/releases/", "/releases/v1/", DIFFERENCE, f"{DIFFERENCE}?list=addressees"])
def test_on_paper_a_release_says_its_own_address_and_nothing_is_cut(released_site: Site, page: Any, path: str) -> None:
    """Its address is permanent: neither a day nor an edition of the reader belongs to it."""
    page.set_viewport_size({"width": 690, "height": 1000})
    page.emulate_media(media="print")
    page.goto(f"{released_site}{path}")
    head = page.locator(".paper").inner_text()
    assert f"{released_site}{path}" in head and "as of" not in head and "edition" not in head
    cut = "() => [...document.querySelectorAll('main *')].filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth && "
    cut += "getComputedStyle(each).overflowX != 'visible' && !each.classList.contains('hush')).map(each => each.outerHTML)"
    assert page.evaluate(cut) == []
    for cell in page.locator("td.num").all()[:5]:
        assert cell.evaluate("each => getComputedStyle(each).textAlign") == "end", "numbers stand below each other"


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/fa/releases/", "/fa/releases/2026.v2/", f"/fa{DIFFERENCE}", "/fa/data/"])
def test_a_name_keeps_its_direction_on_a_page_from_right_to_left(released_site: Site, page: Any, path: str) -> None:
    page.goto(f"{released_site}{path}")
    loose = """() => { const found = []; const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { const text = walk.currentNode;
            if (text.data.includes("2026.v2") && !text.parentElement.closest("[dir=ltr], [lang=en], .hush")) found.push(text.data); }
        return found; }"""
    assert page.evaluate(loose) == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["", "/fa"])
def test_a_line_ends_before_the_name_of_a_release_and_not_within_it(released_site: Site, page: Any, language: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{released_site}{language}{DIFFERENCE}")
    names = page.locator("main .head :is(h1, .stand) bdi[dir=ltr]")
    lines = names.evaluate_all("all => all.map(each => { each.textContent = '2026-11-30-second.v2'; return each.getClientRects().length; })")
    assert lines == [1, 1, 1, 1]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
@pytest.mark.parametrize(("language", "turned"), [("", "none"), ("/fa", "matrix(-1, 0, 0, 1, 0, 0)")])
def test_an_arrow_leads_from_what_was_to_what_is(released_site: Site, page: Any, language: str, turned: str) -> None:
    """What was stands at the right on a page from right to left."""
    page.goto(f"{released_site}{language}{DIFFERENCE}?list=recommendations")
    arrows = page.locator(".arrow").evaluate_all("all => all.map(each => getComputedStyle(each).transform)")
    assert arrows and set(arrows) == {turned}


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/releases/v1/", DIFFERENCE])
def test_numbers_are_apart_from_the_words_that_follow(released_site: Site, page: Any, path: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{released_site}{path}")
    padding = page.locator(".folds .num + :not(.num)").evaluate_all("all => all.map(each => parseFloat(getComputedStyle(each).paddingInlineStart))")
    assert padding and min(padding) >= 16


@pytest.mark.browser
@pytest.mark.parametrize("language", ["", "/fr"])
@pytest.mark.parametrize("width", [1024, 1280])
def test_the_name_of_a_list_is_not_broken_where_many_columns_stand_beside_it(released_site: Site, page: Any, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{released_site}{language}{DIFFERENCE}")
    many = '<span class="nowrap"><code>a_long_name_of_a_column</code> 12,</span> '
    page.locator(".folds td.small").evaluate_all("(all, many) => all.forEach(each => { each.innerHTML = many.repeat(12); })", many)
    lines = page.locator('.folds tbody th a[href^="#"]').evaluate_all("all => all.map(each => each.getClientRects().length)")
    assert lines and set(lines) == {1}
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# For catalogues and search engines -----------------------------------------------------------------------------------------


def test_a_release_is_in_the_catalogue_with_its_files_and_their_hashes(released: str) -> None:
    said = json.loads(read("/data/catalog.jsonld"))
    (found,) = [each for each in said["dcat:dataset"] if each.get("dcat:version") == "v1"]
    assert found["dcat:landingPage"]["@id"].endswith("/releases/v1/")
    held = {file.path: file for file in ReleaseFile.objects.filter(release="v1", rows__isnull=False)}
    packed, *files = found["dcat:distribution"]
    assert packed["dcat:downloadURL"]["@id"].endswith("/releases/v1.zip")
    assert len(files) == len(held)
    for each in files:
        file = held[each["@id"].rsplit("/", 1)[1]]
        assert each["dcat:byteSize"]["@value"] == str(file.size)
        assert each["spdx:checksum"]["spdx:checksumValue"]["@value"] == file.sha256


def test_a_release_states_itself_as_a_dataset(released: str) -> None:
    page = answer("/releases/v1/").content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    said, made = json.loads(block), Release.objects.get(name="v1")
    assert (said["@type"], said["version"], said["identifier"]) == ("Dataset", "v1", made.manifest_hash)
    assert said["datePublished"] == made.released_at.date().isoformat()
    for each in said["distribution"]:
        assert answer(each["contentUrl"].removeprefix("http://localhost")).status_code == 200
    assert '<meta property="og:title" content="Policy-recommendation tracker: release v1">' in page
    assert made.manifest_hash in page.split('id="h-cite"')[1], "who cites it can say by what its files are known"


def test_a_list_in_which_nothing_differs_says_so(released: str) -> None:
    page = text_of("/releases/v1...v1/?list=addressees")
    assert "0 rows differ" in page
    assert "In numbers" not in page


def test_each_list_of_a_difference_is_an_address_of_its_own(released: str) -> None:
    """For search engines, which are asked to keep the difference alone."""
    page = answer(f"{DIFFERENCE}?list=addressees").content.decode()
    assert f'<link rel="canonical" href="http://localhost{DIFFERENCE}?list=addressees">' in page
    assert "noindex" in page


def test_a_name_of_digits_keeps_them_on_every_page(desk: str) -> None:
    """It is what is typed and cited: 2026.12 is no number to be written in other digits."""
    builders.put_out(builders.document("PAPER"))
    make("2026.12")
    for path in ("/fa/releases/", "/fa/releases/2026.12/", "/fa/data/"):
        page = answer(path).content.decode().split("<main")[1].split("</main>")[0]
        assert "2026.12" in page
        assert "۲۰۲۶.۱۲" not in page and "۲۰۲۶٫۱۲" not in page, path


def test_a_release_has_no_column_of_what_was_asked(released: str) -> None:
    """Nobody asks for it with parameters, so that none was left aside."""
    for file in ReleaseFile.objects.filter(rows__isnull=False):
        assert "ignored" not in file.columns
    assert '"ignored"' not in read("/releases/v1/datapackage.json").decode()
