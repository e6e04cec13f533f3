"""What the database makes of a row for files is what a plain reading of the rows says, whatever they hold, on any day and at any instant."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models
from django.db.models import GeneratedField
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.conftest import copy_of, pointing_at
from tests.public.plainly import Plain
from tracker.editions import tables
from tracker.fields import WordField
from tracker.public.clocks import Clocks
from tracker.public.columns import LISTINGS
from tracker.public.formats import Said, as_csv, as_json_lines
from tracker.public.shapes import is_free_text
from tracker.rules import vocabulary as words
from tracker.rules.dates import PartialDate
from tracker.rules.formulas import harmless

TODAY = dt.date(2026, 1, 1)
INSTANTS = [dt.datetime(2024, month, 1, 12, 30, 15, micro, dt.UTC) for month, micro in ((1, 0), (3, 250_000), (5, 0), (7, 1))]
DAYS = [dt.date(2018, 12, 31), dt.date(2019, 2, 27), dt.date(2019, 2, 28), dt.date(2020, 2, 29), dt.date(2020, 12, 31), TODAY]
DATES = ["2018", "2019-02", "2019-02-28", "2020-02-29", "2020-02", "2020", "2021-06-30"]
PIECES = [
    "plain", "=1+1", "-x", "a;=b", "a; 'b", "'q", "x\n@y", "x\r\ny", "\t+1", "\u00a0=z", "\u3000＝z", 'say "so"', "a,b", "\\", "\\.", "\\N",
    "\x01\x02", "وزارت; -خارجه", "“é”", "reported by The Paper", "%s {x}", " ",
]  # fmt: skip
texts = st.just("") | st.sampled_from(PIECES) | st.lists(st.sampled_from(PIECES), min_size=2, max_size=3).map("".join)
names = st.sampled_from(["The Paper", "= A; -B", "خبرگزاری", "reported by X"])
dates, maybe_dates = st.sampled_from(DATES), st.none() | st.sampled_from(DATES)
flags, small = st.booleans(), st.integers(0, 3)


def few(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    return st.lists(strategy, max_size=most)


def one_of(vocabulary: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([word.value for word in vocabulary])


def part(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(members)


uses = few(part(key=st.sampled_from(["C1", "C2", "C3"]), document=st.sampled_from(["D1", "D2", "D3"]), locator=texts, stance=one_of(words.Stance)), 3)
replies = few(part(key=names, said_by=names, on=dates, words=texts, language=st.just("fa"), note=texts, citations=uses))
parties = few(
    st.fixed_dictionaries(
        {"party": names, "name": texts, "kind": one_of(words.PartyKind), "standing": one_of(words.Standing), "on": dates, "said_by": names},
        optional={"wikidata": st.sampled_from(["", "Q1"]), "opensanctions": st.sampled_from(["", "NK-1"])},
    ).flatmap(lambda party: part(wording=texts, citations=uses).map(lambda more: party | more)),
    3,
)
moves = few(part(before=dates, after=maybe_dates, moved_on=dates, moved_by=st.none() | st.sampled_from(["", "= The ministry"]), reason=texts), 3)
searches = few(part(key=names, searched_on=dates, searched_by=names, where=texts, languages=texts, looked_for=texts, found=texts, limits=texts))
SHAPED: dict[str, st.SearchStrategy[Any]] = {
    "replies": replies,
    "parties": parties,
    "deadline_moves": moves,
    "searches": searches,
    "events": few(part(kind=one_of(words.EventKind), on=dates, decisive=flags, note=texts)),
    "positions": few(part(key=names, answer=one_of(words.Answer), on=dates, said_by=names, statement=texts, citations=uses)),
    "actions": few(st.sampled_from(["A1", "A2"])),
    "action": st.sampled_from(["A1", "A2"]),
    "superseded_by": st.none() | st.sampled_from(["K1", "K2"]),
    "code": st.sampled_from(["AL", "VA", "EU", "G-1"]),
    **dict.fromkeys(("recommended_on", "acted_on"), dates),
    **dict.fromkeys(("due_on", "effective_on", "searched_on", "published_on"), maybe_dates),
}
KEYS = {"DocumentEdition": ["D1", "D2"], "ActionEdition": ["A1", "A2"], "AssessmentEdition": ["K1", "K2"]}
ONE_A_KEY = (tables.DocumentEdition, tables.ActionEdition, tables.AssessmentEdition, tables.TranslationEdition, tables.RecordEdition)
WRITTEN = [*(table for table in tables.READING_TABLES if table is not tables.PassageEdition), tables.RecordEdition]


def value_of(table: Any, field: Any) -> st.SearchStrategy[Any]:
    """What may stand in a column."""
    found: st.SearchStrategy[Any]
    if field.name == "key" and table.__name__ in KEYS:
        return st.sampled_from(KEYS[table.__name__])
    if field.name in ("reference", "recommendation") or (table, field.name) == (tables.TranslationEdition, "record_key"):
        return st.sampled_from(["R1"] if field.name != "record_key" else ["R1", "A1", "K1", "D1"])
    if field.name in SHAPED:
        return SHAPED[field.name]
    if field.name in ("kind", "record_kind") and not getattr(field, "vocabulary", None):
        return st.sampled_from(["document", "recommendation", "action", "assessment"])
    match field:
        case WordField() if field.vocabulary:
            found = one_of(field.vocabulary)
        case models.BooleanField():
            found = flags
        case models.DateTimeField():
            found = st.sampled_from(INSTANTS)
        case models.DateField():
            found = st.sampled_from([PartialDate(date).last for date in DATES])
        case models.IntegerField():
            found = small
        case models.JSONField():
            found = st.just([])
        case models.CharField() | models.TextField() if field.max_length is None or field.max_length > 40:
            found = texts
        case models.CharField():
            found = st.sampled_from(["", "x"])
        case _:  # a list
            found = few(names) if isinstance(field.base_field, models.CharField) else st.just([])
    return st.none() | found if field.null else found


def row_of(table: Any) -> st.SearchStrategy[Any]:
    """A row of a table, said from one instant until another or until now."""
    fields = [field for field in table._meta.concrete_fields if not (field.primary_key or isinstance(field, GeneratedField))]
    columns = st.fixed_dictionaries({field.name: value_of(table, field) for field in fields if field.name not in ("known_from", "known_to")})
    said = st.sampled_from([(INSTANTS[0], None), (INSTANTS[0], INSTANTS[2]), (INSTANTS[2], None)])
    return st.tuples(columns, said).map(lambda pair: (table, fields, {**pair[0], "known_from": pair[1][0], "known_to": pair[1][1]}))


worlds = st.tuples(*(st.lists(row_of(table), min_size=1, max_size=2) for table in WRITTEN)).map(
    lambda found: _each_key_once([row for rows in found for row in rows])
)


def _each_key_once(rows: list[Any]) -> list[Any]:
    """No two rows of a record at once, and no longer period than it takes to end after its beginning: as the tables are."""
    kept, seen = [], set()
    for table, fields, row in rows:
        kind = row["kind"] if table is tables.RecordEdition else ""
        key = (table, kind, row.get("key") or row.get("reference"), row.get("text"), row.get("language"))
        row["valid_to"] = None
        if key in seen and table in ONE_A_KEY:
            continue
        seen.add(key)
        kept.append((table, fields, {name: value for name, value in row.items() if name in {field.name for field in fields}}))
    return kept


@pytest.fixture(scope="module")
def scribe(cluster: Any, empty_template: str, django_db_blocker: Any) -> Iterator[Any]:
    """Writes rows past every guard, in the place of those before."""
    with copy_of(cluster, empty_template) as name, cluster.connect(database=name) as superuser, django_db_blocker.unblock(), pointing_at(name):
        superuser.execute("SET session_replication_role = replica")

        def write(rows: list[Any]) -> None:
            for table in WRITTEN:
                superuser.execute(f"DELETE FROM {table._meta.db_table}")
            for table, fields, row in rows:
                values = [Jsonb(row[field.name]) if isinstance(field, models.JSONField) else row[field.name] for field in fields]
                columns = ", ".join(f'"{field.column}"' for field in fields)
                superuser.execute(f"INSERT INTO {table._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(values))})", values)
            superuser.commit()

        yield write


def written(response: Any) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds, day=st.sampled_from(DAYS), known=st.none() | st.sampled_from(INSTANTS), said_day=flags)
def test_files_say_what_a_plain_reading_of_the_rows_says(scribe: Any, world: list[Any], day: dt.date, known: Any, said_day: bool) -> None:
    scribe(world)
    clocks = Clocks(day, known, TODAY, known.isoformat() if known else "", as_of_is_said=said_day)
    plain, site = Plain(clocks), "https://site.test"
    for listing in LISTINGS.values():
        grammar = listing.filters(QueryDict(), clocks)
        rows = listing.queryset(clocks, grammar, QueryDict())
        said = Said(listing, grammar, clocks, site, "/file")
        names = [*(column.name for column in listing.columns), "url"]
        lines = [json.loads(line) for line in written(as_json_lines(said, rows)).split("\n") if line]
        expected = plain.objects(listing, rows, site)
        assert [{name: line[name] for name in names} for line in lines] == expected, listing.name
        table = list(csv.DictReader(io.StringIO(written(as_csv(said, rows)), newline="")))
        assert [{name: line[name] for name in names} for line in table] == plain.cells(listing, rows, site), listing.name


# What files take from a row, the row says of itself ------------------------------------------------------------------------------------


def test_each_row_says_whether_any_text_that_files_take_from_it_runs_as_a_formula() -> None:
    """A column that a list shows and the row does not ask about would go out as a formula."""
    for listing in LISTINGS.values():
        fields = {field.name: field for field in listing.table._meta.concrete_fields}
        if "runs_as_formula" not in fields:
            continue
        asked = {source.name for source in _sources(fields["runs_as_formula"].expression)}
        own = {"known_from": "known_from_document", "document_url": "url"}
        for column in listing.columns:
            if column.text is None and is_free_text(listing.shape_of(column)):
                assert own.get(column.name, column.name) in asked, f"{listing.name}: {column.name}"


def _sources(expression: Any) -> Iterator[Any]:
    for source in expression.get_source_expressions():
        if isinstance(source, models.F):
            yield source
        else:
            yield from _sources(source)


def test_no_word_of_a_vocabulary_runs_as_a_formula() -> None:
    """They are written as they are."""
    for listing in LISTINGS.values():
        for column in listing.columns:
            for word in listing.shape_of(column).get("enum", ()):
                assert word is None or harmless(word) == word, f"{listing.name}: {column.name}"
