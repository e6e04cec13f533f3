"""Many published rows, written by the database itself past every guard: for how large pages read, look and weigh, not for what is true of them."""

from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tracker.editions.tables import AddresseeEdition, ChainLink, DocumentEdition, GovernmentEdition, RecommendationEdition, Row, SiteEdition

STATUSES = ("implemented", "partially_implemented", "under_consideration", "no_evidence", "no_action", "contrary_action", "not_assessed")


def write(connection: psycopg.Connection[Any], *, recommendations: int, governments: int, documents: int = 5) -> None:
    """An edition in which every recommendation is addressed to two governments of three, and made by one of the documents in their turn."""
    made_in = f"'DOC-' || (n % {documents} + 1)"
    connection.execute("SET session_replication_role = replica")
    connection.execute(
        f"INSERT INTO {_table(SiteEdition)} (number, published_at, published_by, reason, records, written_in, salt, leaf)"
        " VALUES (1, now(), 'R', 'a test', 0, 0, '', '')"
    )
    connection.execute(f"INSERT INTO {_table(ChainLink)} (number, previous, digest) VALUES (1, '', md5(random()::text))")
    _insert(
        connection,
        GovernmentEdition,
        f"generate_series(1, {governments}) AS n",
        code="'G' || lpad(n::text, 2, '0')",
        name="'Land number ' || n",
        kind="'state'",
    )
    words = {"kind": "'white_paper'", "interest": "'advocacy'", "language": "'en'", "provenance": "'reviewed'"}
    _insert(connection, DocumentEdition, f"generate_series(1, {documents}) AS n", key="'DOC-' || n", title="'Paper number ' || n", **words)
    dated = {"recommended_on": "'2019-02-01'", "year": "2019", "measure": "'m' || n % 7", "documents": f"ARRAY[{made_in}]", "source": made_in}
    dated["themes"] = "CASE WHEN n % 3 = 0 THEN '{}' ELSE ARRAY['t' || n % 3] END"
    _insert(
        connection,
        RecommendationEdition,
        f"generate_series(1, {recommendations}) AS n",
        **dated,
        reference="'R-' || n",
        short_title="'A recommendation with a name of usual length, number ' || n",
        statement_form="'paraphrase'",
        made_in=made_in,
        known_from_document=made_in,
        recommended_first="'2019-02-01'",
        recommended_last="'2019-02-01'",
        corroboration="'single_source'",
        measure_name="'measure ' || n % 7",
        theme_names="CASE WHEN n % 3 = 0 THEN '{}' ELSE ARRAY['theme ' || n % 3] END",
        provenance="'reviewed'",
    )
    status = f"(ARRAY{list(STATUSES)!r})[(n * 5 + g) % {len(STATUSES)} + 1]"
    _insert(
        connection,
        AddresseeEdition,
        f"generate_series(1, {recommendations}) AS n, generate_series(1, {governments}) AS g WHERE (n + g) % 3 > 0",
        **dated,
        recommendation="'R-' || n",
        short_title="'A recommendation with a name of usual length, number ' || n",
        government="'G' || lpad(g::text, 2, '0')",
        government_name="'Land number ' || g",
        basis="'named'",
        counted="true",
        status=status,
        assessment=f"CASE WHEN {status} <> 'not_assessed' THEN 'AS-' || n || '-' || g END",
        effective_on="CASE WHEN n % 2 = 0 THEN '2020-0' || (g % 9 + 1) || '-15' END",
        valid_from="'2019-02-01'",
        corroboration="CASE WHEN n % 4 = 0 THEN 'single_source' ELSE 'corroborated' END",
        supports="(n + g) % 5",
        disputes="CASE WHEN (n + g) % 7 = 0 THEN 2 ELSE 0 END",
        disputed="(n + g) % 7 = 0",
        claimed_by="CASE WHEN (n + g) % 11 = 0 THEN ARRAY['An institute'] ELSE '{}' END",
        provenance="'reviewed'",
        first_action_days="ARRAY['2019-02-01'::date]",
        first_action_words="ARRAY['none']",
    )
    connection.execute(f"ANALYZE {_table(AddresseeEdition)}")


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _insert(connection: psycopg.Connection[Any], model: type[Row], rows: str, **given: str) -> None:
    """A row for each of ``rows``; what is not given is empty."""
    values = {"edition": "1", "known_from": f"(SELECT published_at FROM {_table(SiteEdition)})"} | given
    for field in model._meta.concrete_fields:
        if field.name not in values and not (field.null or field.generated or field.primary_key):
            values[field.name] = _empty(field)
    connection.execute(
        f"INSERT INTO {_table(model)} ({', '.join(values)}) SELECT {', '.join(_cast(model, *pair) for pair in values.items())} FROM {rows}"
    )


def _cast(model: type[Row], name: str, value: str) -> str:
    return f"({value})::date" if isinstance(model._meta.get_field(name), models.DateField) and name != "known_from" else value


def _empty(field: Any) -> str:
    if isinstance(field, ArrayField):
        return "'{}'"
    if isinstance(field, models.JSONField):
        return "'[]'"
    return "false" if isinstance(field, models.BooleanField) else "0" if isinstance(field, models.IntegerField) else "''"
