"""Submit, approve, return, publish, withdraw: how a record becomes public.

Each verb takes who and why, holds one transaction and leaves an entry in the history. Publishing takes the approved version of each record, exactly,
and writes its edition.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import pghistory
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.projection import bounds, content, project, project_governments
from tracker.editions.tables import DESK, ActionEdition, AddresseeEdition, GovernmentEdition, MembershipEdition, RecordEdition, SiteEdition
from tracker.editorial.freeze import MODELS, PREFETCH, Body, content_hash, freeze, kind_of, title_of
from tracker.editorial.meeting import begun_again
from tracker.editorial.readiness import problems
from tracker.models import Change, Comment, Government, Membership, RecordKind, State, Submission, User, Version, system_actor
from tracker.models.base import Publishable
from tracker.rules.identifiers import HELD_BY
from tracker.rules.vocabulary import Provenance

Progress = Callable[[str], None]


class Refused(Exception):
    """A verb that the rules do not allow here and now; its text is the sentence to show."""


def submit(
    records: Iterable[Publishable],
    *,
    by: User,
    reason: str,
    withdrawing: Mapping[Publishable, str] | None = None,
    taking_down: Iterable[Publishable] = (),
    provenance: Provenance = Provenance.REVIEWED,
    judged_here: bool = True,
) -> Submission:
    """Freeze records as they are and hand them to a second person, bundled with records to be taken off the site.

    ``withdrawing`` gives each record to be withdrawn the key of the record of its kind to which its address is to lead; empty for none.

    ``taking_down`` are records to be taken off for legal reasons, on past days too; they may have been withdrawn before.

    ``judged_here``: the verdicts among them are this desk's own, and one that is not the proposed one says why. What a package brings was judged
    elsewhere; where it differs, it stands in the work queue.

    Raises ``Refused`` where there is nothing to submit, no reason or no right to, and ``ValidationError`` with a list of sentences where a record
    lacks what publication needs; a document that they refer to may wait in another submission. Older submissions that an edit voided are taken back
    where each of their records is submitted again here.
    """
    # A duplicate may be merged by whoever may submit; to take something off the site is a reviewer's to ask for.
    down = list(taking_down)
    allowed(by, "tracker.take_down" if down else "tracker.review" if withdrawing and not any(withdrawing.values()) else "tracker.submit")
    going = {**(withdrawing or {}), **dict.fromkeys(down, "")}
    names = {(kind_of(record), record.public_key) for record in down}
    return _submit(records, by=by, reason=reason, withdrawing=going, down=names, provenance=provenance, judged_here=judged_here)


def _submit(
    records: Iterable[Publishable],
    *,
    by: User,
    reason: str,
    withdrawing: Mapping[Publishable, str],
    down: Collection[tuple[str, str]] = (),
    provenance: Provenance,
    judged_here: bool,
) -> Submission:
    if not reason.strip():
        raise Refused(_("Say why: the reason stands beside the change on the public page of changes."))
    records = list(records)
    if not records and not withdrawing:
        raise Refused(_("Choose at least one record to submit."))
    return begun_again(lambda: _handed_in(records, by, reason, withdrawing, down, provenance, judged_here))


def _handed_in(
    records: list[Publishable],
    by: User,
    reason: str,
    withdrawing: Mapping[Publishable, str],
    down: Collection[tuple[str, str]],
    provenance: Provenance,
    judged_here: bool,
) -> Submission:
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
        _lock([*records, *withdrawing])
        withdrawn = list(_freeze_all(list(withdrawing), Change.WITHDRAW))
        for version in withdrawn:
            if (version.kind, version.key) in down:
                version.change = Change.TAKE_DOWN
        versions = [*_freeze_all(records, Change.PUBLISH), *withdrawn]
        editions = _newest_editions(versions)
        frozen = {(version.kind, version.key) for version in versions}
        for record in (*records, *withdrawing):
            if (kind_of(record), record.public_key) not in frozen:
                raise Refused(_("%(record)s is no longer on the desk.") % {"record": record.public_key})
        _refuse_keys_of_others(records)
        _take_as_public(withdrawn)
        forwards = {(str(kind_of(record)), record.public_key): key for record, key in withdrawing.items()}
        for version in withdrawn:
            version.forwards_to = forwards[version.kind, version.key]
            version.edited_by = by  # who asks for a withdrawal cannot approve it
        for version in versions:
            version.provenance = provenance
        if found := _problems(versions, by_people=judged_here and provenance is Provenance.REVIEWED, before_approval=True):
            raise ValidationError(found)
        submission = Submission.objects.create(reason=reason, submitted_by=by)
        for version in versions:
            version.submission = submission
            version.over = editions.get((version.kind, version.key))
            # Who vouches for shipped data, which no person here recorded, cannot approve it.
            if provenance is Provenance.REVIEWED and version.edited_by.is_system:
                version.edited_by = by
        Version.objects.bulk_create(versions, batch_size=500)
        _take_back_replaced(submission)
    return submission


def approve(submission: Submission, *, by: User, reason: str = "") -> Submission:
    """A second person approves exactly these versions. ``Refused`` for an author or last editor, superusers included."""
    allowed(by, "tracker.review")
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
        submission = _locked(submission, State.SUBMITTED, _("approved"))
        if version := own_work(submission, by):
            raise Refused(
                _("%(name)s recorded or last edited %(record)s, or asked for its withdrawal; another person must approve it.")
                % {"name": by.public_name, "record": version.key}
            )
        _refuse_edited(submission)
        return _approve(submission, by, reason)


def own_work(submission: Submission, by: User) -> Version | None:
    """A version in the submission that a person recorded, last edited or asked to withdraw, and so cannot approve; None where there is none."""
    return submission.versions.filter(Q(recorded_by=by) | Q(edited_by=by)).first()


def return_to_author(submission: Submission, *, by: User, reason: str) -> Submission:
    """Send a submission back with a reason. Open comments on its versions are reason enough."""
    allowed(by, "tracker.review")
    if not reason.strip() and not Comment.objects.filter(version__submission=submission, settled_at=None).exists():
        raise Refused(_("Say why it goes back, here or as a comment on a field: the author reads it."))
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
        submission = _locked(submission, State.SUBMITTED, _("returned"))
        submission.state, submission.decided_by, submission.decided_at, submission.decision_reason = State.RETURNED, by, timezone.now(), reason
        submission.save()
    return submission


def take_back(submission: Submission, *, by: User, reason: str) -> Submission:
    """Take a submission back before it is published: who submitted it may, and a reviewer."""
    if not reason.strip():
        raise Refused(_("Say why it is taken back: its reviewer reads it."))
    if submission.submitted_by_id != by.pk:
        allowed(by, "tracker.review")
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
        submission = _locked(submission, (State.SUBMITTED, State.APPROVED), _("taken back"))
        submission.state = State.TAKEN_BACK
        submission.save()
    return submission


def publish(submission: Submission, *, by: User, reason: str = "", progress: Progress | None = None) -> SiteEdition:
    """Write the edition of every version of an approved submission, whole, as one numbered edition of the site.

    ``Refused`` where the submission is not approved, where a record was edited since (the approval is void), or where something that a record
    refers to would not be public.
    """
    allowed(by, "tracker.publish")
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason or submission.reason):
        submission = _locked(submission, State.APPROVED, _("published"))
        _await_other_editions()
        _refuse_edited(submission)
        return _publish(submission, by, progress)


def ship(records: Iterable[Publishable], *, reason: str, progress: Progress | None = None) -> SiteEdition | None:
    """Record, approve and publish data shipped with the software, signed as such. None where all of it is public already, word for word."""
    actor = system_actor()
    with transaction.atomic(using=DESK), pghistory.context(user=actor.pk, reason=reason):
        new = _not_yet_public(list(records))
        if not new:
            return None
        submission = _submit(new, by=actor, reason=reason, withdrawing={}, provenance=Provenance.SHIPPED, judged_here=False)
        _approve(_locked(submission, State.SUBMITTED, _("approved")), actor, reason)
        return _publish(_locked(submission, State.APPROVED, _("published")), actor, progress)


def withdraw(records: Iterable[Publishable], *, by: User, reason: str, alongside: Iterable[Publishable] = ()) -> Submission:
    """Ask for published records to be taken off the site: a submission like any other, to be approved and published by the same rules.

    ``alongside`` are records that referred to them and no longer do: their new versions are published with it.
    """
    return submit(alongside, by=by, reason=reason, withdrawing=dict.fromkeys(records, ""))


def take_down(
    records: Iterable[Publishable],
    *,
    by: User,
    reason: str,
    withdrawing: Iterable[Publishable] = (),
    alongside: Iterable[Publishable] = (),
) -> Submission:
    """Ask for records to be taken down for legal reasons: withdrawn, and without their words on past days too, once that is approved and published.

    Whoever asks needs a right of its own; a second person approves. ``withdrawing`` and ``alongside`` are other records that must go, or change, with
    them, as :func:`withdraw` has them.
    """
    return submit(alongside, by=by, reason=reason, withdrawing=dict.fromkeys(withdrawing, ""), taking_down=records)


def current_edition() -> int:
    """The number of the newest edition of the site; 0 before the first."""
    return SiteEdition.desk.order_by("-number").values_list("number", flat=True).first() or 0


# Steps


def allowed(by: User, right: str) -> None:
    """Whoever calls a verb, by whatever way, needs the right that the desk's forms ask for; who has not is told which roles have it."""
    if by.has_perm(right):
        return
    app, _dot, codename = right.partition(".")
    roles = Group.objects.filter(permissions__content_type__app_label=app, permissions__codename=codename).order_by("name")
    raise Refused(
        _("The role of %(name)s does not include this. Roles that do: %(roles)s.")
        % {"name": by.public_name, "roles": ", ".join(role.name for role in roles) or "–"}
    )


def _take_back_replaced(submission: Submission) -> None:
    """Void submissions whose every record came again: nobody has to clear them away."""
    newer = Version.objects.filter(submission=submission, kind=OuterRef("kind"), key=OuterRef("key"))
    standing = Version.objects.filter(submission=OuterRef("pk")).filter(Q(voided_at=None) | ~Exists(newer))
    replaced = Submission.objects.filter(~Exists(standing), state__in=[State.SUBMITTED, State.APPROVED]).exclude(pk=submission.pk)
    for older in replaced:
        older.state, older.decision_reason = State.TAKEN_BACK, _("Replaced by #%(number)s.") % {"number": submission.pk}
        older.save()


def _lock(records: Iterable[Publishable]) -> None:
    """Wait for whoever is writing one of these: a form, an import, an undo. What is frozen after that is what they left."""
    by_kind: dict[RecordKind, list[int]] = defaultdict(list)
    for record in records:
        by_kind[kind_of(record)].append(record.pk)
    for kind, model in MODELS.items():
        if pks := by_kind[kind]:
            list(model._base_manager.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _freeze_all(records: list[Publishable], change: Change) -> Iterable[Version]:
    by_kind: dict[RecordKind, dict[str, Publishable]] = defaultdict(dict)
    for record in records:
        by_kind[kind_of(record)][record.public_key] = record
    for kind, group in by_kind.items():
        # Read anew: what is frozen is what the database holds, children included.
        fresh = MODELS[kind].objects.filter(pk__in=[record.pk for record in group.values()]).prefetch_related(*PREFETCH[kind])
        for record in fresh.select_related("recorded_by", "edited_by"):
            body = freeze(record)
            yield Version(
                kind=kind,
                key=record.public_key,
                title=title_of(record),
                change=change,
                body=body,
                content_hash=content_hash(body),
                recorded_by=record.recorded_by,
                edited_by=record.edited_by,
            )


def _refuse_keys_of_others(records: list[Publishable]) -> None:
    """The address of a record that was withdrawn stays its own: another record, made after it was withdrawn, cannot take its key."""
    names = [(kind_of(record), record.public_key) for record in records]
    rows = RecordEdition.desk.known_at(None).filter(RecordEdition.named(names), change__in=Change.taking_off())
    gone = {(row.kind, row.key): row for row in rows.defer("body")}
    for record in records:
        row = gone.get((kind_of(record), record.public_key))
        if row is not None and record.recorded_at > row.known_from:
            raise Refused(
                _("%(key)s was the key of a record that was withdrawn in edition %(edition)s; give this record another key.")
                % {"key": row.key, "edition": row.edition}
            )


def _take_as_public(versions: list[Version]) -> None:
    """A withdrawal is of what is public, whatever the desk has written since: a draft does not become readable by it."""
    public = _public_of(versions)
    for version in versions:
        row = public.get((version.kind, version.key))
        if row is None:
            raise Refused(_("%(record)s is not public, so that there is nothing to withdraw.") % {"record": version.key})
        version.title, version.body, version.content_hash = row.title, row.body, row.content_hash


def _public_of(versions: list[Version]) -> dict[tuple[str, str], RecordEdition]:
    """What they take off: what is public, and of what is taken down also what was withdrawn before and stands on past days."""
    down = {(version.kind, version.key) for version in versions if version.change == Change.TAKE_DOWN}
    rows = RecordEdition.desk.known_at(None).filter(RecordEdition.named((version.kind, version.key) for version in versions))
    found = {(row.kind, row.key): row for row in rows if row.change != Change.TAKE_DOWN}
    return {name: row for name, row in found.items() if row.change == Change.PUBLISH or name in down}


def _not_yet_public(records: list[Publishable]) -> list[Publishable]:
    hashes = {(version.kind, version.key): version.content_hash for version in _freeze_all(records, Change.PUBLISH)}
    rows = RecordEdition.desk.known_at(None).filter(RecordEdition.named(hashes), change=Change.PUBLISH.value)
    public = {(kind, key): digest for kind, key, digest in rows.values_list("kind", "key", "content_hash")}
    return [record for record in records if public.get(name := (kind_of(record), record.public_key)) != hashes[name]]


def _locked(submission: Submission, state: State | tuple[State, ...], done: str) -> Submission:
    submission = Submission.objects.select_for_update().get(pk=submission.pk)
    states = state if isinstance(state, tuple) else (state,)
    if submission.state not in states:
        raise Refused(
            _("Submission #%(number)s is %(state)s; it cannot be %(done)s now.")
            % {"number": submission.pk, "state": State(submission.state).label, "done": done}
        )
    return submission


def _await_other_editions() -> None:
    """One edition is written at a time. What is asked after this sees the one before: of two that publish a record, the second reads why not."""
    with connections[DESK].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('editions.site_edition'))")  # guards.sql takes the same


def _problems(versions: list[Version], *, by_people: bool = False, before_approval: bool = False) -> list[str]:
    publishing = {(version.kind, version.key): version.body for version in versions if version.change == Change.PUBLISH}
    withdrawing = {(version.kind, version.key) for version in versions if version.change != Change.PUBLISH}
    forwards = {(version.kind, version.key): version.forwards_to for version in versions if version.forwards_to}
    shipped = {(version.kind, version.key) for version in versions if version.provenance == Provenance.SHIPPED}
    return problems(
        publishing, withdrawing=withdrawing, forwards=forwards, shipped=shipped, today=timezone.now().date(), by_people=by_people,
        before_approval=before_approval,
    )  # fmt: skip


def _newest_editions(versions: list[Version]) -> dict[tuple[str, str], int]:
    """The number of each record's newest edition, withdrawals included; records without one are left out."""
    rows = RecordEdition.desk.known_at(None).filter(RecordEdition.named((version.kind, version.key) for version in versions))
    return {(kind, key): edition for kind, key, edition in rows.values_list("kind", "key", "edition")}


def _refuse_edited(submission: Submission) -> None:
    """Any edit after submission voids it, an edit taken back included, and so does another edition of the record.

    The database notes the edit (``promises.sql``). What the desk holds now (for a withdrawal: what is public now) must be what was frozen besides:
    an edit that was under way when the version was made is noted by nobody. The versions are locked, so that an edit from now on waits to be noted.
    """
    versions = list(submission.versions.select_for_update(no_key=True).order_by("pk"))
    records: list[Publishable] = []
    for kind in RecordKind:
        keys = [version.key for version in versions if version.kind == kind and version.change == Change.PUBLISH]
        lookup = "reference__in" if kind is RecordKind.RECOMMENDATION else "key__in"
        records += MODELS[kind].objects.filter(**{lookup: keys})
    held = {(version.kind, version.key): version for version in _freeze_all(records, Change.PUBLISH)}
    public = {name: row.content_hash for name, row in _public_of([version for version in versions if version.change != Change.PUBLISH]).items()}
    editions = _newest_editions(versions)
    for version in versions:
        name = (version.kind, version.key)
        if editions.get(name) != version.over:
            raise Refused(_("Another version of %(record)s was published after this one was submitted; submit it again.") % {"record": version.key})
        # The body is hashed anew: what a version says that it holds is not what counts.
        unchanged = version.content_hash == content_hash(version.body)
        if version.change != Change.PUBLISH:
            unchanged = unchanged and public.get(name) == version.content_hash
        else:
            now = held.get(name)
            unchanged = unchanged and version.voided_at is None and now is not None and now.content_hash == version.content_hash
        if not unchanged:
            raise Refused(
                _("%(record)s was edited after it was submitted; submit it again, so that what is approved is what is published.")
                % {"record": version.key}
            )


def _approve(submission: Submission, by: User, reason: str) -> Submission:
    submission.state, submission.decided_by, submission.decided_at, submission.decision_reason = State.APPROVED, by, timezone.now(), reason
    submission.save()
    submission.versions.update(approved_by=by, approved_at=submission.decided_at)
    return submission


def _publish(submission: Submission, by: User, progress: Progress | None) -> SiteEdition:
    versions = list(submission.versions.select_related("recorded_by", "approved_by"))
    edition = _new_edition(by, submission.reason, len(versions))
    if found := _problems(versions):
        raise Refused(" ".join(found))
    publishing = {(version.kind, version.key): version.body for version in versions if version.change == Change.PUBLISH}
    _write_records(versions, submission, by)
    in_use = _governments_in_use(publishing.values())
    governments, standing = _governments(in_use), list(GovernmentEdition.desk.known_at(None))
    _sign_changes(governments, standing, by=by, reason=submission.reason)
    renamed = project_governments(governments, _memberships(in_use), standing)
    changed: dict[str, set[str]] = defaultdict(set)
    for version in versions:
        changed[str(version.kind)].add(version.key)
    project(changed, renamed=renamed, progress=progress)
    submission.state, submission.edition = State.PUBLISHED, edition.number
    submission.save()
    return edition


def _new_edition(by: User, reason: str, records: int) -> SiteEdition:
    with connections[DESK].cursor() as cursor:
        cursor.execute(
            'INSERT INTO "editions"."site_edition" (number, published_at, published_by, reason, records, written_in)'
            " VALUES (0, now(), %s, %s, %s, 0) RETURNING number",
            [by.public_name, reason, records],
        )
        (number,) = cursor.fetchone()
    return SiteEdition.desk.get(number=number)


def _write_records(versions: list[Version], submission: Submission, by: User) -> None:
    now = timezone.now()
    for kind in RecordKind:
        keys = [version.key for version in versions if version.kind == kind]
        RecordEdition.desk.known_at(None).filter(kind=kind, key__in=keys).update(known_to=now)
    RecordEdition.desk.bulk_create(
        [
            RecordEdition(
                edition=0,
                known_from=now,
                kind=version.kind,
                key=version.key,
                title=version.title,
                change=version.change,
                reason=submission.reason,
                recorded_by=version.recorded_by.public_name,
                approved_by=version.approved_by.public_name if version.approved_by else "",
                published_by=by.public_name,
                provenance=version.provenance,
                content_hash=version.content_hash,
                body=version.body,
                forwards_to=version.forwards_to,
            )
            for version in versions
        ],
        batch_size=500,
    )


def _governments_in_use(bodies: Iterable[Body]) -> set[str]:
    """Codes of the governments that public records name, of the groups that those belong to, and of these groups' members.

    Reference data is not reviewed record by record; what no public record has to do with stays on the desk.
    """
    # Each government is looked up by itself, which costs as much in a large database as in a small one; EXISTS may be answered by reading all rows.
    found = [
        Subquery(table.desk.known_at(None).filter(government=OuterRef("code")).order_by().values("pk")[:1])
        for table in (AddresseeEdition, ActionEdition)
    ]
    named = Government.objects.alias(found=Coalesce(*found)).filter(found__isnull=False)
    codes = set(named.values_list("code", flat=True))
    for body in bodies:
        codes |= {addressee["government"] for addressee in body.get("addressees", ())}
        codes |= {effect["government"] for effect in body.get("effects", ())}
        codes |= {body["government"]} if "government" in body else set()
    groups = set(Membership.objects.filter(member__code__in=codes).values_list("group__code", flat=True))
    # A group that lost its last member of these stays for one more edition: that it lost it is told on its row.
    groups |= set(MembershipEdition.desk.known_at(None).filter(member__in=codes).values_list("group", flat=True))
    return codes | groups | set(Membership.objects.filter(group__code__in=codes | groups).values_list("member__code", flat=True))


def _governments(codes: set[str]) -> list[GovernmentEdition]:
    columns = ("code", "kind", "name", "includes_every_state", "note", *HELD_BY["government"])
    members: dict[str, list[dict[str, str | None]]] = defaultdict(list)
    for group, member, since, until in Membership.objects.filter(group__code__in=codes).values_list("group__code", "member__code", "since", "until"):
        members[group].append({"member": member, "since": str(since), "until": str(until) if until else None})
    return [
        GovernmentEdition(**row, members=sorted(members[row["code"]], key=lambda each: (each["member"], each["since"])))
        for row in Government.objects.filter(code__in=codes).values(*columns)
    ]


def _sign_changes(governments: list[GovernmentEdition], public: list[GovernmentEdition], *, by: User, reason: str) -> None:
    """Say on each government that is public otherwise who changed it since, when and why, from the history of the desk.

    It becomes public with an edition of other records, whose people and reason are not its own. What nobody signed is signed by who publishes it.
    """
    standing = {row.code: row for row in public}
    for row in governments:
        before = standing.get(row.code)
        if before is None or content(before) == content(row):
            continue
        events = _edits_of_government(row.code, since=before.known_from)
        contexts = [event.pgh_context or {} for event in events]
        people = User.objects.in_bulk({context["user"] for context in contexts if context.get("user")})
        names = dict.fromkeys(people[context["user"]].public_name for context in contexts if context.get("user") in people)
        row.changed_by = ", ".join(names) or by.public_name
        row.reason = " · ".join(dict.fromkeys(filter(None, (context.get("reason", "") for context in contexts)))) or reason
        row.changed_at = events[-1].pgh_created_at if events else timezone.now()


def _edits_of_government(code: str, *, since: dt.datetime) -> list[Any]:
    """The edits of a government and of its members since an instant, in their order; the last one where all are older."""
    own = Government.history.rel.related_model.objects.filter(code=code)  # type: ignore[attr-defined]
    members = Membership.history.rel.related_model.objects.filter(group__code=code)  # type: ignore[attr-defined]
    events = sorted([*own, *members], key=lambda event: (event.pgh_created_at, event.pgh_id))
    return [event for event in events if event.pgh_created_at > since] or events[-1:]


def _memberships(codes: set[str]) -> list[MembershipEdition]:
    rows = []
    for membership in Membership.objects.filter(group__code__in=codes).select_related("group", "member"):
        since, until = str(membership.since), str(membership.until) if membership.until else None
        rows.append(
            MembershipEdition(
                group=membership.group.code,
                member=membership.member.code,
                since=since,
                until=until,
                since_day=bounds(since)[0],
                until_day=bounds(until)[1],
            )
        )
    return rows
