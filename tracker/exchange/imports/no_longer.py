"""What a file gave and gives no longer: of the recommendations that it brings their addressees and themes, and recommendations altogether.

A file that says whom a recommendation concerns says all of them, and a corrected one takes back what it said by mistake. What an earlier import of
the same document brought, and nobody touched since, goes, with what came with it and rests on it: the verdict on that addressee, its effect, the
citation of the file's row. What is edited, handed in or public is a conflict, as other text is. What somebody built on it here (a verdict, an
effect, a challenge) never goes with it: then it stays, and that is said. What people or other files added is not the file's to take back.

It is known only at the end of the file, as several rows may speak of one recommendation.

A passage whose words this import changed bears out what its row says now and nothing else: what the row no longer says loses it, wherever that stands
(:meth:`NoLonger.unborne`). Readers see that once the record that lost it is published again.

A recommendation that is not in the file at all stays, whatever stands of it: the file may as well be the next part of a list as a corrected one. That
it is missing is said (:func:`missing`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.exchange.files import Row
from tracker.exchange.imports import rights
from tracker.exchange.imports.beside import TAKE, Beside, Difference, decision_of, document_told_in, plain_key, told
from tracker.exchange.imports.undoing import BY_THE_NIGHT, relations, take_away
from tracker.exchange.profiles import Profile
from tracker.exchange.schema import BY_NAME, RESOURCES, Resource, with_related
from tracker.exchange.standing import Name
from tracker.models import Action, CitationUse, Did, Import, ImportedRow, ImportState, Recommendation, State, User
from tracker.models.base import Publishable

AT_ONCE = 500
"""Recommendations that are looked at together."""

NAMED = 20
"""Recommendations missing from a file that are named; all are counted."""

PUT_THERE = (Did.CREATED, Did.CHANGED, Did.TAKEN)
ROOT = "recommendations"
Node = tuple[str, int]
"""A file of a package, and the number of a record of it here."""

_OF_MODEL = {resource.model._meta.concrete_model: resource for resource in RESOURCES}


@dataclass
class Going:
    """Something that the file brought and has no longer. ``of``: the recommendation in question; ``root``: the record that it is part of."""

    row: Row
    record: Any
    of: str
    is_part: bool  # an addressee or a theme itself; everything else goes with one
    root: Name = (ROOT, ())
    why: str = ""  # why it may not simply go
    is_public: bool = False  # as another record than the recommendation
    denied: str = ""  # why this person may not take it away
    because: set[Node] = field(default_factory=set)  # it goes only with one of these

    @property
    def cells(self) -> dict[str, str]:
        """What stands here."""
        return self.row.cells


@dataclass
class Found:
    """Of one recommendation: what goes, and what stays though the file does not have it, each with why."""

    reference: str
    goes: list[Going]
    stays: list[Difference]
    decision: str


def wholes(profile: Profile) -> list[str]:
    """What of a recommendation a file gives whole: what it reads from its own rows. One government for every row is no list of them."""
    made = profile.records.get("recommendation")
    if made is None or "statement" not in made.fields:
        return []
    read = {
        name
        for kind, field_name, name in (("addressee", "government", "addressees"), ("theme", "name", "recommendation_themes"))
        if (rules := profile.records.get(kind)) and (rule := rules.fields.get(field_name)) and rule.named_columns
    }
    return [*sorted(read), *(["citation_uses"] if "addressees" in read else [])]  # by its addressees a citation of a row is named


def missing(batch: Import, profile: Profile, unsure: set[str]) -> dict[str, Any]:
    """Recommendations that stand here from files read by this profile before, of the same document, and are not in this file.

    Once the whole file was gone through; ``unsure`` as for :class:`NoLonger`. {"count": n, "first": [reference, ...]}, empty where there are none.
    """
    made = profile.records.get("recommendation")
    earlier = _earlier(batch, profile, profile_name=batch.profile_name) if made and "statement" in made.fields else {}
    if not earlier:
        return {}
    in_file = ImportedRow.objects.filter(batch=batch, resource=ROOT, key=OuterRef("key"))
    stands = Recommendation.objects.filter(reference=OuterRef("key"), known_from__key=profile.source.key)
    brought = ImportedRow.objects.filter(Exists(stands), ~Exists(in_file), batch__in=earlier, resource=ROOT, did__in=PUT_THERE)
    in_order = dict.fromkeys(brought.order_by("batch", "source_row", "pk").values_list("key", flat=True))
    found = [reference for reference in in_order if reference not in unsure]
    return {"count": len(found), "first": found[:NAMED]} if found else {}


def _earlier(batch: Import, profile: Profile, **of: str) -> dict[int, str]:
    """Applied imports of the same document, each with the name of its profile."""
    applied = Import.objects.filter(state=ImportState.APPLIED, **of).exclude(pk=batch.pk).order_by("pk")
    named = applied.values_list("pk", "profile_name", "profile_text")
    return {pk: name for pk, name, text in named if document_told_in(text) == profile.source.key}


class NoLonger(Beside):
    """What stands here of earlier imports of a file's document beside a run of it that went through the whole file."""

    def __init__(self, batch: Import, by: User, profile: Profile, unsure: set[str]) -> None:
        """``unsure``: recommendations of which a row could not be read whole, so that nobody knows all that the file says of them."""
        super().__init__({}, by=by, batch=batch)
        self.unsure, self.wholes = unsure, wholes(profile)
        earlier = _earlier(batch, profile)
        self.imports = earlier if self.wholes else {}
        self.same_profile = [number for number, name in earlier.items() if name == batch.profile_name]
        self.document = profile.source.key
        self.nodes: dict[Node, Going] = {}
        self.referring: dict[Node, set[Node]] = defaultdict(set)
        self.others: dict[Node, str] = {}  # what refers to something of these and does not go, in words

    def found(self) -> Iterator[Found]:
        """By recommendation, in the order of their references. What goes is taken away as this is gone through."""
        keys = self._brought(ImportedRow.objects.filter(of_resource=ROOT, resource__in=self.wholes), owned=True)
        references = sorted(set(keys.values_list("of_key", flat=True)) - self.unsure) if self.imports else []
        for start in range(0, len(references), AT_ONCE):
            yield from self._piece(references[start : start + AT_ONCE])

    def _brought(self, rows: QuerySet[ImportedRow, Any], *, owned: bool = False) -> QuerySet[ImportedRow, Any]:
        """Of these what earlier imports of the document wrote and this one's file does not have; ``owned``: of recommendations that it has."""
        mine = ImportedRow.objects.filter(batch=self.batch)
        rows = rows.filter(batch__in=self.imports, did__in=PUT_THERE)
        rows = rows.filter(~Exists(mine.filter(resource=OuterRef("resource"), key=OuterRef("key"))))
        return rows.filter(Exists(mine.filter(resource=ROOT, key=OuterRef("of_key")))) if owned else rows

    def _piece(self, references: Iterable[str]) -> Iterator[Found]:
        self.nodes, self.others = {}, {}
        self.referring.clear()
        # Whoever edits one of these, or hands it in, waits; what they saved before that is read after it.
        roots = BY_NAME[ROOT].model._default_manager.filter(reference__in=references, known_from__key=self.document)
        references = list(roots.order_by("pk").select_for_update(no_key=True).values_list("reference", flat=True))
        if not references:
            return
        rows = self._brought(ImportedRow.objects.filter(of_resource=ROOT, of_key__in=references, resource__in=self.wholes))
        numbers: dict[str, dict[int, str]] = defaultdict(dict)
        for name, number, reference in rows.values_list("resource", "record", "of_key"):
            numbers[name][number or 0] = reference
        fresh: list[Node] = []
        for name, of in numbers.items():
            fresh += self._admit(BY_NAME[name], of, part=name != "citation_uses")
        while fresh:
            fresh = [*self._ahead(fresh), *self._behind(fresh)]
        self._judge()
        yield from self._decided(references)

    def unborne(self) -> Iterator[Going]:
        """The uses of passages that this import worded anew by which they would bear out what their rows do not say any more. They are taken away.

        Once :meth:`found` was gone through. Only what earlier files of the same profile brought: who cites such a passage here for more answers for
        it.
        """
        resource, mine = BY_NAME["citation_uses"], ImportedRow.objects.filter(batch=self.batch)
        reworded = mine.filter(resource="citations", did__in=[Did.CHANGED, Did.TAKEN])
        if not self.same_profile or rights.beyond_taking_away(resource, self.by):
            return
        passages = list(reworded.order_by("record").values_list("record", flat=True))
        for start in range(0, len(passages), AT_ONCE):
            uses = CitationUse.objects.filter(citation__in=passages[start : start + AT_ONCE]).order_by("pk")
            rows = [(use, Row(resource, 0, resource.cells(use))) for use in with_related(uses, resource.related())]
            unsure = {use.citation_id for use, row in rows if row.cells["recommendation"] in self.unsure}
            told_of = ImportedRow.objects.filter(resource=resource.name, key__in=[told(row.key) for _use, row in rows])
            in_file = set(told_of.filter(batch=self.batch).values_list("key", flat=True))
            brought = set(told_of.filter(batch__in=self.same_profile, did__in=PUT_THERE).values_list("key", "record"))
            going = [
                Going(row, use, "", False, self.root_of_record(resource.name, use))
                for use, row in rows
                if (told(row.key), use.pk) in brought and told(row.key) not in in_file and use.citation_id not in unsure
            ]
            self._find_missing({one.root for one in going})
            self._take_away(going)
            yield from going

    # What belongs together

    def _admit(self, resource: Resource, of: dict[int, str], *, part: bool = False) -> list[Node]:
        """Take records, by number with their recommendation, among what may go; those that the file did not bring, or has, among the others."""
        wanted = [number for number in of if (node := (resource.name, number)) not in self.nodes and node not in self.others]
        if not wanted:
            return []
        records = with_related(resource.model._default_manager.filter(pk__in=wanted), resource.related())
        if resource.is_record:
            records = records.order_by("pk").select_for_update(of=("self",), no_key=True)
        standing = {}
        for record in records:
            cells = resource.cells(record)
            standing[told(resource.key_of(cells))] = record
            self.stored[resource.name][resource.key_of(cells)], self.said[id(record)] = record, cells
        brought = self._brought(ImportedRow.objects.filter(resource=resource.name, key__in=list(standing), record__in=wanted))
        ours = set(brought.values_list("key", "record"))
        fresh = []
        for key, record in standing.items():
            node = (resource.name, record.pk)
            if (key, record.pk) not in ours:
                self.others[node] = _("%(what)s %(which)s") % {"what": resource.model._meta.verbose_name, "which": plain_key(key)}
                continue
            row = Row(resource, 0, self.said[id(record)])
            self.nodes[node] = Going(row, record, of[record.pk], part)
            fresh.append(node)
        return fresh

    def _ahead(self, nodes: list[Node]) -> list[Node]:
        """What some of these speak of, and may go with them: of a use its citation, of an effect its action."""
        fresh: list[Node] = []
        for name, column, target in (("citation_uses", "citation_id", "citations"), ("effects", "action_id", "actions")):
            speaking = [node for node in nodes if node[0] == name]
            fresh += self._admit(BY_NAME[target], {getattr(self.nodes[node].record, column): self.nodes[node].of for node in speaking})
            for node in speaking:
                if other := self.nodes.get((target, getattr(self.nodes[node].record, column))):
                    other.because.add(node)
        return [*fresh, *self._actions(nodes)]

    def _actions(self, nodes: list[Node]) -> list[Node]:
        """The actions of a government that is no longer addressed, which the citation of a row serves and no effect ties to it."""
        uses = [self.nodes[node] for node in nodes if node[0] == "citation_uses"]
        numbers = {use.record.action_id: use.of for use in uses if use.record.action_id}
        addressed = {(one.of, one.record.government_id): node for node, one in self.nodes.items() if node[0] == "addressees"}
        governments = dict(Action.objects.filter(pk__in=numbers).values_list("pk", "government_id")) if addressed else {}
        wanted = {number: of for number, of in numbers.items() if (of, governments.get(number)) in addressed}
        fresh = self._admit(BY_NAME["actions"], wanted)
        for number, of in wanted.items():
            if one := self.nodes.get(("actions", number)):
                one.because.add(addressed[of, governments[number]])
        return fresh

    def _behind(self, nodes: list[Node]) -> list[Node]:
        """What refers to any of these."""
        fresh: list[Node] = []
        by_name: dict[str, list[int]] = defaultdict(list)
        for name, number in nodes:
            by_name[name].append(number)
        for name, numbers in by_name.items():
            for relation in relations(BY_NAME[name].model):
                other: Any = relation.related_model
                if other in BY_THE_NIGHT:
                    continue
                referring = other._base_manager.filter(**{f"{relation.field.name}__in": numbers}).order_by()
                pairs = list(referring.values_list("pk", relation.field.attname))
                own = _OF_MODEL.get(other._meta.concrete_model)
                if own is not None:
                    fresh += self._admit(own, {pk: self.nodes[name, to].of for pk, to in pairs})
                file = own.name if own is not None else other._meta.label
                for pk, to in pairs:
                    self.referring[name, to].add((file, pk))
                    if (file, pk) in self.nodes:
                        self.nodes[file, pk].because.add((name, to))
                    elif (file, pk) not in self.others:
                        self.others[file, pk] = f"{other._meta.verbose_name} “{other._base_manager.get(pk=pk)}”"
        return fresh

    # What may go

    def _judge(self) -> None:
        """Why each may not simply go: reviewed, public, edited, from elsewhere, or not this person's to take away."""
        for (file, _number), one in self.nodes.items():
            one.root = self.root_of_record(file, one.record)  # once all that it may be part of is read
        roots = {one.root for one in self.nodes.values()} | {(ROOT, (one.of,)) for one in self.nodes.values()}
        self._find_missing(roots)
        last = self._last_imports([one.row for one in self.nodes.values()], roots)
        in_review = self._in_review(roots)
        for one in self.nodes.values():
            one.why = self._why_kept(one.row, one.root, last, in_review)
            one.is_public = one.root != (ROOT, (one.of,)) and in_review.get(one.root) == State.PUBLISHED
            name = (one.row.resource.name, one.row.key)
            if one.is_part and not one.why and (profile := self.imports.get(last[name][1], "")) != self.batch.profile_name:
                said = {"profile": profile, "number": last[name][1]}
                one.why = _("it came by another profile, %(profile)s, in import #%(number)s") % said
            one.denied = rights.beyond_taking_away(one.row.resource, self.by)

    def _decided(self, references: Iterable[str]) -> Iterator[Found]:
        in_file = self._users_in_file()
        possible, blocked = self._going(lambda one: one.denied or (one.why if one.root != (ROOT, (one.of,)) else ""), in_file)
        taking = {of for of in references if decision_of(self.batch, (ROOT, (of,))) == TAKE}
        going, refused = self._going(lambda one: one.denied or (one.why if one.of not in taking or one.root != (ROOT, (one.of,)) else ""), in_file)
        found = {of: Found(of, [], [], decision_of(self.batch, (ROOT, (of,)))) for of in references}
        for node, one in self.nodes.items():
            if node in going:
                found[one.of].goes.append(one)
            if one.is_part and (node not in possible or one.why):
                may_go = node in possible and (node in going or one.of not in taking)
                why = one.why if may_go else blocked.get(node) or refused.get(node) or one.why
                words = _("it stood here from this file and is no longer in it; %(why)s") % {"why": why}
                shown = {column: "" for column, cell in one.cells.items() if cell}
                found[one.of].stays.append(Difference(one.row, words, one.cells, shown, may_go))
        self._take_away([self.nodes[node] for node in going])
        order = {resource.name: place for place, resource in enumerate(RESOURCES)}
        for each in found.values():
            each.goes.sort(key=lambda one: (order[one.row.resource.name], one.row.key))
            each.stays.sort(key=lambda one: (order[one.row.resource.name], one.row.key))
            if each.goes or each.stays:
                yield each

    def _going(self, held: Callable[[Going], str], in_file: set[Node]) -> tuple[set[Node], dict[Node, str]]:
        """What goes where ``held`` says nothing against it, and why each addressee and theme that does not stays.

        Each goes only with something that goes, and with all that refers to it; a citation only where what it serves goes, or is in the file still
        and so is cited otherwise now.
        """
        going, why = set(self.nodes), dict[Node, str]()
        while True:
            dropped = {node: reason for node in going if (reason := self._stays(node, going, held, in_file)) is not None}
            if not dropped:
                return going, why
            going -= dropped.keys()
            why |= {node: reason for node, reason in dropped.items() if self.nodes[node].is_part}

    def _stays(self, node: Node, going: set[Node], held: Callable[[Going], str], in_file: set[Node]) -> str | None:
        """Why one stays while those go; None where it goes with them."""
        one = self.nodes[node]
        if reason := held(one):
            return reason
        if not one.is_part and not one.because & going:
            return ""
        for other in sorted(self.referring[node]):
            if other not in going:
                what = self.others.get(other) or self._named(other)
                if other in self.nodes and self.nodes[other].is_public:
                    if one.why:
                        words = _(
                            "%(what)s rests on it and is public; once that is withdrawn, this can be taken away, and stays unless somebody says so"
                        )
                    else:
                        words = _("%(what)s rests on it and is public; once that is withdrawn, an import of the file takes this away")
                    return words % {"what": what}
                reason = held(self.nodes[other]) if other in self.nodes else ""
                return _("%(what)s rests on it (%(why)s)") % {"what": what, "why": reason} if reason else _("%(what)s rests on it") % {"what": what}
            if node[0] == "citations" and (served := _served(self.nodes[other].record)) not in going and served not in in_file:
                return ""
        return None

    def _named(self, node: Node) -> str:
        one = self.nodes[node]
        return f"{one.row.resource.model._meta.verbose_name} {plain_key(told(one.row.key))}"

    def _users_in_file(self) -> set[Node]:
        """Of what the citations in question serve, what the file has."""
        served: dict[str, list[int]] = defaultdict(list)
        for (name, _number), one in self.nodes.items():
            if name == "citation_uses":
                file, number = _served(one.record)
                served[file].append(number)
        found = set()
        for name, numbers in served.items():
            resource = BY_NAME[name]
            keys = {
                told(resource.key_of(resource.cells(record))): record.pk
                for record in with_related(resource.model._default_manager.filter(pk__in=numbers), resource.related())
            }
            mine = ImportedRow.objects.filter(batch=self.batch, resource=name, key__in=list(keys))
            found |= {(name, keys[key]) for key in mine.values_list("key", flat=True) if name != ROOT or key not in self.unsure}
        return found

    def _take_away(self, going: list[Going]) -> None:
        numbers: dict[str, list[int]] = defaultdict(list)
        for one in going:
            numbers[one.row.resource.name].append(one.record.pk)
        for resource in reversed(RESOURCES):
            if numbers[resource.name]:
                take_away(resource, numbers[resource.name])
        gone = {(one.row.resource.name, one.row.key) for one in going}
        for one in going:
            if one.root in gone:
                one.root = (ROOT, (one.of,))  # it is told as taken from the recommendation: what it was part of is no more
        edited: dict[type[Publishable], list[int]] = defaultdict(list)  # what something went from that is part of it
        for root in {one.root for one in going}:
            if isinstance(record := self._stored(root), Publishable):
                edited[type(record)].append(record.pk)
        for model, pks in edited.items():
            model._default_manager.filter(pk__in=pks).update(edited_by=self.by, edited_at=timezone.now())


def _served(use: CitationUse) -> Node:
    """What a use of a citation serves."""
    for name in CitationUse.RECORDS:
        if (number := getattr(use, f"{name}_id")) is not None:
            target: Any = CitationUse._meta.get_field(name).related_model
            return _OF_MODEL[target._meta.concrete_model].name, number
    raise AssertionError("a use of a citation serves one record")
