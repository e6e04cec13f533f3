"""`benchmark`: a table with a row for everything, beside limit and peers; nothing of it stays in the database. How fast anything is, is not asked."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.urls import get_resolver

from config.trouble import Trouble
from tracker.benchmarking import load, overload, running
from tracker.benchmarking.asked import Failed, Site
from tracker.benchmarking.measuring import Times
from tracker.benchmarking.running import OVERLOAD, WARM, every_name
from tracker.management.commands import benchmark

TIME = r"[0-9.,]+ \([0-9.,]+\)"
RATIO = r"[0-9.,]+"


@pytest.fixture
def quick_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of a page under load without any."""

    def measured(path: str, seconds: float) -> Iterator[tuple[str, load.Load]]:
        yield "product", load.Load(1000.0, Times((0.01, 0.02)), 0)
        yield "limit", load.Load(4000.0, Times((0.001, 0.002)), 0)

    def overloaded(published: Any, seconds: float) -> overload.Overload:
        alone, ordinary = overload.Had({200: [0.01] * 100}, 1.0), overload.Had({200: [0.02] * 80, 404: [0.1]}, 1.0)
        costly = overload.Had({200: [1.0], 503: [0.003] * 7, 0: [2.0]}, 1.0)
        return overload.Overload("/search/?q", 0.5, alone, (overload.Beside(6, ordinary, costly),))

    monkeypatch.setattr(load, "measured", measured)
    monkeypatch.setattr(overload, "measured", overloaded)


def run(tmp_path: Path, **options: Any) -> str:
    """The table of a run."""
    file = tmp_path / "table.md"
    call_command("benchmark", output=file, **{"rounds": 1, "verbosity": 0, **options})
    return file.read_text()


def cells(text: str) -> dict[str, list[str]]:
    """The cells of each row of the first table that has a name, by the name."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if named := re.match(r"\| `([a-z0-9-]+)` \| (.*) \|$", line):
            found.setdefault(named[1], named[2].split(" | "))
    return found


def everything() -> dict[str, str]:
    """What every table of the database holds, as one hash a table."""
    found = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'editions')")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t")
            found[table] = cursor.fetchone()[0]
    return found


def test_every_row_has_its_numbers_and_nothing_of_it_stays(generated: str, no_datasette: None, quick_load: None, tmp_path: Path) -> None:
    before = everything()
    text = run(tmp_path)
    assert everything() == before
    found = cells(text)
    assert [*found, WARM, OVERLOAD] == every_name()
    for name, (_title, here, questions, memory, limit, ratio, *peers) in found.items():
        assert re.fullmatch(TIME, here), (name, here)
        assert int(questions) > 0, name
        assert re.fullmatch(TIME, memory), (name, memory)
        assert re.fullmatch(TIME, limit), (name, limit)
        assert re.fullmatch(RATIO, ratio), (name, ratio)
        assert all(each == "–" or re.fullmatch(rf"{TIME}|{RATIO}", each) for each in peers), (name, peers)
    assert re.search(rf"here: the dashboard.* \| 1,000 \| 0.25 \| {TIME} \| 0 \|", text)
    assert re.search(r"\| nobody \| 100 \| 1.00 \| 10.0 \(10.0\) \|", text)
    assert re.search(r"\| 6 clients.* \| 80 \| 0.80 \| 20.0 \(20.0\) \| 1 \| 1,000 \(1,000\) \| 7 \| 3.0 \(3.0\) \| 2 \|", text)
    assert "is `/search/ by a word`: 500 ms by itself" in text
    assert "REST framework, ms" in text
    assert "stock admin, ms" in text
    assert "Datasette could not be installed (no network)." in text
    assert "65 recommendations" in text
    assert re.search(r"[0-9]+ cores .*Python [0-9.]+, Django [0-9.]+, PostgreSQL [0-9.]+", text, re.DOTALL)


def test_it_is_whole_tables_of_markdown(generated: str, no_datasette: None, quick_load: None, tmp_path: Path) -> None:
    blocks = run(tmp_path, rounds=2, only=["dashboard", "csv", WARM]).split("\n\n")
    tables = [block.splitlines() for block in blocks if block.startswith("|")]
    assert len(tables) == 4
    for head, rule, *lines in tables:
        assert re.fullmatch(r"\|( --- \|)+", rule)
        assert lines
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in (head, rule, *lines)}) == 1
    assert all(block.startswith(("#", "|", "-", "  -")) or block.strip() for block in blocks)
    assert not re.search(r"\bNone\b|<[a-z]+[ .]", "\n".join(blocks))


def test_rows_can_be_chosen_and_peers_left_out(generated: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = run(tmp_path, only=["government", "list-2"], no_peers=True, rounds=3)
    assert list(cells(text)) == ["list-2", "government"]
    assert "Incomplete" in text
    assert "stock admin" not in text.split("\n- **Here**")[0]
    assert "`manage.py benchmark --rounds 3 --only government --only list-2 --no-peers`" in text
    assert text.strip() in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"only": ["dashbord"]}, r"^There is no row 'dashbord'; --only takes one of dashboard, list-0, .* publish, warm, overload\.$"),
        ({"output": Path("/no/such/folder/table.md")}, r"^/no/such/folder/table\.md cannot be written; --output takes a file in a folder"),
        ({"output": Path("/tmp")}, r"^/tmp cannot be written"),
    ],
)
def test_bad_options_give_one_sentence(generated: str, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Trouble, match=sentence):
        call_command("benchmark", **{"rounds": 1, **options})


@pytest.mark.parametrize("wrong", ["many", "0", "-1", "10001", "1.5", ""])
def test_a_number_of_rounds_that_cannot_be_is_refused(wrong: str) -> None:
    with pytest.raises(Trouble, match=r"^Say with --rounds how often each is asked, from 1 to 10,000\.$"):
        call_command("benchmark", f"--rounds={wrong}")


def test_a_database_without_records_is_refused(desk: str, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="holds no published recommendation, so there is nothing to measure"):
        run(tmp_path)
    assert not (tmp_path / "table.md").exists()


def test_what_was_measured_before_an_interruption_is_written(generated: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(self: Site, path: str, query: Any = None) -> int:
        if path.startswith("/governments/"):
            raise KeyboardInterrupt
        return 1

    monkeypatch.setattr(Site, "get", interrupted)
    with pytest.raises(Trouble, match=r"^Interrupted: what was measured until then is in .*table\.md, which says that it is incomplete\.$"):
        run(tmp_path, only=["dashboard", "government", "matrix"], no_peers=True)
    text = (tmp_path / "table.md").read_text()
    assert list(cells(text)) == ["dashboard"]
    assert "**Incomplete" in text
    assert "It was interrupted: rows that were not whole by then are left out." in text


def test_only_a_whole_run_writes_the_table_of_the_repository(
    generated: str, no_datasette: None, quick_load: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    monkeypatch.setattr(benchmark, "MEASURED", tmp_path / "measured.md")
    settings.STATE_DIR = tmp_path
    call_command("benchmark", rounds=1, only=["matrix"], verbosity=0)
    assert not (tmp_path / "measured.md").exists()
    assert "**Incomplete" in (tmp_path / "benchmark" / "measured.md").read_text()
    call_command("benchmark", rounds=1, verbosity=0)
    assert "**Incomplete" in (tmp_path / "benchmark" / "measured.md").read_text()  # without Datasette it is not whole
    assert not (tmp_path / "measured.md").exists()

    @contextmanager
    def there(*_args: Any) -> Iterator[None]:
        yield None

    monkeypatch.setattr(running.datasette, "running", there)
    call_command("benchmark", rounds=1, verbosity=0)
    assert "Incomplete" not in (tmp_path / "measured.md").read_text()


def test_an_answer_that_is_no_page_is_told(generated: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(self: Site, path: str, query: Any = None) -> int:
        raise Failed("answers 503")

    monkeypatch.setattr(Site, "get", refused)
    (row,) = cells(run(tmp_path, only=["matrix"], no_peers=True)).values()
    assert row[1] == "answers 503"
    assert re.fullmatch(TIME, row[4])
    assert row[5] == "–"


def test_nothing_of_it_is_routed_by_the_product() -> None:
    def modules(resolver: Any) -> Iterator[str]:
        for each in resolver.url_patterns:
            if hasattr(each, "url_patterns"):
                yield from modules(each)
            else:
                yield each.callback.__module__

    assert not [name for name in modules(get_resolver()) if name.startswith("tracker.benchmarking")]


@pytest.mark.slow
def test_a_warm_page_under_load(generated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.benchmarking.settings")
    monkeypatch.setenv("TRIAL_DATABASE", generated)
    found = dict(load.measured("/", 1.0))
    assert list(found) == ["product", "limit"]
    for measured in found.values():
        assert measured.per_second > 0
        assert measured.failed == 0
        assert measured.latencies.median > 0


@pytest.mark.slow
def test_more_readers_than_there_is_room_for(generated: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.benchmarking.settings")
    monkeypatch.setenv("TRIAL_DATABASE", generated)
    text = run(tmp_path, overload=True, no_peers=True)
    assert "## More readers than there is room for" in text
    assert "`manage.py benchmark --rounds 1 --only overload --no-peers`" in text
    lines = [line.split(" | ") for line in text.split("## More readers")[1].splitlines() if re.match(r"\| (nobody|[0-9]+ clients)", line)]
    assert [line[0] for line in lines] == ["| nobody", "| 6 clients of the costliest", "| 24 clients of the costliest"]
    for line in lines:
        assert float(line[1]) > 0
        assert line[-1] == "0 |", "nothing but pages and refusals in words"


@pytest.mark.slow
def test_what_is_put_under_load_is_the_page_that_is_kept(generated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.benchmarking.settings")
    monkeypatch.setenv("TRIAL_DATABASE", generated)
    deadline = time.monotonic() + 60
    with load.serving(load.PRODUCT, 1) as port:
        while load.ask(port, "/").body != load.ask(port, "/").body:  # Django pads each of its compressed answers with other bytes
            assert time.monotonic() < deadline
