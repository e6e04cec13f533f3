"""The reading tables follow from the published bodies, whatever the order in which these came."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction

from tests import builders
from tracker.editions.projection import project
from tracker.editions.tables import (
    READING_TABLES,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    EffectEdition,
    GovernmentEdition,
    MembershipEdition,
    RecordEdition,
    Row,
    SiteEdition,
)
from tracker.editorial.verbs import Refused, approve, publish, submit, withdraw
from tracker.models import (
    Action,
    ActionEvent,
    Addressee,
    Assessment,
    Citation,
    CitationUse,
    Document,
    Effect,
    Government,
    Recommendation,
)
from tracker.models.base import Publishable

DERIVED = [table for table in READING_TABLES if table not in (GovernmentEdition, MembershipEdition)]
STAMPS = ("id", "edition", "known_from", "known_to", "search")


def standing() -> dict[type[Row], list[str]]:
    """What every derived table says now, each row once, without its stamps."""
    contents = {}
    for table in DERIVED:
        rows = [{name: value for name, value in row.items() if name not in STAMPS} for row in table.desk.known_at(None).values()]
        contents[table] = sorted(map(repr, rows))
    return contents


class TakenBack(Exception):
    """The rebuilt tables are compared, and not kept."""


def rebuilt() -> dict[type[Row], list[str]]:
    """What the derived tables would say if they were made anew from the current bodies alone."""
    result: dict[type[Row], list[str]] = {}
    with pytest.raises(TakenBack), transaction.atomic():
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO editions.site_edition (number, published_at, published_by, reason, records, written_in) VALUES (0, now(), '', '', 0, 0)"
            )
        edition = SiteEdition.desk.first()
        assert edition is not None
        for table in DERIVED:
            table.desk.known_at(None).update(known_to=edition.published_at)
            assert not table.desk.known_at(None).exists()
        everything: dict[str, set[str]] = {}
        for kind, key in RecordEdition.desk.known_at(None).values_list("kind", "key"):
            everything.setdefault(kind, set()).add(key)
        project(everything)
        result.update(standing())
        raise TakenBack
    return result


def differences(one: dict[type[Row], list[str]], other: dict[type[Row], list[str]]) -> list[str]:
    """Rows that only one of them has, for a message that can be read."""
    return [
        f"{side} {table.__name__}: {row}"
        for table in DERIVED
        for side, mine, theirs in (("kept", one[table], other[table]), ("anew", other[table], one[table]))
        for row in mine
        if mine.count(row) > theirs.count(row)
    ]


CODES = ("AL", "BE", "FR")


class World:
    """A small web of records, and people who change and publish it in any order."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.count = 0
        self.documents = [builders.document(f"DOC-{n}", interest=("press", "advocacy")[n % 2]) for n in range(3)]
        self.passages = [builders.citation(document, f"EV-{document.key}-{n}") for document in self.documents for n in range(2)]
        self.undisputed = builders.citation(self.documents[0], "EV-UNDISPUTED")
        self.recommendations = [builders.recommendation(f"REC-{n}", self.documents[n], to=CODES) for n in range(2)]
        for _n in range(4):
            self.new_action()
        for recommendation in self.recommendations:
            for code in CODES[:2]:
                self.new_assessment(recommendation, code)

    def next(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}-{self.count}"

    def date(self) -> str:
        return self.dice.choice(["2018", "2019", "2019-02", "2019-02-01", "2020-05", "2021-03-04", "2022"])

    def publishables(self) -> list[Publishable]:
        return [record for model in (Document, Recommendation, Action, Assessment) for record in model.objects.order_by("pk")]

    def some(self, records: list[Any]) -> list[Any]:
        return self.dice.sample(records, self.dice.randint(1, len(records)))

    def cite(self, record: Any) -> None:
        if isinstance(record, Assessment):
            builders.cite(record, self.undisputed, "supports")  # without it most would have no support left beside the actions
        for n, passage in enumerate(self.some(self.passages)):
            builders.cite(record, passage, "supports" if n == 0 else self.dice.choice(["supports", "disputes", "context"]))

    def new_action(self) -> None:
        code = self.dice.choice(CODES)
        action = builders.action(self.next("ACT"), code=code, on=self.date())
        self.cite(action)
        for recommendation in self.some(self.recommendations):
            effect = builders.effect(action, recommendation, code=code, direction=self.dice.choice(["fulfils", "contradicts", "not_judged"]))
            undone = Effect.objects.filter(addressee=effect.addressee, undoes=None).exclude(pk=effect.pk).first()
            if undone and self.dice.random() < 0.4:
                Effect.objects.filter(pk=effect.pk).update(undoes=undone, direction="")

    def new_assessment(self, recommendation: Recommendation, code: str) -> None:
        last = Assessment.objects.filter(addressee__recommendation=recommendation, addressee__government__code=code, superseded_by=None).first()
        assessment = builders.assessment(
            self.next("AS"),
            recommendation,
            code=code,
            status=self.dice.choice(["implemented", "rejected"]),
            effective_on=self.date(),
            supersedes=last,
        )
        self.cite(assessment)

    # What may happen

    def change_document(self) -> None:
        document = self.dice.choice(self.documents)
        values = {"interest": self.dice.choice(["press", "advocacy", "official"]), "title": self.next("Title"), "author": self.next("Author")}
        Document.objects.filter(pk=document.pk).update(**values)

    def change_passage(self) -> None:
        Citation.objects.filter(pk=self.dice.choice(self.passages).pk).update(says=self.next("It says"))

    def change_citations(self) -> None:
        record = self.dice.choice([*Action.objects.all(), *Assessment.objects.all()])
        record.citation_uses.all().delete()
        self.cite(record)

    def change_stance(self) -> None:
        use = self.dice.choice(list(CitationUse.objects.all()))
        CitationUse.objects.filter(pk=use.pk).update(stance=self.dice.choice(["supports", "disputes", "context"]))

    def change_dates(self) -> None:
        event = self.dice.choice(list(ActionEvent.objects.filter(decisive=True)))
        ActionEvent.objects.filter(pk=event.pk).update(on=self.date())
        ActionEvent.objects.get_or_create(action=self.dice.choice(list(Action.objects.all())), kind="expired", on="2022-01")
        recommendation = self.dice.choice(self.recommendations)
        Recommendation.objects.filter(pk=recommendation.pk).update(recommended_on=self.date(), short_title=self.next("Do"))
        assessment = self.dice.choice(list(Assessment.objects.all()))
        Assessment.objects.filter(pk=assessment.pk).update(effective_on=self.date())

    def move_effect(self) -> None:
        effect = self.dice.choice(list(Effect.objects.filter(undoes=None, undone_by=None)) or [None])
        if effect is None:
            return
        free = Addressee.objects.filter(government=effect.addressee.government).exclude(effects__action=effect.action)
        if addressee := free.first():
            Effect.objects.filter(pk=effect.pk).update(addressee=addressee)

    def change_direction(self) -> None:
        effect = self.dice.choice(list(Effect.objects.filter(undoes=None)))
        Effect.objects.filter(pk=effect.pk).update(direction=self.dice.choice(["fulfils", "contradicts", "partly_fulfils"]))

    def follow_up(self) -> None:
        self.new_assessment(self.dice.choice(self.recommendations), self.dice.choice(CODES))

    def outside_view(self) -> None:
        recommendation = self.dice.choice(self.recommendations)
        assessment = builders.assessment(
            self.next("AS"), recommendation, code=self.dice.choice(CODES), assessor_kind="third_party", assessor=f"Club {self.dice.randint(1, 2)}"
        )
        self.cite(assessment)

    def change_addressees(self) -> None:
        addressee = self.dice.choice(list(Addressee.objects.filter(government__code__in=CODES)))
        Addressee.objects.filter(pk=addressee.pk).update(note=self.next("A note"))
        group = builders.government("GROUP", kind="group")
        Addressee.objects.get_or_create(recommendation=self.dice.choice(self.recommendations), government=group)

    def rename_government(self) -> None:
        Government.objects.filter(code=self.dice.choice(CODES)).update(name=self.next("Land"))

    def put_out(self) -> None:
        """Some records or all; what isn't ready is refused, and that is that."""
        records = self.publishables()
        chosen = records if self.dice.random() < 0.4 else self.some(records)
        try:
            submission = submit(chosen, by=builders.author(), reason="a test")
            publish(approve(submission, by=builders.reviewer()), by=builders.reviewer())
        except (Refused, ValidationError):
            pass

    def take_off(self) -> None:
        records = self.publishables()
        chosen = records if self.dice.random() < 0.2 else self.dice.sample(records, min(len(records), self.dice.randint(1, 4)))
        try:
            submission = withdraw(chosen, by=builders.author(), reason="an error")
            publish(approve(submission, by=builders.reviewer()), by=builders.reviewer())
        except (Refused, ValidationError):
            pass


@pytest.mark.parametrize("seed", range(4))
def test_rows_kept_by_each_publication_are_those_made_anew(desk: str, seed: int) -> None:
    """After every edition, the tables say what a rebuild from the bodies would say: nothing is stale and nothing is left over."""
    world = World(seed)
    builders.put_out(*world.publishables())
    changes: list[Callable[[], None]] = [
        world.change_document,
        world.change_passage,
        world.change_citations,
        world.change_stance,
        world.change_dates,
        world.move_effect,
        world.change_direction,
        world.new_action,
        world.follow_up,
        world.outside_view,
        world.change_addressees,
        world.rename_government,
    ]
    done: list[str] = []
    for _step in range(14):
        for change in world.dice.sample(changes, world.dice.randint(1, 3)):
            change()
            done.append(change.__name__)
        (world.take_off if world.dice.random() < 0.2 else world.put_out)()
        assert differences(standing(), rebuilt()) == [], f"seed {seed}, after {done}"
    assert SiteEdition.desk.count() > 4, "the test is worth something only where most was published"


def test_the_case_is_what_its_bodies_say(casefile_desk: str) -> None:
    """Several packages, loaded one after another, give what one rebuild gives."""
    assert differences(standing(), rebuilt()) == []


def test_a_dispute_elsewhere_comes_and_goes_with_the_passage_that_is_shared(desk: str) -> None:
    """A status rests on an action that bears on quite another recommendation, for as long as they share a passage."""
    paper = builders.document("PAPER")
    shared, dispute = builders.citation(paper, "EV-1"), builders.citation(paper, "EV-2")
    target, elsewhere = builders.recommendation("REC-1", paper), builders.recommendation("REC-2", paper, to=("FR",))
    action = builders.action("ACT-1", code="FR")
    builders.effect(action, elsewhere, code="FR")
    builders.cite(action, dispute, "disputes")
    builders.cite(action, builders.citation(paper, "EV-3"))
    use = builders.cite(action, shared)
    verdict = builders.assessment("AS-1", target)
    builders.cite(verdict, shared)

    def now() -> tuple[int, list[str], int]:
        row = AssessmentEdition.objects.known_at(None).get(key="AS-1")
        status = AddresseeEdition.objects.known_at(None).get(assessment="AS-1")
        listed = CitationEdition.objects.known_at(None).filter(record_kind="assessment", record_key="AS-1", inherited=True)
        return status.disputes, row.actions, listed.count()

    builders.put_out(paper, target, elsewhere, action, verdict)
    assert now() == (1, ["ACT-1"], 1)
    Recommendation.objects.filter(pk=target.pk).update(note="Changed.")
    builders.put_out(target)
    assert now() == (1, ["ACT-1"], 1), "what is written anew for another reason still counts it"
    use.delete()
    builders.put_out(action)
    assert now() == (0, [], 0)
    builders.cite(action, shared)
    builders.put_out(action)
    assert now() == (1, ["ACT-1"], 1)
    withdrawal = withdraw([action], by=builders.user("chief", role="reviewer"), reason="an error")
    publish(approve(withdrawal, by=builders.reviewer()), by=builders.reviewer())
    assert now() == (0, [], 0)


def test_an_effect_that_moves_is_gone_where_it_was(desk: str) -> None:
    paper = builders.document("PAPER")
    passage = builders.citation(paper, "EV-1")
    here, there = builders.recommendation("REC-1", paper), builders.recommendation("REC-2", paper)
    action = builders.action("ACT-1")
    builders.cite(action, passage)
    effect = builders.effect(action, here)
    builders.put_out(paper, here, there, action)
    Effect.objects.filter(pk=effect.pk).update(addressee=there.addressees.get())
    builders.put_out(action)
    assert list(EffectEdition.objects.known_at(None).values_list("recommendation", flat=True)) == ["REC-2"]
    Effect.objects.all().delete()
    builders.put_out(action)
    assert not EffectEdition.objects.known_at(None).exists()


def test_a_reversal_that_was_only_announced_has_ended_nothing(desk: str) -> None:
    """Readers see an end from the day on which the reversal took effect, and none where it was taken back."""
    paper = builders.document("PAPER")
    passage, target = builders.citation(paper, "EV-1"), builders.recommendation("REC-1", paper)
    ban, lifting = builders.action("ACT-1", on="2015"), builders.action("ACT-2", on="2021")
    for action in (ban, lifting):
        builders.cite(action, passage)
    banned = builders.effect(ban, target)
    builders.effect(lifting, target, direction="", undoes=banned)
    lifting.events.update(kind="announced")
    builders.put_out(paper, target, ban, lifting)

    def ended_on() -> dt.date | None:
        return EffectEdition.objects.known_at(None).get(key=banned.key).ended_on

    assert ended_on() is None
    ActionEvent.objects.create(action=lifting, kind="in_force", on="2022-03")
    builders.put_out(lifting)
    assert ended_on() == dt.date(2022, 3, 1)
    ActionEvent.objects.create(action=lifting, kind="annulled", on="2023")
    builders.put_out(lifting)
    assert ended_on() is None


def test_an_inherited_dispute_is_listed_as_a_dispute(desk: str) -> None:
    """A passage may support one action and dispute another; a status that rests on both lists it for what counts against it."""
    paper = builders.document("PAPER")
    shared, double = builders.citation(paper, "EV-1"), builders.citation(paper, "EV-2")
    target = builders.recommendation("REC-1", paper)
    for n, stance in enumerate(("supports", "disputes", "supports")):
        action = builders.action(f"ACT-{n}")
        builders.cite(action, shared)
        builders.cite(action, double, stance)
    verdict = builders.assessment("AS-1", target)
    builders.cite(verdict, shared)
    builders.put_out(paper, target, *Action.objects.all(), verdict)
    listed = CitationEdition.objects.known_at(None).filter(record_kind="assessment", record_key="AS-1")
    assert sorted((row.citation, str(row.stance), row.inherited) for row in listed) == [("EV-1", "supports", False), ("EV-2", "disputes", True)]
