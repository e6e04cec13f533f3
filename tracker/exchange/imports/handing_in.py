"""The drafts of an import into one submission: reviewed, approved and published by the same rules as everything.

What publication would refuse stays a draft, and so does what rests on it; the import's page tells each with the reason from then on.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.editions.tables import RecordEdition
from tracker.editorial import bundles
from tracker.editorial.freeze import KINDS, content_hash, freeze
from tracker.editorial.readiness import Body, Name
from tracker.editorial.verbs import Refused, allowed, submit
from tracker.exchange.imports.whereabouts import RECORDS, drafts_of, resting_on_changed
from tracker.exchange.standing import AT_ONCE
from tracker.models import Change, Import, ImportPreview, ImportState, Submission, User
from tracker.models.base import Publishable


@dataclass(frozen=True)
class HandedIn:
    """What came of handing a batch in."""

    submission: Submission
    records: int
    refused: dict[Name, list[str]]  # by kind and key: why it stays a draft


def hand_in(batch: Import, *, by: User, reason: str) -> HandedIn:
    """Submit the drafts of an applied batch that are ready, as one submission, and the public records of which it changed a passage.

    What they refer to that is neither public nor of this batch is not submitted along: it was not imported, and its author decides; nor is what was
    taken off the site, nor what somebody is editing of a record of which the batch changed no more than a passage. ``Refused`` where nothing is
    ready, with the first reasons.
    """
    may_be_handed_in(batch, by)
    drafts, (resting, edited) = drafts_of(batch), resting_on_changed(batch)
    bodies, records = _bodies(list(dict.fromkeys([*drafts, *resting])))
    refused = bundles.not_ready(bodies)
    for name in refused:
        del bodies[name]
    words = _("this import changed a passage that it cites, and somebody edited it since it was published; submit it once that is finished.")
    refused |= {name: [words] for name in edited if name not in drafts}
    _keep_reasons(batch, refused)
    if not bodies:
        if not refused:
            raise Refused(_("Everything of import #%(number)s is public, withdrawn or in review already.") % {"number": batch.pk})
        reasons = [sentence for sentences in refused.values() for sentence in sentences]
        said = {"count": len(refused), "why": " ".join(reasons[:3])}
        if len(refused) == 1:
            raise Refused(_("The one record that is a draft cannot be submitted: %(why)s") % said)
        raise Refused(_("None of the %(count)s records can be submitted: %(why)s") % said)
    submission = submit([records[name] for name in bodies], by=by, reason=reason, judged_here=False)
    return HandedIn(submission, len(bodies), refused)


def told(batch: Import, came: HandedIn) -> str:
    """What came of it, in sentences."""
    said = ngettext("Submitted as #%(number)s, %(count)s record.", "Submitted as #%(number)s, %(count)s records.", came.records)
    said %= {"number": came.submission.pk, "count": came.records}
    if came.refused:
        stay = ngettext(
            "%(count)s record stays a draft; the page of import #%(number)s says why.",
            "%(count)s records stay drafts; the page of import #%(number)s says why of each.",
            len(came.refused),
        )
        said += " " + stay % {"count": len(came.refused), "number": batch.pk}
    return said


def may_be_handed_in(batch: Import, by: User) -> None:
    """``Refused``, in a sentence, where the person may not submit or the batch is not applied."""
    allowed(by, "tracker.submit")
    if batch.state != ImportState.APPLIED:
        said = {"number": batch.pk, "state": ImportState(batch.state).label}
        raise Refused(_("Import #%(number)s is %(state)s; only what is applied can be handed in.") % said)


def _bodies(names: list[Name]) -> tuple[dict[Name, Body], dict[Name, Publishable]]:
    """As they would be submitted, without those that are public word for word."""
    bodies: dict[Name, Body] = {}
    found: dict[Name, Publishable] = {}
    for start in range(0, len(names), AT_ONCE):
        piece = names[start : start + AT_ONCE]
        rows = RecordEdition.desk.known_at(None).filter(change=Change.PUBLISH.value, key__in=[key for _kind, key in piece])
        public = {(kind, key): digest for kind, key, digest in rows.values_list("kind", "key", "content_hash")}
        for record in bundles.find(piece):
            name, body = bundles.name_of(record), freeze(record)
            if name not in public or public[name] != content_hash(body):
                bodies[name], found[name] = body, record
    return bodies, found


def _keep_reasons(batch: Import, refused: dict[Name, list[str]]) -> None:
    """For the import's page, in place of those of an earlier try."""
    resources = {str(KINDS[resource.model]): resource.name for resource in RECORDS}  # type: ignore[index]
    stayed = [{"resource": resources[kind], "key": key, "reasons": sentences} for (kind, key), sentences in refused.items()]
    ImportPreview.objects.filter(batch=batch).update(stayed=stayed)
