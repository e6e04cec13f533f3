"""The desk's own tables out of the bodies of an edition: what recording each of them would leave, in one statement a table.

Statements take ``edition`` (its number) and ``by`` (who recorded it). They stand in the order in which rows refer to each other.
"""

from collections.abc import Sequence

_OWN = "now(), now(), %(by)s, %(by)s"
_STAMPS = "recorded_at, edited_at, recorded_by_id, edited_by_id"


def _of(kind: str) -> str:
    return f"editions.record AS r WHERE r.edition = %(edition)s AND r.kind = '{kind}'"


def _plain(columns: Sequence[str], body: str = "r.body") -> str:
    """Texts of a body under their own names; what is no text there says so itself."""
    return ", ".join(f"{body} ->> '{column}'" for column in columns)


DOCUMENT = (
    "key", "kind", "title", "author", "publisher", "published_on", "language", "url", "symbol", "celex", "bill", "legislature", "interest", "stake",
    "note",
)  # fmt: skip
RECOMMENDATION = (
    "reference", "number", "short_title", "statement", "statement_form", "language", "made_by", "locator", "recommended_on", "corroboration",
    "target", "addressed", "criteria_partial", "criteria_full", "due_on", "note",
)  # fmt: skip
TRANSLATION = ("text", "language", "words", "translates", "kind", "translator", "checked_by", "url", "locator")
CITATION = ("key", "locator", "says", "exact", "prefix", "suffix", "corroboration", "archived_as")
ACTION = (
    "key", "body", "title", "description", "scope_note", "legal_instrument", "celex", "bill", "legislature", "target", "corroboration", "note",
)  # fmt: skip
EFFECT = ("key", "reasoning", "corroboration")
ASSESSMENT = (
    "key", "status", "effective_on", "rationale", "confidence", "corroboration", "assessor_kind", "assessor", "source_status", "note", "departure",
)  # fmt: skip
SEARCH = ("key", "searched_on", "searched_by", "where", "languages", "looked_for", "found", "limits")
POSITION = ("key", "answer", "on", "statement", "said_by")

_USES = """
    SELECT r.kind, r.key, NULL AS position, use FROM editions.record AS r, jsonb_array_elements(r.body -> 'citations') AS use
    WHERE r.edition = %(edition)s
    UNION ALL
    SELECT 'position', r.key, position ->> 'key', use
    FROM editions.record AS r, jsonb_array_elements(r.body -> 'positions') AS position, jsonb_array_elements(position -> 'citations') AS use
    WHERE r.edition = %(edition)s AND r.kind = 'assessment'
"""


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


TABLES: tuple[str, ...] = (
    f"INSERT INTO tracker_document ({_names(DOCUMENT)}, title_is_description, {_STAMPS})"
    f" SELECT {_plain(DOCUMENT)}, (r.body ->> 'title_is_description')::boolean, {_OWN} FROM {_of('document')}",
    f"INSERT INTO tracker_recommendation ({_names(RECOMMENDATION)}, known_from_id, measure_id, {_STAMPS})"
    f" SELECT {_plain(RECOMMENDATION)}, (SELECT id FROM tracker_document WHERE key = r.body ->> 'known_from'),"
    f" (SELECT id FROM tracker_measure WHERE key = r.body ->> 'measure'), {_OWN} FROM {_of('recommendation')}",
    "INSERT INTO tracker_recommendation_themes (recommendation_id, theme_id)"
    " SELECT own.id, theme.id FROM editions.record AS r JOIN tracker_recommendation AS own ON own.reference = r.key"
    " CROSS JOIN jsonb_array_elements(r.body -> 'themes') AS named JOIN tracker_theme AS theme ON theme.key = named ->> 'key'"
    " WHERE r.edition = %(edition)s AND r.kind = 'recommendation'",
    "INSERT INTO tracker_addressee (recommendation_id, government_id, basis, note)"
    " SELECT own.id, government.id, named ->> 'basis', named ->> 'note'"
    " FROM editions.record AS r JOIN tracker_recommendation AS own ON own.reference = r.key"
    " CROSS JOIN jsonb_array_elements(r.body -> 'addressees') AS named"
    " JOIN tracker_government AS government ON government.code = named ->> 'government'"
    " WHERE r.edition = %(edition)s AND r.kind = 'recommendation'",
    f"INSERT INTO tracker_translation ({_names(TRANSLATION)}, recommendation_id)"
    f" SELECT {_plain(TRANSLATION, 'part')}, own.id"
    " FROM editions.record AS r JOIN tracker_recommendation AS own ON own.reference = r.key"
    " CROSS JOIN jsonb_array_elements(r.body -> 'translations') AS part WHERE r.edition = %(edition)s AND r.kind = 'recommendation'",
    f"INSERT INTO tracker_citation ({_names(CITATION)}, document_id)"
    f" SELECT DISTINCT ON (use ->> 'key') {_plain(CITATION, 'use')}, document.id"
    f" FROM ({_USES}) AS uses JOIN tracker_document AS document ON document.key = use ->> 'document'",
    f"INSERT INTO tracker_action ({_names(ACTION)}, government_id, measure_id, {_STAMPS})"
    f" SELECT {_plain(ACTION)}, (SELECT id FROM tracker_government WHERE code = r.body ->> 'government'),"
    f" (SELECT id FROM tracker_measure WHERE key = r.body ->> 'measure'), {_OWN} FROM {_of('action')}",
    'INSERT INTO tracker_actionevent (action_id, kind, "on", decisive, note)'
    " SELECT own.id, event ->> 'kind', event ->> 'on', (event ->> 'decisive')::boolean, event ->> 'note'"
    " FROM editions.record AS r JOIN tracker_action AS own ON own.key = r.key CROSS JOIN jsonb_array_elements(r.body -> 'events') AS event"
    " WHERE r.edition = %(edition)s AND r.kind = 'action'",
    f"INSERT INTO tracker_effect ({_names(EFFECT)}, direction, action_id, addressee_id)"
    f" SELECT {_plain(EFFECT, 'effect')}, coalesce(effect ->> 'direction', ''), own.id, addressee.id"
    " FROM editions.record AS r JOIN tracker_action AS own ON own.key = r.key CROSS JOIN jsonb_array_elements(r.body -> 'effects') AS effect"
    " JOIN tracker_recommendation AS recommendation ON recommendation.reference = effect ->> 'recommendation'"
    " JOIN tracker_government AS government ON government.code = effect ->> 'government'"
    " JOIN tracker_addressee AS addressee ON addressee.recommendation_id = recommendation.id AND addressee.government_id = government.id"
    " WHERE r.edition = %(edition)s AND r.kind = 'action'",
    # A verdict names the one before it: each has its number before any of them is written. A map of numbers by key, as the planner takes the list of
    # them for short and would walk through it for every verdict.
    "WITH own AS MATERIALIZED ("
    " SELECT nextval(pg_get_serial_sequence('tracker_assessment', 'id')) AS id, r.key, r.body FROM editions.record AS r"
    " WHERE r.edition = %(edition)s AND r.kind = 'assessment'"
    "), numbers AS MATERIALIZED (SELECT jsonb_object_agg(key, id) AS by_key FROM own)"
    f" INSERT INTO tracker_assessment (id, {_names(ASSESSMENT)}, addressee_id, supersedes_id, {_STAMPS})"
    f" SELECT own.id, {_plain(ASSESSMENT, 'own.body')}, addressee.id,"
    f" ((SELECT by_key FROM numbers) ->> (own.body ->> 'supersedes'))::bigint, {_OWN}"
    " FROM own JOIN tracker_recommendation AS recommendation ON recommendation.reference = own.body ->> 'recommendation'"
    " JOIN tracker_government AS government ON government.code = own.body ->> 'government'"
    " JOIN tracker_addressee AS addressee ON addressee.recommendation_id = recommendation.id AND addressee.government_id = government.id",
    f"INSERT INTO tracker_search ({_names(SEARCH)}, assessment_id)"
    f" SELECT {_plain(SEARCH, 'search')}, own.id"
    " FROM editions.record AS r JOIN tracker_assessment AS own ON own.key = r.key CROSS JOIN jsonb_array_elements(r.body -> 'searches') AS search"
    " WHERE r.edition = %(edition)s AND r.kind = 'assessment'",
    f"INSERT INTO tracker_position ({_names(POSITION)}, assessment_id)"
    f" SELECT {_plain(POSITION, 'position')}, own.id"
    " FROM editions.record AS r JOIN tracker_assessment AS own ON own.key = r.key CROSS JOIN jsonb_array_elements(r.body -> 'positions') AS position"
    " WHERE r.edition = %(edition)s AND r.kind = 'assessment'",
    "INSERT INTO tracker_citationuse (citation_id, stance, recommendation_id, action_id, assessment_id, position_id)"
    " SELECT citation.id, use ->> 'stance', recommendation.id, action.id, assessment.id, place.id"
    f" FROM ({_USES}) AS uses JOIN tracker_citation AS citation ON citation.key = use ->> 'key'"
    " LEFT JOIN tracker_recommendation AS recommendation ON uses.kind = 'recommendation' AND recommendation.reference = uses.key"
    " LEFT JOIN tracker_action AS action ON uses.kind = 'action' AND action.key = uses.key"
    " LEFT JOIN tracker_assessment AS assessment ON uses.kind = 'assessment' AND assessment.key = uses.key"
    " LEFT JOIN tracker_position AS place ON place.key = uses.position",
    "WITH own AS ("
    " INSERT INTO tracker_submission (state, reason, submitted_at, decided_at, decision_reason, edition, decided_by_id, submitted_by_id)"
    " SELECT 'published', reason, now(), now(), reason, number, %(by)s, %(by)s FROM editions.site_edition WHERE number = %(edition)s RETURNING id)"
    " INSERT INTO tracker_version (submission_id, kind, key, title, change, body, content_hash, provenance, forwards_to,"
    " recorded_by_id, edited_by_id, approved_by_id, approved_at)"
    " SELECT own.id, r.kind, r.key, r.title, r.change, r.body, r.content_hash, r.provenance, r.forwards_to, %(by)s, %(by)s, %(by)s, now()"
    " FROM own, editions.record AS r WHERE r.edition = %(edition)s",
)
"""One statement a table."""
