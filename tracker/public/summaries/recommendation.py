"""One recommendation, with what each government did about it and what that rests on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from tracker.editions.tables import (
    ActionEdition,
    AddresseeEdition,
    AssessmentEdition,
    CitationEdition,
    DocumentEdition,
    EffectEdition,
    GovernmentEdition,
    RecommendationEdition,
    RecordEdition,
)
from tracker.public.as_of import not_held_back, told
from tracker.public.clocks import Clocks
from tracker.public.corrections import Correction, corrections_of
from tracker.public.summaries.behind import citations_of, history_of
from tracker.public.summaries.counts import Distribution, distribution_of
from tracker.public.summaries.glance import Glance, glance_at
from tracker.public.summaries.related import Related, related
from tracker.public.summaries.timeline import Source, Timeline, drawn
from tracker.rules import deadlines
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import DeadlineOutcome, Earlier, Nature, Stance, Status


@dataclass
class EffectOfAction:
    """An effect with its action, both as they may be told on the day."""

    effect: EffectEdition
    action: ActionEdition
    undone_by: EffectEdition | None
    citations: list[CitationEdition] = field(default_factory=list)


@dataclass
class AddresseeStory:
    """One government's row on a recommendation's page, and what stands behind it."""

    addressee: AddresseeEdition
    recommendation: RecommendationEdition
    assessments: list[AssessmentEdition]
    others: list[AssessmentEdition]
    citations: list[CitationEdition]
    effects: list[EffectOfAction]
    cited: Mapping[tuple[str, str], list[CitationEdition]] = field(default_factory=dict)
    record: RecordEdition | None = None
    """The published version of the assessment that holds: who recorded and approved it, when."""
    earlier_days: list[AddresseeEdition] = field(default_factory=list)
    """What held on earlier days, newest first."""
    deadline: DeadlineOutcome | None = None

    @property
    def drawn_from(self) -> Source:
        """What the addressee's lane of a timeline is drawn from."""
        held = [self.addressee] if self.addressee.counted else []
        return Source(
            addressee=self.addressee,
            recommendation=self.recommendation,
            effects=[item.effect for item in self.effects],
            assessments=[*self.assessments, *self.others],
            periods=[*reversed(self.earlier_days), *held],
        )

    @property
    def verdicts(self) -> list[tuple[AssessmentEdition, list[CitationEdition]]]:
        """What others found, each with its citations, newest verdict of each; none of them decides the status here."""
        return [(row, self.cited.get(("assessment", row.key), [])) for row in self.others if not row.superseded_by]

    @property
    def holding(self) -> AssessmentEdition | None:
        """The assessment that holds; None where not assessed."""
        return next((row for row in self.assessments if row.key == self.addressee.assessment), None)

    def by_stance(self, stance: Stance) -> list[CitationEdition]:
        """Citations of the holding assessment with a stance."""
        return [citation for citation in self.citations if citation.stance == stance]

    @property
    def supporting(self) -> list[CitationEdition]:
        """What stands for the status."""
        return self.by_stance(Stance.SUPPORTS)

    @property
    def disputing(self) -> list[CitationEdition]:
        """What stands against it, or against the actions that it rests on."""
        return self.by_stance(Stance.DISPUTES)

    @property
    def context(self) -> list[CitationEdition]:
        """What bears on it without supporting or disputing it."""
        return self.by_stance(Stance.CONTEXT)

    @property
    def before(self) -> list[EffectOfAction]:
        """Actions dated before the recommendation: never uptake."""
        return [item for item in self.effects if item.effect.earlier == Earlier.YES]

    @property
    def order_unknown(self) -> list[EffectOfAction]:
        """Actions whose order to the recommendation is not known."""
        return [item for item in self.effects if item.effect.earlier == Earlier.UNKNOWN]

    @property
    def after(self) -> list[EffectOfAction]:
        """Actions dated after the recommendation."""
        return [item for item in self.effects if item.effect.earlier == Earlier.NO]


@dataclass(frozen=True)
class RecommendationPage:
    """Everything on a recommendation's page. ``addressed``: whom the text names, as pairs of code and name; no name where the code has none."""

    recommendation: RecommendationEdition
    made_in: DocumentEdition | None
    known_from: DocumentEdition | None
    citations: list[CitationEdition]
    addressed: list[tuple[str, str]]
    stories: list[AddresseeStory]
    not_counted: list[AddresseeStory]
    distribution: Distribution
    history: list[RecordEdition]
    corrections: list[Correction]
    related: list[Related]
    glance: Glance
    drawing: Timeline
    """A lane for each government with an action on record, by name."""
    taken_down: list[RecordEdition]
    """Verdicts on it that were taken down for legal reasons, whatever the day that is read: on none of them do they stand here."""

    @property
    def rows(self) -> list[Sequence[Any]]:
        """Every row whose texts the page shows, in groups."""
        stories = (*self.stories, *self.not_counted)
        return [
            [self.recommendation, self.made_in, self.known_from],
            [story.addressee for story in stories],
            [row for story in stories for row in (*story.assessments, *story.others)],
            [item.action for item in self.effects],
            [citation for story in stories for citations in ([*story.citations], *story.cited.values()) for citation in citations],
            [citation for item in self.effects for citation in item.citations],
            [each.recommendation for each in self.related],
            self.glance.rows,
        ]

    @property
    def governments(self) -> dict[str, str]:
        """The names of the addressees, by code."""
        return {story.addressee.government: story.addressee.government_name for story in (*self.stories, *self.not_counted)}

    @property
    def effects(self) -> list[EffectOfAction]:
        """All effects in order of date."""
        stories = (*self.stories, *self.not_counted)
        return sorted((item for story in stories for item in story.effects), key=lambda item: (item.effect.first_day, item.effect.key))


def recommendation_page(clocks: Clocks, reference: str) -> RecommendationPage | None:
    """A recommendation's page; None where there is no such recommendation at the clocks."""
    found = told(clocks.rows(RecommendationEdition).filter(reference=reference), clocks)
    if not found:
        return None
    (recommendation,) = found
    documents = {document.key: document for document in clocks.said(DocumentEdition).filter(key__in=recommendation.documents)}
    addressees = told(clocks.rows(AddresseeEdition).filter(recommendation=reference).order_by("government_name"), clocks)
    assessments: dict[str, list[AssessmentEdition]] = defaultdict(list)
    for assessment in told(clocks.rows(AssessmentEdition).filter(recommendation=reference), clocks):
        assessments[assessment.government].append(assessment)
    effects = effects_of_actions(clocks, list(clocks.rows(EffectEdition).filter(recommendation=reference)))
    holding = {addressee.assessment for addressee in addressees if addressee.assessment}
    others = {row.key for rows in assessments.values() for row in rows if row.assessor_kind != "staff"}
    cited = citations_of(clocks, {"recommendation": {reference}, "assessment": holding | others})
    records = {row.key: row for row in reversed(history_of(clocks, "assessment", holding))}
    before = earlier_days(clocks, reference)
    stories = [
        AddresseeStory(
            addressee=addressee,
            recommendation=recommendation,
            assessments=[row for row in assessments[addressee.government] if row.assessor_kind == "staff"],
            others=[row for row in assessments[addressee.government] if row.assessor_kind != "staff"],
            citations=cited["assessment", addressee.assessment] if addressee.assessment else [],
            effects=[item for item in effects if item.effect.government == addressee.government],
            cited=cited,
            record=records.get(addressee.assessment or ""),
            earlier_days=before[addressee.government],
            deadline=_deadline(clocks, recommendation, addressee),
        )
        for addressee in addressees
    ]
    with_actions = sorted((story for story in stories if story.effects), key=lambda story: story.addressee.government_name)
    return RecommendationPage(
        recommendation=recommendation,
        made_in=documents.get(recommendation.made_in or ""),
        known_from=documents.get(recommendation.known_from_document),
        citations=cited["recommendation", reference],
        addressed=_named(clocks, recommendation.addressed),
        stories=[story for story in stories if story.addressee.counted],
        not_counted=[story for story in stories if not story.addressee.counted],
        distribution=distribution_of(addressees, recommendation=reference),
        history=history_of(clocks, "recommendation", [reference]),
        # An assessment has no page of its own: what was corrected of it stands here, withdrawn ones included.
        corrections=corrections_of(
            clocks,
            Q(kind="recommendation", key=reference)
            | Q(kind="assessment", nature=Nature.TAKEN_DOWN.value, body__recommendation=reference)
            | Q(kind="assessment", key__in=clocks.ever_said(AssessmentEdition).filter(recommendation=reference).values("key")),
        ),
        taken_down=list(RecordEdition.objects.filter(kind="assessment", nature=Nature.TAKEN_DOWN.value, body__recommendation=reference)),
        related=related(clocks, recommendation),
        glance=glance_at(clocks, "recommendation", reference),
        drawing=drawn(clocks, [story.drawn_from for story in with_actions], close=True),
    )


def earlier_days(clocks: Clocks, reference: str) -> dict[str, list[AddresseeEdition]]:
    """What held at each government on days before ``as_of`` and holds no longer, newest first."""
    found: dict[str, list[AddresseeEdition]] = defaultdict(list)
    over = clocks.said(AddresseeEdition).filter(recommendation=reference, counted=True, valid_to__lte=clocks.as_of)
    for row in over.order_by("government", "-valid_from"):
        found[row.government].append(row)
    return found


def _deadline(clocks: Clocks, recommendation: RecommendationEdition, addressee: AddresseeEdition) -> DeadlineOutcome | None:
    """What became of the deadline that held on the day; None where there was none, or nothing is counted."""
    if not recommendation.due_on or not addressee.status:
        return None
    effective_on = PartialDate(addressee.effective_on) if addressee.effective_on else None
    return deadlines.outcome(clocks.as_of, PartialDate(recommendation.due_on), Status(addressee.status), effective_on)


def _named(clocks: Clocks, codes: str) -> list[tuple[str, str]]:
    """Governments from their codes as a text lists them, with their names where the site knows them."""
    listed = [code.strip() for code in codes.split(";") if code.strip()]
    names = dict(clocks.said(GovernmentEdition).filter(code__in=listed).values_list("code", "name"))
    return [(code, names.get(code, "")) for code in listed]


def effects_of_actions(clocks: Clocks, effects: Sequence[EffectEdition]) -> list[EffectOfAction]:
    """Effects with their actions and the actions' citations, oldest first."""
    actions = {action.key: action for action in told(clocks.rows(ActionEdition).filter(key__in={effect.action for effect in effects}), clocks)}
    cited = citations_of(clocks, {"action": set(actions)})
    undoing = {effect.undoes: effect for effect in effects if effect.undoes}
    return [
        EffectOfAction(
            effect=effect,
            action=actions[effect.action],
            undone_by=undoing.get(effect.key),
            citations=not_held_back(actions[effect.action], cited["action", effect.action]),
        )
        for effect in sorted(told(effects, clocks), key=lambda effect: (effect.first_day, effect.key))
        if effect.action in actions
    ]
