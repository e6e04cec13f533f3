"""The queue of assessments whose status is not the proposed one.

The rule is Python, so that the database cannot list them by itself: all assessments that hold are evaluated at once, in a fixed number of
queries. The result is kept until something changes at the desk or on the site, or a day begins; the append-only histories tell whether anything did.
Evaluating 10,000 assessments took two seconds of one core's time, and asking whether anything changed two hundredths.
"""

import datetime as dt
from typing import Any

from django.core.cache import cache
from django.db import connections
from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.queues.base import Queue
from tracker.admin.queues.evidence import holding
from tracker.admin.queues.review import title
from tracker.admin.queues.rows import day, rows
from tracker.editions.tables import DESK, SiteEdition
from tracker.editorial.standing import facts_at_desk
from tracker.models import Action, ActionEvent, Assessment, CitationUse, Effect, Position, Recommendation, Relation, Search
from tracker.rules.proposal import asks_why, propose
from tracker.rules.vocabulary import Status

DECIDING: tuple[Any, ...] = (Recommendation, Relation, Action, ActionEvent, Effect, Assessment, Position, Search, CitationUse)
"""What the proposals follow from."""


def differing(today: dt.date) -> dict[int, str]:
    """The primary keys of staff assessments that hold, give no reason and have another status than the proposed one, which is the value."""
    stamp = _stamp(today)
    writing = _writing()  # after the stamp and before the facts
    kept = cache.get("differing-assessments")
    if kept and kept[0] == stamp and kept[1] <= writing:
        return kept[2]
    needed = [f"addressee__recommendation__{name}" for name in ("recommended_on", "due_on", "criteria_full")]
    silent = list(holding().filter(departure="").select_related("addressee__recommendation").only("status", "addressee", *needed))
    facts = facts_at_desk({found.addressee_id: found.addressee for found in silent}.values())
    proposals = {found.pk: (found, propose(facts[found.addressee_id], on=today)) for found in silent}
    result = {pk: str(proposal.status) for pk, (found, proposal) in proposals.items() if asks_why(proposal, Status(found.status))}
    cache.set("differing-assessments", (stamp, writing, result), timeout=None)
    return result


def _histories() -> list[str]:
    return [model.history.rel.related_model._meta.db_table for model in DECIDING]


def _stamp(today: dt.date) -> str:
    """Changes with every change that takes its number later. One query, each part of which reads the end of an index."""
    newest = [f'(SELECT max(pgh_id) FROM "{table}")' for table in _histories()]
    edition = f"(SELECT max(number) FROM {SiteEdition._meta.db_table})"
    with connections[DESK].cursor() as cursor:
        # Names of our own tables alone.
        cursor.execute(f"SELECT current_database(), pg_postmaster_start_time(), {', '.join([*newest, edition])}")
        return f"{today}:{cursor.fetchone()}"


def _writing() -> frozenset[str]:
    """The transactions of others that have changed what the proposals follow from, or are about to, and have not come to their end.

    Numbers do not appear in the order in which they were taken: one of these may hold a lower number than the stamp's, and would then be missed. It
    holds the lock of the history's table until its end; so an answer that was found while it ran is kept no longer than it runs.
    """
    with connections[DESK].cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
            " WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relname = ANY(%s)",
            [_histories()],
        )
        return frozenset(transaction for (transaction,) in cursor)


def _groups(user: Any, today: dt.date) -> dict[str, QuerySet[Any]]:
    found = differing(today)
    by_status = {status: [pk for pk, proposed in found.items() if proposed == status] for status in sorted(set(found.values()))}
    proposed = (
        Case(*(When(pk__in=pks, then=Value(status)) for status, pks in by_status.items()), default=Value(""), output_field=TextField())
        if found
        else Value("")
    )
    return {
        "assessment": rows(
            Assessment.objects.filter(pk__in=list(found)),
            opens=("assessment", F("pk")),
            what=title(Assessment),
            since=day("edited_at"),
            why="differs",
            detail=Concat(F("status"), Value("/"), proposed, output_field=TextField()),
        )
    }


def _spell(value: str) -> str:
    chosen, _slash, proposed = value.partition("/")
    return gettext("“%(chosen)s”; proposed: “%(proposed)s”") % {"chosen": gettext(Status(chosen).label), "proposed": gettext(Status(proposed).label)}


DIFFERING = Queue(
    name="differing",
    label=_("Proposed status differs"),
    advice=_("Effects, positions and dates lead to another status. Change it, mend the effects, or say in a sentence why it is so."),
    right="tracker.submit",
    groups=_groups,
    reasons={"differs": _("status %(detail)s")},
    spell=_spell,
)
