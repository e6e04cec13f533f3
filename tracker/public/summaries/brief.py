"""One page for one government, or for one document: what was recommended, by whom, what became of it, how sure that is, what changed lately.

What does not fit is left out by the rule of :mod:`tracker.public.fitting`, and counted. Each brief asks a fixed number of questions.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Min, Q

from tracker.editions.tables import AddresseeEdition, AssessmentEdition, DocumentEdition, EditionQuerySet, GovernmentEdition, RecommendationEdition
from tracker.languages import names
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.columnar import addressees_at
from tracker.public.fitting import Fitted, fit, lines_of
from tracker.public.summaries.counts import LONGEST_LIST, TAKEN_UP, Distribution, distribution
from tracker.public.summaries.dashboard import Certainty, certainty
from tracker.public.translated import Wordings, wordings_of
from tracker.rules.vocabulary import Status

LINES = 30
"""Lines of a brief that its lists share, what its head takes beyond a line included."""
ASKED, LATEST = 6, 12
"""The most lines that who recommended, and what changed lately, take of them; differences take what is left."""
FETCHED = 20
"""Rows of a list that could fit at all."""
MARK = 32
"""Signs of the mark of a translation."""
TITLE_WIDTH = 62
"""Signs that a line of the title surely holds."""
AGAINST = (Status.CONTRARY_ACTION, Status.REVERSED, Status.REJECTED)


@dataclass(frozen=True)
class Asked:
    """Who recommended how much, and when. ``references`` are those recommendations; nothing where they are more than an address names."""

    made_by: str
    recommended_on: str
    recommendations: int
    references: Sequence[str] = ()


@dataclass(frozen=True)
class Apart:
    """A recommendation whose status at one government is not the one that more than half of the others have."""

    addressee: AddresseeEdition
    most: Status
    number: int
    others: int


@dataclass(frozen=True)
class Spread:
    """A recommendation that governments answered differently."""

    reference: str
    row: AddresseeEdition
    distribution: Distribution
    """``row`` stands for its addressees, whose title is the recommendation's."""


@dataclass(frozen=True)
class Verdict:
    """A verdict of somebody else that is not the editors'."""

    assessment: AssessmentEdition
    editors: Status
    government_name: str


@dataclass(frozen=True)
class Brief:
    """A brief. ``subject`` is a government or a document, ``kind`` and ``key`` name its page and its filter."""

    kind: str
    key: str
    title: str
    subject: GovernmentEdition | DocumentEdition
    asked: Fitted[Asked]
    recommendations: int
    distribution: Distribution
    certainty: Certainty
    apart: Fitted[Apart]
    spread: Fitted[Spread]
    verdicts: Fitted[Verdict]
    latest: Fitted[AddresseeEdition]
    wordings: Wordings

    @property
    def words(self) -> str:
        """The title in the reader's language: a document's own stays."""
        return self.wordings.of(self.subject, "title").words if isinstance(self.subject, DocumentEdition) else self.title

    @property
    def filters(self) -> dict[str, str]:
        """What opens its rows in a list."""
        return {self.kind: self.key}


def government_brief(clocks: Clocks, code: str) -> Brief | None:
    """A government's brief; None where there is no such government at the clocks."""
    subject = clocks.said(GovernmentEdition).filter(code=code).first()
    if subject is None:
        return None
    among = Q(government=code, counted=True)
    title = names.government(subject.code, subject.name)
    left = LINES - _head(title, "")
    return _brief(clocks, "government", code, title, subject, among, left)


def document_brief(clocks: Clocks, key: str) -> Brief | None:
    """A document's brief; None where there is no such document at the clocks."""
    subject = clocks.said(DocumentEdition).filter(key=key).first()
    if subject is None:
        return None
    among = Q(documents__contains=[key], counted=True)
    placed = ", ".join(filter(None, (subject.author, subject.publisher, subject.stake)))
    return _brief(clocks, "document", key, subject.title, subject, among, LINES - _head(subject.title, placed))


def _head(title: str, placed: str) -> int:
    """Lines of the head beyond the first two."""
    return max(2 * (lines_of(title, TITLE_WIDTH) - 1), 0) + max(lines_of(placed) - 1, 0)


def _brief(clocks: Clocks, kind: str, key: str, title: str, subject: GovernmentEdition | DocumentEdition, among: Q, left: int) -> Brief:
    counted = clocks.rows(AddresseeEdition).filter(among)
    every = addressees_at(clocks)
    here = every.among(every.meets(among))
    wordings = _wordings(clocks, kind, key, counted)
    asked, recommendations = _asked(clocks, counted, min(ASKED, left))
    left -= asked.lines
    latest = _latest(clocks, counted, min(LATEST, left), wordings)
    left -= latest.lines
    verdicts = _verdicts(clocks, counted, max(min(4, left), 0))
    left -= verdicts.lines
    apart: Fitted[Apart] = _apart(clocks, counted, key, left, wordings) if kind == "government" else Fitted([], 0, 0)
    spread: Fitted[Spread] = _spread(counted, left, wordings) if kind == "document" else Fitted([], 0, 0)
    return Brief(
        kind=kind,
        key=key,
        title=title,
        subject=subject,
        asked=asked,
        recommendations=recommendations,
        distribution=distribution(here.counts("status", here.all), **{kind: key}),
        certainty=certainty(here),
        apart=apart,
        spread=spread,
        verdicts=verdicts,
        latest=latest,
        wordings=wordings,
    )


def _wordings(clocks: Clocks, kind: str, key: str, counted: EditionQuerySet) -> Wordings:
    """The translations of every title that a brief can show, in one question, before it is decided what fits."""
    titles = Q(record_kind="recommendation", text="short_title", record_key__in=counted.order_by().values("recommendation"))
    return wordings_of(clocks, titles | Q(record_kind="document", record_key=key) if kind == "document" else titles)


def _title(row: AddresseeEdition, wordings: Wordings) -> str:
    """A title as a brief shows it, as long as with its mark."""
    found = wordings.of(row, "short_title")
    return found.words + (" " * MARK if found.translation else "")


def _asked(clocks: Clocks, counted: EditionQuerySet, lines: int) -> tuple[Fitted[Asked], int]:
    """Who recommended, oldest first, and how many recommendations there are."""
    rows = clocks.rows(RecommendationEdition).filter(reference__in=counted.order_by().values("recommendation"))
    grouped = (
        rows.order_by().values("made_by", "recommended_on").annotate(number=Count("id"), first=Min("recommended_first")).order_by("first", "made_by")
    )
    groups = [Asked(row["made_by"], row["recommended_on"], row["number"]) for row in grouped]
    asked = fit(groups, lambda each: f"{each.made_by}, {each.recommended_on}: 000 recommendations", lines=lines)
    few = [each for each in asked.shown if each.recommendations <= LONGEST_LIST]
    wanted = Q(pk=None)
    for each in few:
        wanted |= Q(made_by=each.made_by, recommended_on=each.recommended_on)
    references: dict[tuple[str, str], list[str]] = defaultdict(list)
    for made_by, day, reference in rows.filter(wanted).order_by("reference").values_list("made_by", "recommended_on", "reference"):
        references[made_by, str(day)].append(reference)
    shown = [replace(each, references=references[each.made_by, str(each.recommended_on)]) for each in asked.shown]
    return replace(asked, shown=shown), sum(each.recommendations for each in groups)


def _latest(clocks: Clocks, counted: EditionQuerySet, lines: int, wordings: Wordings) -> Fitted[AddresseeEdition]:
    """The newest statuses, as the dashboard orders them."""
    rows = counted.exclude(assessment=None)
    newest = told(rows.order_by("-valid_from", "recommendation", "government")[:FETCHED], clocks)
    return fit(newest, lambda row: _words_of(row, wordings), lines=lines, total=rows.count())


def _words_of(row: AddresseeEdition, wordings: Wordings) -> str:
    """About as long as what a brief says of a status, marks included."""
    said = [row.government_name, _title(row, wordings), row.recommendation, row.status.label if row.status else "", "15 Sep 2026, 00 for, 00 against"]
    said += ["single source"] if row.corroboration == "single_source" else []
    said += ["no action found as of"] if row.status == Status.NO_EVIDENCE else []
    said += ["claimed by", *row.claimed_by] if row.claimed_by else []
    said += ["searched 15 Sep 2026; due again since 15 Sep 2026"] if row.search_due_on else []
    said += ["0 replies"] if row.replies else []
    return " ".join(said)


def _apart(clocks: Clocks, counted: EditionQuerySet, code: str, lines: int, wordings: Wordings) -> Fitted[Apart]:
    """Where the status is assessed and more than half of the others, two at least, have another one: the fewest companions first."""
    own = told(counted.exclude(assessment=None), clocks)
    references = [row.recommendation for row in own]
    others = clocks.rows(AddresseeEdition).filter(counted=True, recommendation__in=references).exclude(government=code).order_by()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for reference, status, number in others.values_list("recommendation", "status").annotate(number=Count("id")):
        counts[reference][str(status)] = number
    found = []
    for row in own:
        total = counts[row.recommendation].total()
        status, number = next(iter(counts[row.recommendation].most_common(1)), ("", 0))
        if total > 1 and 2 * number > total and status != str(row.status):
            found.append(
                (
                    counts[row.recommendation][str(row.status)] / total,
                    row.recommended_on,
                    row.recommendation,
                    Apart(row, Status(status), number, total),
                )
            )
    ordered = [each[-1] for each in sorted(found, key=lambda each: each[:3])]
    return fit(ordered, lambda each: f"{_words_of(each.addressee, wordings)} {each.most.label}: 000 of 000 others", lines=lines)


def _spread(counted: EditionQuerySet, lines: int, wordings: Wordings) -> Fitted[Spread]:
    """Recommendations by how differently governments answered: toward and against first, then by the number of different verdicts."""
    counts: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    grouped = counted.order_by("recommendation", "status").values_list("recommendation", "short_title", "short_title_language", "status")
    for reference, title, language, status, number in grouped.annotate(number=Count("id")):
        counts[reference, title, language][str(status)] = number
    found = [
        Spread(
            reference,
            AddresseeEdition(recommendation=reference, short_title=title, short_title_language=language),
            distribution(held, recommendation=reference),
        )
        for (reference, title, language), held in counts.items()
    ]
    differing = [each for each in found if len(_assessed(each)) > 1]
    ordered = sorted(differing, key=lambda each: (-_both_ways(each), -len(_assessed(each)), each.reference))
    return fit(ordered, lambda each: _spread_in_words(each, wordings), lines=lines)


def _assessed(each: Spread) -> list[Status]:
    return [item.status for item in each.distribution.held if item.status is not Status.NOT_ASSESSED]


def _both_ways(each: Spread) -> bool:
    return any(each.distribution.of(status) for status in TAKEN_UP) and any(each.distribution.of(status) for status in AGAINST)


def _spread_in_words(each: Spread, wordings: Wordings) -> str:
    statuses = ", ".join(f"{item.status.label} {item.count}" for item in each.distribution.held)
    return f"{_title(each.row, wordings)} {each.reference} {statuses}, of 000 counted"


def _verdicts(clocks: Clocks, counted: EditionQuerySet, lines: int) -> Fitted[Verdict]:
    """Verdicts of the government itself or of third parties that differ from the editors'."""
    own = {
        (reference, code): (status, name)
        for reference, code, status, name in counted.exclude(assessment=None).values_list("recommendation", "government", "status", "government_name")
    }
    rows = clocks.rows(AssessmentEdition).exclude(assessor_kind="staff").filter(recommendation__in={reference for reference, _code in own})
    found = [
        Verdict(row, Status(status), name)
        for row in told(rows, clocks)
        for status, name in [own.get((row.recommendation, row.government), (row.status, ""))]
        if not row.superseded_by and row.status != status
    ]
    return fit(found, _verdict_in_words, lines=lines)


def _verdict_in_words(each: Verdict) -> str:
    row = each.assessment
    said = [row.recommendation, each.government_name, row.assessor, row.assessor_kind.label, row.status.label, "the editors", each.editors.label]
    return " ".join([*said, "00 for, 00 against", *(["claimed by", *row.claimed_by] if row.claimed_by else [])])
