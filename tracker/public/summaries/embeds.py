"""What small pages for other people's sites say: one status, one row of the matrix, one distribution."""

from dataclasses import dataclass

from tracker.editions.tables import AddresseeEdition, DocumentEdition, GovernmentEdition, RecommendationEdition
from tracker.languages import names
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.summaries.counts import Distribution, distribution_of
from tracker.rules.vocabulary import Provenance

Charted = RecommendationEdition | GovernmentEdition | DocumentEdition


@dataclass(frozen=True)
class StatusCard:
    """One government beside one recommendation."""

    recommendation: RecommendationEdition
    addressee: AddresseeEdition


@dataclass(frozen=True)
class Row:
    """One recommendation with every government that it is followed for."""

    recommendation: RecommendationEdition
    addressees: list[AddresseeEdition]
    distribution: Distribution

    @property
    def provenance(self) -> Provenance:
        """Shipped where anything shown here is."""
        shown = (self.recommendation, *self.addressees)
        return Provenance.SHIPPED if any(row.provenance == Provenance.SHIPPED for row in shown) else Provenance(self.recommendation.provenance)


@dataclass(frozen=True)
class Chart:
    """The counted addressees of a recommendation, a government or a document by status; how many are disputed, how many nobody here reviewed."""

    kind: str
    key: str
    title: str
    subject: Charted
    distribution: Distribution
    disputed: int
    not_reviewed: int


def status_card(clocks: Clocks, reference: str, code: str) -> StatusCard | None:
    """A status; None where the recommendation is not addressed to the government at the clocks."""
    recommendation = _recommendation(clocks, reference)
    addressees = told(clocks.rows(AddresseeEdition).filter(recommendation=reference, government=code), clocks)
    return StatusCard(recommendation, addressees[0]) if recommendation and addressees else None


def matrix_row(clocks: Clocks, reference: str) -> Row | None:
    """A recommendation's row of the matrix; None where there is no such recommendation at the clocks."""
    recommendation = _recommendation(clocks, reference)
    if recommendation is None:
        return None
    addressees = told(clocks.rows(AddresseeEdition).filter(recommendation=reference, counted=True).order_by("government_name"), clocks)
    return Row(recommendation, addressees, distribution_of(addressees, recommendation=reference))


def chart(clocks: Clocks, kind: str, key: str) -> Chart | None:
    """The distribution of a ``recommendation``, a ``government`` or a ``document``; None where there is none at the clocks."""
    counted = clocks.rows(AddresseeEdition).filter(counted=True)
    subject: Charted | None
    match kind:
        case "recommendation":
            subject = _recommendation(clocks, key)
            title, rows = (f"{subject.short_title} ({key})" if subject else ""), counted.filter(recommendation=key)
        case "government":
            subject = clocks.said(GovernmentEdition).filter(code=key).first()
            title, rows = (names.government(subject.code, subject.name) if subject else ""), counted.filter(government=key)
        case _:
            subject = clocks.said(DocumentEdition).filter(key=key).first()
            title, rows = (subject.title if subject else ""), counted.filter(documents__contains=[key])
    if subject is None:
        return None
    addressees = list(rows)
    shipped = [row for row in addressees if row.assessment and row.provenance == Provenance.SHIPPED]
    return Chart(kind, key, title, subject, distribution_of(addressees, **{kind: key}), sum(row.disputed for row in addressees), len(shipped))


def _recommendation(clocks: Clocks, reference: str) -> RecommendationEdition | None:
    return next(iter(told(clocks.rows(RecommendationEdition).filter(reference=reference), clocks)), None)
