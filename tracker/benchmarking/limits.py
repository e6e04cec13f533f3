"""The limit: what each page says, asked of the same tables by SQL written by hand, without a framework, a template or a word around it.

Each function gives the statements of one page, with their parameters: a day, and an instant or nothing for what the site says now. The tests hold
their numbers equal to those of the pages. Of the facets of a list those are counted that a column of the addressee holds; not groups, nor the time
to the first action, nor the references, each of which counts once.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections
from psycopg import sql

from tracker.benchmarking.asking import Filters
from tracker.editions.tables import DESK, PUBLIC
from tracker.public import columns
from tracker.public.formats.said import TAIL
from tracker.public.layout import COLUMNS_PER_PAGE, ROWS_PER_PAGE
from tracker.rules.crosswalk import CROSSWALK, to_foreign
from tracker.rules.lag import LIMITS
from tracker.rules.languages import ALL
from tracker.rules.vocabulary import Basis, Corroboration, Provenance, Status, Word

PER_PAGE = 50
DESK_PER_PAGE = 100
SEARCHED = ("reference", "number", "short_title", "statement", "made_by", "target")
"""What the desk searches in a recommendation."""


@dataclass(frozen=True)
class Statement:
    """A question in SQL and its parameters by name."""

    sql: str
    parameters: Mapping[str, Any]


@contextmanager
def connection() -> Iterator[Any]:
    """One of its own, as the public's role, that waits as long as it takes: those of the pages keep their limits."""
    own = connections.create_connection(PUBLIC)
    try:
        with own.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        yield own
    finally:
        own.close()


def answers(over: Any, statements: Sequence[Statement]) -> list[list[tuple[Any, ...]]]:
    """The rows that each statement gives."""
    found = []
    with over.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.sql, statement.parameters)
            found.append(cursor.fetchall())
    return found


# --- What all of them ask by -----------------------------------------------------------------------------------------------


def _said(known: dt.datetime | None, table: str = "") -> str:
    name = f"{table}." if table else ""
    if known is None:
        return f"{name}known_to IS NULL"
    return f"{name}known_from <= %(known)s AND ({name}known_to IS NULL OR {name}known_to > %(known)s)"


def _standing(known: dt.datetime | None) -> str:
    """Of an addressee: what holds on the day."""
    return f"{_said(known)} AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)"


def _both_there(known: dt.datetime | None) -> str:
    """Of an effect: action and recommendation are there by the day."""
    return f"{_said(known)} AND last_day <= %(day)s AND recommended_last <= %(day)s"


# --- The dashboard ---------------------------------------------------------------------------------------------------------


def dashboard(day: dt.date, known: dt.datetime | None = None) -> list[Statement]:
    """Counts by government and status; by document and status; of effects; uptake by year; lags; what is newest."""
    said, standing, both = _said(known), _standing(known), _both_there(known)
    statements = [
        f"SELECT count(*) FROM editions.recommendation WHERE {said} AND recommended_last <= %(day)s",
        "SELECT government, min(government_name), status, count(*) FILTER (WHERE counted), count(*) FILTER (WHERE counted AND disputed),"
        " count(*) FILTER (WHERE counted AND basis IN ('named', 'group_member')), count(assessment),"
        " count(*) FILTER (WHERE assessment IS NOT NULL AND disputed),"
        " count(*) FILTER (WHERE assessment IS NOT NULL AND corroboration = 'single_source'),"
        " count(*) FILTER (WHERE assessment IS NOT NULL AND claimed_by <> '{}'),"
        " count(*) FILTER (WHERE assessment IS NOT NULL AND search_due_on <= %(day)s),"
        " count(*) FILTER (WHERE assessment IS NOT NULL AND provenance = 'shipped')"
        f" FROM editions.addressee WHERE {standing} GROUP BY government, status",
        "SELECT made.source, document.title, made.number, made.first_on, counts.by_status FROM"
        " (SELECT coalesce(made_in, known_from_document) AS source, count(*) AS number, min(recommended_first) AS first_on"
        f" FROM editions.recommendation WHERE {said} AND recommended_last <= %(day)s GROUP BY 1) AS made"
        f" JOIN editions.document ON document.key = made.source AND {_said(known, 'document')}"
        " LEFT JOIN (SELECT source, json_object_agg(status, number) AS by_status FROM"
        " (SELECT coalesce(r.made_in, r.known_from_document) AS source, status, count(*) AS number FROM editions.addressee"
        f" JOIN (SELECT reference, made_in, known_from_document FROM editions.recommendation WHERE {said}) AS r ON r.reference = recommendation"
        f" WHERE {standing} AND counted GROUP BY 1, 2) AS each GROUP BY source) AS counts ON counts.source = made.source ORDER BY made.first_on",
        "SELECT government, earlier, count(*),"
        " count(*) FILTER (WHERE earlier = 'yes' AND direction IN ('fulfils', 'partly_fulfils') AND (ended_on IS NULL OR ended_on > %(day)s))"
        f" FROM editions.effect WHERE {both} GROUP BY government, earlier",
        "SELECT status, extract(year FROM valid_from), extract(year FROM valid_to), count(*) FROM editions.addressee"
        f" WHERE {said} AND counted AND valid_from <= %(day)s GROUP BY 1, 2, 3",
        _lags(standing, both),
        f"SELECT * FROM editions.addressee WHERE {standing} AND counted AND assessment IS NOT NULL"
        " ORDER BY valid_from DESC, recommendation, government LIMIT 5",
        f"SELECT * FROM editions.action WHERE {said} AND last_day <= %(day)s ORDER BY last_day DESC, key LIMIT 6",
        f"SELECT * FROM editions.site_edition{'' if known is None else ' WHERE published_at <= %(known)s'} ORDER BY number DESC LIMIT 5",
    ]
    return [Statement(each, {"day": day, "known": known}) for each in statements]


def _lags(standing: str, both: str) -> str:
    """tracker.rules.lag.first_action over all counted addressees; a class by its number, then none (-2) and uncertain (-1)."""

    def number_of_class(start: str, end: str) -> str:
        ends = (f"{end} <= ({start} + make_interval(months => {months}))::date" for months, _word in LIMITS)
        steps = "".join(f" WHEN {within} THEN {place}" for place, within in enumerate(ends))
        return f"CASE{steps} ELSE {len(LIMITS)} END"

    first = "(recommended_on || substr('-01-01', length(recommended_on) - 3))::date"
    return (
        "SELECT CASE WHEN bearing IS NULL THEN -2 WHEN latest IS NULL OR shortest <> longest THEN -1 ELSE shortest END, count(*) FROM ("
        f" SELECT bearing, latest, CASE WHEN may_be_at_once THEN 0 ELSE {number_of_class('recommended_last', 'soonest')} END AS shortest,"
        f" {number_of_class(first, 'latest')} AS longest FROM (SELECT recommendation, government, recommended_on FROM editions.addressee"
        f" WHERE {standing} AND counted) AS a LEFT JOIN (SELECT recommendation, government, true AS bearing,"
        " max(recommended_last) AS recommended_last, bool_or(earlier = 'unknown') AS may_be_at_once,"
        " min(first_day) FILTER (WHERE earlier = 'no') AS soonest,"
        " min(last_day) FILTER (WHERE earlier = 'no') AS latest FROM editions.effect"
        f" WHERE {both} AND direction IN ('fulfils', 'partly_fulfils') AND earlier <> 'yes' GROUP BY 1, 2) AS e USING (recommendation, government)"
        ") AS each GROUP BY 1"
    )


# --- Lists -----------------------------------------------------------------------------------------------------------------

_YES_OR_NO = {"disputed": "disputed", "claimed": "claimed_by <> '{}'", "counted": "counted"}
_WORDS: Mapping[str, type[Word]] = {"status": Status, "corroboration": Corroboration, "basis": Basis, "provenance": Provenance}
_OF_THE_RECOMMENDATION = {"measure": "measure", "year": "year", "document": "unnest(documents)", "theme": "unnest(themes)"}
"""Facets by what all addressees of a recommendation have in common."""
FACETS = ("government", *_OF_THE_RECOMMENDATION, *_WORDS, *_YES_OR_NO, "search")
_COLUMNS = (
    "recommendation", "status", "government", "measure", "corroboration", "basis", "provenance", "year", "documents", "themes", "disputed",
    "claimed_by", "counted", "search_due_on",
)  # fmt: skip


def _values(facet: str) -> dict[str, str]:
    """The values of a facet that has few, each with the condition by which an addressee has it."""
    if facet in _WORDS:
        return {word.value: f"{facet} = '{word.value}'" for word in _WORDS[facet]}
    if facet == "search":
        return {"due": "search_due_on <= %(day)s", "holds": "search_due_on > %(day)s"}
    return {"yes": _YES_OR_NO[facet], "no": f"NOT ({_YES_OR_NO[facet]})"}


def a_list(filters: Filters, day: dt.date, known: dt.datetime | None = None, word: str = "") -> list[Statement]:
    """In one row: how many recommendations and counted addressees match, the first fifty with these addressees, every facet without its filter.

    The addressees that match are read once, and once more for each filter. Of values that are few a recommendation has a bit each, so that
    different recommendations are counted by bits.
    """
    parameters: dict[str, Any] = {"day": day, "known": known, "word": word, "configurations": list(ALL)}
    parameters |= {f"f_{name}": value == "yes" if name in _YES_OR_NO else value for name, value in filters}
    said, standing = _said(known), _standing(known)
    chosen = [name for name, _value in filters]

    def matching(without: str = "") -> str:
        return standing + "".join(f" AND {name} = %(f_{name})s" for name in chosen if name != without)

    with_the_word = " AND recommendation IN (SELECT key FROM found)" if word else ""
    sets = {"matching": matching(), **{f"without_{name}": matching(name) for name in chosen}}
    masks = [f"bit_or({_bits(name)}) AS {name}" for name in (*_WORDS, *_YES_OR_NO, "search")]
    tables = [
        *([_found(known)] if word else []),
        *(f"{name} AS MATERIALIZED (SELECT {', '.join(_COLUMNS)} FROM editions.addressee WHERE {of}{with_the_word})" for name, of in sets.items()),
        "each_one AS MATERIALIZED (SELECT recommendation, min(measure) AS measure, min(year) AS year, min(documents) AS documents,"
        f" min(themes) AS themes, {', '.join(masks)} FROM matching GROUP BY recommendation)",
    ]
    page = (
        "SELECT r.*, (SELECT json_agg(row_to_json(a) ORDER BY government_name) FROM editions.addressee AS a WHERE recommendation = r.reference"
        f" AND {matching()}) AS addressees FROM editions.recommendation AS r WHERE {said} AND recommended_last <= %(day)s"
        f" AND reference IN (SELECT recommendation FROM each_one) ORDER BY recommended_first, reference LIMIT {PER_PAGE}"
    )
    statement = (
        f"WITH {', '.join(tables)} SELECT (SELECT count(*) FROM each_one), (SELECT count(*) FILTER (WHERE counted) FROM matching),"
        f" (SELECT json_agg(row_to_json(p)) FROM ({page}) AS p),"
        f" (SELECT json_agg(json_build_array(facet, value, number)) FROM ({' UNION ALL '.join(_counts(chosen))}) AS c (facet, value, number))"
    )
    return [Statement(statement, parameters)]


def _bits(facet: str) -> str:
    return "CASE " + " ".join(f"WHEN {condition} THEN {1 << place}" for place, condition in enumerate(_values(facet).values())) + " ELSE 0 END"


def _counts(chosen: Sequence[str]) -> Iterator[str]:
    """Questions that give the facets, as name, value and number."""
    few = [name for name in (*_WORDS, *_YES_OR_NO, "search") if name not in chosen]
    places = [(name, value, place) for name in few for place, value in enumerate(_values(name))]
    numbers = ", ".join(f"count(*) FILTER (WHERE {name} & {1 << place} <> 0) AS {name}_{place}" for name, _value, place in places)
    lines = ", ".join(f"('{name}', '{value}', {name}_{place})" for name, value, place in places)
    yield f"SELECT v.* FROM (SELECT {numbers} FROM each_one) AS n, LATERAL (VALUES {lines}) AS v (facet, value, number) WHERE number > 0"
    for name, expression in _OF_THE_RECOMMENDATION.items():
        if name not in chosen:
            yield f"SELECT '{name}', value::text, count(*) FROM (SELECT {expression} AS value FROM each_one) AS e GROUP BY value"
    # A recommendation addresses a government once.
    yield f"SELECT 'government', government, count(*) FROM {'without_government' if 'government' in chosen else 'matching'} GROUP BY government"
    for name in chosen:
        if name != "government":
            value = f"CASE WHEN {_YES_OR_NO[name]} THEN 'yes' ELSE 'no' END" if name in _YES_OR_NO else name
            distinct = f"SELECT DISTINCT recommendation, {value} AS value FROM without_{name}"
            yield f"SELECT '{name}', value::text, count(*) FROM ({distinct}) AS d WHERE value IS NOT NULL GROUP BY value"


def _found(known: dt.datetime | None) -> str:
    """The recommendations that say the word, each text read in its own language."""
    return (
        "asked AS MATERIALIZED (SELECT query, array_agg(config) AS configs FROM (SELECT config,"
        " phraseto_tsquery(('pg_catalog.' || config)::regconfig, editions.folded(%(word)s)) AS query"
        " FROM unnest(%(configurations)s::text[]) AS config) AS each GROUP BY query),"
        " found AS MATERIALIZED (SELECT DISTINCT key FROM editions.passage AS p"
        f" JOIN asked ON p.config = ANY (asked.configs) AND p.search @@ asked.query WHERE {_said(known)} AND kind = 'recommendation'"
        " AND (told_from IS NULL OR told_from <= %(day)s))"
    )


# --- Single records --------------------------------------------------------------------------------------------------------


def recommendation(reference: str, day: dt.date) -> list[Statement]:
    """All of it in one row: itself, addressees, assessments, effects, actions, citations, translations, editions."""
    said = "known_to IS NULL"
    mine = f"{said} AND recommendation = r.reference"
    keys = {
        "assessment": f"SELECT key FROM editions.assessment WHERE {mine} AND effective_day <= %(day)s",
        "action": f"SELECT action FROM editions.effect WHERE {mine} AND last_day <= %(day)s AND recommended_last <= %(day)s",
    }
    serving = "SELECT 'recommendation' AS kind, r.reference AS key" + "".join(
        f" UNION SELECT '{kind}', k.* FROM ({of}) AS k" for kind, of in keys.items()
    )
    parts = {
        "addressees": f"editions.addressee AS x WHERE {mine} AND valid_from <= %(day)s",
        "assessments": f"editions.assessment AS x WHERE {mine} AND effective_day <= %(day)s",
        "effects": f"editions.effect AS x WHERE {mine} AND last_day <= %(day)s AND recommended_last <= %(day)s",
        "actions": f"editions.action AS x WHERE {said} AND key IN ({keys['action']})",
        "citations": f"({serving}) AS s JOIN editions.citation AS x ON record_kind = s.kind AND record_key = s.key WHERE {said}",
        "documents": f"editions.document AS x WHERE {said} AND key = ANY (r.documents)",
        "translations": f"editions.translation AS x WHERE {said} AND record_kind = 'recommendation' AND record_key = r.reference",
        "editions": "(SELECT edition, change, reason, recorded_by, approved_by, published_by, known_from FROM editions.record"
        " WHERE kind = 'recommendation' AND key = r.reference) AS x",
    }
    return [_in_one_row("editions.recommendation AS r", "reference", reference, day, parts)]


def government(code: str, day: dt.date) -> list[Statement]:
    """All of it in one row: itself, addressees, assessments, actions with their effects."""
    mine = "known_to IS NULL AND government = r.code"
    parts = {
        "addressees": f"editions.addressee AS x WHERE {mine} AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)",
        "assessments": f"editions.assessment AS x WHERE {mine} AND effective_day <= %(day)s",
        "actions": f"editions.action AS x WHERE {mine} AND last_day <= %(day)s",
        "effects": f"editions.effect AS x WHERE {mine} AND last_day <= %(day)s AND recommended_last <= %(day)s",
    }
    return [_in_one_row("editions.government AS r", "code", code, day, parts)]


def _in_one_row(table: str, column: str, key: str, day: dt.date, parts: Mapping[str, str]) -> Statement:
    aggregated = ", ".join(f"(SELECT json_agg(row_to_json(x)) FROM {of}) AS {name}" for name, of in parts.items())
    return Statement(f"SELECT row_to_json(r), {aggregated} FROM {table} WHERE {column} = %(key)s AND known_to IS NULL", {"key": key, "day": day})


def matrix(day: dt.date) -> list[Statement]:
    """Tallies of every government; the recommendations of the first page with theirs; the cells of that page."""
    standing = _standing(None)
    heading = "coalesce(made_in, known_from_document)"
    statements = [
        "SELECT government, min(government_name), status, count(*), count(*) FILTER (WHERE disputed) FROM editions.addressee"
        f" WHERE {standing} AND counted GROUP BY government, status",
        f"SELECT count(DISTINCT recommendation) FROM editions.addressee WHERE {standing} AND counted",
        "WITH down AS MATERIALIZED (SELECT reference, short_title, recommended_first, heading FROM (SELECT reference, short_title, recommended_first,"
        f" {heading} AS heading, min(recommended_first) OVER (PARTITION BY {heading}) AS heading_first FROM editions.recommendation"
        f" WHERE {_said(None)} AND recommended_last <= %(day)s AND reference IN (SELECT recommendation FROM editions.addressee"
        f" WHERE {standing} AND counted)) AS each"
        f" ORDER BY heading_first, heading, recommended_first, reference LIMIT {ROWS_PER_PAGE}), across AS MATERIALIZED (SELECT government"
        f" FROM editions.addressee WHERE {standing} AND counted GROUP BY government ORDER BY lower(min(government_name)), government"
        f" LIMIT {COLUMNS_PER_PAGE}) SELECT down.*, (SELECT json_object_agg(status, number) FROM (SELECT status, count(*) AS number"
        f" FROM editions.addressee WHERE recommendation = down.reference AND {standing} AND counted GROUP BY status) AS s),"
        " (SELECT json_agg(json_build_array(government, status, effective_on, supports, disputes, claimed_by, corroboration, provenance))"
        f" FROM editions.addressee WHERE recommendation = down.reference AND {standing} AND counted AND government IN (TABLE across)),"
        " (SELECT json_agg(DISTINCT government) FROM editions.effect WHERE recommendation = down.reference AND earlier = 'yes'"
        f" AND government IN (TABLE across) AND {_both_there(None)}) FROM down",
    ]
    return [Statement(each, {"day": day}) for each in statements]


# --- The desk --------------------------------------------------------------------------------------------------------------


def at_the_desk(word: str = "") -> list[list[tuple[Any, ...]]]:
    """How many recommendations the desk has, or of them with a word in them; and the first, each with the number of its addressees.

    Over the desk's own connection, as the public's role reads nothing there.
    """
    columns = " OR ".join(f"{name} ILIKE %(word)s" for name in SEARCHED)
    condition = f"WHERE {columns}" if word else ""
    statements = [
        f"SELECT count(*) FROM tracker_recommendation {condition}",
        "SELECT r.*, (SELECT count(*) FROM tracker_addressee WHERE recommendation_id = r.id),"
        " (SELECT name FROM tracker_measure WHERE id = measure_id)"
        f" FROM tracker_recommendation AS r {condition} ORDER BY reference LIMIT {DESK_PER_PAGE}",
    ]
    return answers(connections[DESK], [Statement(each, {"word": f"%{word}%"}) for each in statements])


# --- Everything as a file --------------------------------------------------------------------------------------------------


def copied(over: Any, ending: str, day: dt.date) -> tuple[int, int]:
    """Every addressee of a day by bare COPY, as CSV or as JSON lines, read to its end: lines and bytes. CSV has a header."""
    lines = size = 0
    over.ensure_connection()
    with over.connection.cursor() as cursor, cursor.copy(bare_copy(ending, day)) as copy:
        for block in copy:
            lines, size = lines + 1, size + len(block)  # the server sends a row a message
    return lines, size


def bare_copy(ending: str, day: dt.date) -> sql.Composed:
    """The statement: the cells of the file, as plainly as SQL says them.

    No text is looked at for formulas, and replies are copied as they lie there.
    """
    names = [column.name for column in (*columns.ADDRESSEES.columns, *TAIL)]
    said = (sql.SQL(_CELLS.get(name) or _crosswalk(name) or f'"{name}"').format(day=sql.Literal(day)) for name in names)
    chosen = sql.SQL(", ").join(sql.SQL("{} AS {}").format(each, sql.Identifier(name)) for each, name in zip(said, names, strict=True))
    rows = sql.SQL(
        "SELECT {} FROM editions.addressee WHERE known_to IS NULL AND valid_from <= {day} AND (valid_to IS NULL OR valid_to > {day})"
        " ORDER BY recommendation, government"
    ).format(chosen, day=sql.Literal(day))
    if ending == "csv":
        return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(rows)
    return sql.SQL("COPY (SELECT row_to_json(r) FROM ({}) AS r) TO STDOUT").format(rows)


_CELLS = {
    "search_due_since": "CASE WHEN search_due_on <= {day} THEN search_due_on END",
    "claimed_by": "array_to_string(claimed_by, '; ')",
    "url": "'http://localhost/recommendations/' || recommendation || '/#' || government",
    "as_of": "{day}::date",
    "site_edition": "1",
    **dict.fromkeys(("known", "filter", "ignored"), "NULL"),
}
"""Cells that are no column of the table."""


def _crosswalk(name: str) -> str:
    vocabulary = name.removeprefix("status_")
    if vocabulary not in CROSSWALK:
        return ""
    words = ((status.value, to_foreign(vocabulary, status)) for status in Status)
    chosen = " ".join(f"WHEN '{status}' THEN '{word}'" for status, word in words if word)
    return f"CASE status {chosen} ELSE '' END"
