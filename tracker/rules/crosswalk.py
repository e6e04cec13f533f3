"""How the statuses of this site stand to the vocabularies of others: one table, read in both directions.

The relations are those of SKOS (Simple Knowledge Organization System, W3C Recommendation, 18 August 2009, section 10), said of our word toward
theirs; read from theirs they turn round. A word is taken over only where that claims no more than was said: going out, ours for theirs where theirs
is the same, close or broader; coming in, theirs for ours where theirs is the same, close or narrower. So some words have a counterpart in one
direction alone, and some in none, and the table says why.

What each vocabulary's words were read in stands with it (:class:`Source`), and so does what could not be confirmed.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.rules.vocabulary import Status


def _(message: str) -> str:
    """Marks a message for translation; whoever shows it translates it."""
    return message


class Match(enum.StrEnum):
    """How a word stands to another, by the names of SKOS."""

    EXACT = "exactMatch"
    CLOSE = "closeMatch"
    BROAD = "broadMatch"
    NARROW = "narrowMatch"

    @property
    def inverse(self) -> "Match":
        """The same relation read from the other word."""
        return {Match.BROAD: Match.NARROW, Match.NARROW: Match.BROAD}.get(self, self)

    @property
    def claims_no_more(self) -> bool:
        """Whether the other word may stand for this one: it says the same, nearly the same, or less."""
        return self is not Match.NARROW

    @property
    def label(self) -> str:
        """In words: what the other word is, seen from this one."""
        return {
            Match.EXACT: _("the same"),
            Match.CLOSE: _("close"),
            Match.BROAD: _("says less"),
            Match.NARROW: _("says more"),
        }[self]


@dataclass(frozen=True, slots=True)
class Source:
    """What the words were read in. ``date`` is that of the document, or the day of which it speaks; empty where it bears none."""

    publisher: str
    title: str
    date: str
    url: str


@dataclass(frozen=True, slots=True)
class Link:
    """One of our statuses and one of their words: how theirs stands to ours (``match``), and why, in a sentence."""

    status: Status
    word: str
    match: Match
    why: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary of somebody else. ``words`` stand in its own order; ``unconfirmed`` are those that no document of its publisher was read for.

    ``of_statuses`` and ``of_words`` say why a status or a word has no counterpart.
    """

    key: str
    name: str
    words: tuple[str, ...]
    rates: str
    source: Source
    links: tuple[Link, ...]
    of_statuses: dict[Status, str]
    of_words: dict[str, str]
    unconfirmed: tuple[str, ...] = ()
    not_confirmed: str = ""

    def links_of(self, status: Status) -> list[Link]:
        """The words that stand to a status, the closest first."""
        return sorted((link for link in self.links if link.status is status), key=lambda link: list(Match).index(link.match))

    def links_to(self, word: str) -> list[Link]:
        """The statuses that stand to a word."""
        return [link for link in self.links if link.word == word]


GAO = Vocabulary(
    key="gao",
    name="GAO",
    words=("Open", "Open – Partially Addressed", "Closed – Implemented", "Closed – Not Implemented", "Closed – No Longer Valid"),
    rates=_("one recommendation to one agency, as the audit office follows it until it closes it"),
    source=Source(
        "U.S. Government Accountability Office",
        "Recommendations Database",
        "2020-10-25",
        "https://www.gao.gov/reports-testimonies/recommendations-database/",
    ),
    links=(
        Link(
            Status.IMPLEMENTED,
            "Closed – Implemented",
            Match.CLOSE,
            _("The office is satisfied and stops following it; here a status may still change."),
        ),
        Link(Status.PARTIALLY_IMPLEMENTED, "Open – Partially Addressed", Match.CLOSE, _("A part is done and the office goes on following the rest.")),
        Link(Status.UNDER_CONSIDERATION, "Open", Match.BROAD, _("Open says only that it is not done, whatever was begun.")),
        Link(Status.NO_ACTION, "Open", Match.BROAD, _("Open says only that it is not done, not that nothing was.")),
        Link(Status.NO_EVIDENCE, "Open", Match.BROAD, _("Open stands until the office confirms an action; it does not say that anybody searched.")),
        Link(
            Status.REJECTED,
            "Closed – Not Implemented",
            Match.BROAD,
            _("It is closed so for whatever reason nothing more is expected; a refusal is one of them."),
        ),
        Link(Status.SUPERSEDED, "Closed – No Longer Valid", Match.CLOSE, _("What was recommended has lost its object.")),
    ),
    of_statuses={
        Status.CONTRARY_ACTION: _("No word tells an action against the recommendation from inaction."),
        Status.REVERSED: _("No word says that what was done was undone."),
        Status.NOT_ASSESSED: _("Every recommendation has a status from its first day."),
    },
    of_words={},
    unconfirmed=("Open – Partially Addressed", "Closed – No Longer Valid"),
    not_confirmed=_(
        "Open, Closed – Implemented and Closed – Not Implemented were read on the office’s own page of 2020; the other two only in programs by "
        "others that read its later pages."
    ),
)

UPR = Vocabulary(
    key="upr",
    name="UPR",
    words=("fully implemented", "partially implemented", "not implemented"),
    rates=_("one recommendation to one state, halfway between two reviews, as the mean of what those who were asked say"),
    source=Source("UPR Info", "Beyond promises: The impact of the UPR on the ground", "2014", "https://www.upr-info.org/"),
    links=(
        Link(Status.IMPLEMENTED, "fully implemented", Match.CLOSE, _("There it is the mean of several answers; here a verdict on the evidence.")),
        Link(
            Status.PARTIALLY_IMPLEMENTED,
            "partially implemented",
            Match.CLOSE,
            _("There it may also be the mean of answers that contradict each other."),
        ),
        Link(Status.UNDER_CONSIDERATION, "not implemented", Match.BROAD, _("Nothing is done so far, which is all that the word says.")),
        Link(Status.NO_ACTION, "not implemented", Match.BROAD, _("The word does not say whether the state refused, waited or did the opposite.")),
        Link(
            Status.REJECTED,
            "not implemented",
            Match.BROAD,
            _("That a state refused shows in its answer to the review, supported or noted, not in this word."),
        ),
        Link(Status.CONTRARY_ACTION, "not implemented", Match.BROAD, _("No word tells an action against the recommendation from inaction.")),
        Link(Status.REVERSED, "not implemented", Match.BROAD, _("It is not done any more, which is all that the word says.")),
    ),
    of_statuses={
        Status.NO_EVIDENCE: _("Who was asked says what was done; that a search found nothing is another thing."),
        Status.SUPERSEDED: _("No word says that a recommendation has lost its object."),
        Status.NOT_ASSESSED: _("What nobody answered for is left out of the assessment."),
    },
    of_words={},
    unconfirmed=("not implemented",),
    not_confirmed=_(
        "The review itself has no vocabulary of implementation: states answer that they support or note a recommendation. These are the words of an "
        "organisation’s follow-up programme; the first two were read in its study, the third follows from its method."
    ),
)

FATF = Vocabulary(
    key="fatf",
    name="FATF",
    words=("Compliant", "Largely compliant", "Partially compliant", "Non-compliant", "Not applicable"),
    rates=_("the state of a country’s law and institutions against a standard on the day of a visit, not what it did since it was told"),
    source=Source(
        "Financial Action Task Force",
        "Methodology for Assessing Technical Compliance with the FATF Recommendations and the Effectiveness of AML/CFT Systems",
        "2019-10",
        "https://www.fatf-gafi.org/publications/mutualevaluations/documents/fatf-methodology.html",
    ),
    links=(
        Link(Status.IMPLEMENTED, "Compliant", Match.CLOSE, _("A country may comply without having done anything since; here something was done.")),
        Link(Status.PARTIALLY_IMPLEMENTED, "Largely compliant", Match.NARROW, _("It says that little is missing; here a part is a part.")),
        Link(Status.PARTIALLY_IMPLEMENTED, "Partially compliant", Match.NARROW, _("It says that much is missing; here a part is a part.")),
        Link(
            Status.NO_ACTION,
            "Non-compliant",
            Match.BROAD,
            _("It is rated so whatever the reason; where the measure was in place before, it is rated otherwise."),
        ),
        Link(Status.REJECTED, "Non-compliant", Match.BROAD, _("It is rated so whether or not anybody refused.")),
        Link(Status.CONTRARY_ACTION, "Non-compliant", Match.BROAD, _("It is rated so whether or not anything was done against the standard.")),
    ),
    of_statuses={
        Status.UNDER_CONSIDERATION: _("Drafts do not count; the country keeps whatever rating its law gives it."),
        Status.NO_EVIDENCE: _("A rating rests on a visit and not on a search that found nothing."),
        Status.REVERSED: _("What is left after an act was undone may be rated in any way."),
        Status.SUPERSEDED: _("A standard that was replaced is rated no more."),
        Status.NOT_ASSESSED: _("Every standard is rated at each evaluation."),
    },
    of_words={"Not applicable": _("The standard does not concern the country; nobody addresses a recommendation so here.")},
    not_confirmed=_(
        "The five ratings were read in published tables of ratings and in teaching material on the Methodology, not in the Methodology itself."
    ),
)

OGP = Vocabulary(
    key="ogp",
    name="OGP",
    words=("No Evidence Available", "Not Started", "Limited", "Substantial", "Complete"),
    rates=_("how far the activities of a government’s own commitment were carried out, some months after the plan ended"),
    source=Source("Open Government Partnership", "Glossary: Completion", "", "https://www.opengovpartnership.org/glossary/completion/"),
    links=(
        Link(Status.IMPLEMENTED, "Complete", Match.CLOSE, _("There the government’s own promise is the measure; here what somebody recommended.")),
        Link(Status.PARTIALLY_IMPLEMENTED, "Limited", Match.NARROW, _("It says that the smaller part is done; here a part is a part.")),
        Link(Status.PARTIALLY_IMPLEMENTED, "Substantial", Match.NARROW, _("It says that the larger part is done; here a part is a part.")),
        Link(Status.NO_EVIDENCE, "No Evidence Available", Match.CLOSE, _("Both say that nothing was found; here the search is on record.")),
        Link(Status.NO_ACTION, "Not Started", Match.CLOSE, _("Both say that nothing was done by the day; here a source shows it.")),
    ),
    of_statuses={
        Status.UNDER_CONSIDERATION: _("What only prepares the measure may be rated Not Started or Limited."),
        Status.REJECTED: _("A government does not refuse its own commitment."),
        Status.CONTRARY_ACTION: _("No word tells an action against the commitment from inaction."),
        Status.REVERSED: _("No word says that what was done was undone."),
        Status.SUPERSEDED: _("No word of the scale says that a commitment has lost its object."),
        Status.NOT_ASSESSED: _("A commitment that was not assessed is not in the scale."),
    },
    of_words={},
    not_confirmed=_(
        "Some reports call a commitment withdrawn; that is no word of the scale as the partnership’s glossary gives it, and is left out."
    ),
)

POLITIFACT = Vocabulary(
    key="politifact",
    name="PolitiFact",
    words=("Not Yet Rated", "In the Works", "Stalled", "Promise Kept", "Compromise", "Promise Broken"),
    rates=_("a promise of a campaign, by its outcome, whoever stood in the way"),
    source=Source(
        "PolitiFact",
        "The difference between Stalled and Promise Broken",
        "2010-01-04",
        "https://www.politifact.com/truth-o-meter/blog/2010/jan/04/difference-between-stalled-and-promise-broken/",
    ),
    links=(
        Link(Status.IMPLEMENTED, "Promise Kept", Match.CLOSE, _("There what is mostly done is kept; here the whole is asked for.")),
        Link(Status.PARTIALLY_IMPLEMENTED, "Compromise", Match.CLOSE, _("There it is a last word; here more may follow.")),
        Link(Status.UNDER_CONSIDERATION, "In the Works", Match.CLOSE, _("Proposed or being considered, in both.")),
        Link(Status.REJECTED, "Promise Broken", Match.BROAD, _("It is broken whether it was refused, blocked or forgotten.")),
        Link(Status.CONTRARY_ACTION, "Promise Broken", Match.BROAD, _("It is broken whether or not the opposite was done.")),
        Link(Status.REVERSED, "Promise Broken", Match.BROAD, _("A promise that was kept is rated broken once it is undone.")),
        Link(Status.NOT_ASSESSED, "Not Yet Rated", Match.CLOSE, _("Nobody has looked so far, in both.")),
    ),
    of_statuses={
        Status.NO_EVIDENCE: _("A rating rests on what was found; that a search found nothing is no rating."),
        Status.NO_ACTION: _("Before the end of a term it may be Stalled or Not Yet Rated, after it Promise Broken."),
        Status.SUPERSEDED: _("A promise is not replaced by another."),
    },
    of_words={"Stalled": _("It was begun and stands still; here that is under consideration, partially implemented or no action, by what was done.")},
    not_confirmed=_("The six ratings were read for the promises of one president; other trackers of the same publisher were not read."),
)

CROSSWALK = {vocabulary.key: vocabulary for vocabulary in (GAO, UPR, FATF, OGP, POLITIFACT)}
"""By the name that stands in the columns of files (``status_gao``)."""


def to_foreign(vocabulary: str, status: Status) -> str:
    """The word that may stand for a status in a vocabulary; empty where every word would claim more, or something else."""
    return next((link.word for link in CROSSWALK[vocabulary].links_of(status) if link.match.claims_no_more), "")


def from_foreign(vocabulary: str, word: str) -> Status | None:
    """The status that may stand for a word of a vocabulary, whatever its capitals and dashes; None where each would claim more than was said.

    ``KeyError`` for a vocabulary that is not here. A word that is none of the vocabulary has no status either.
    """
    written = _plainly(word)
    found = [link for link in CROSSWALK[vocabulary].links if _plainly(link.word) == written and link.match.inverse.claims_no_more]
    return found[0].status if found else None


def imported(word: str) -> Status | None:
    """The status that is taken from a word in a file of nobody knows whose vocabulary: that of every one here that has the word, if they agree.

    None where one of them has it and takes no status from it, and where none has it.
    """
    written = _plainly(word)
    holding = (vocabulary for vocabulary in CROSSWALK.values() if any(_plainly(each) == written for each in vocabulary.words))
    found = {from_foreign(vocabulary.key, word) for vocabulary in holding}
    return found.pop() if len(found) == 1 else None


def beside(word: str) -> list[Status]:
    """The statuses that a word of any vocabulary here may stand beside, whatever each claims, in the order of the vocabularies."""
    written = _plainly(word)
    return list(dict.fromkeys(link.status for vocabulary in CROSSWALK.values() for link in vocabulary.links if _plainly(link.word) == written))


def _plainly(word: str) -> str:
    return " ".join(word.casefold().replace("–", " ").replace("—", " ").replace("-", " ").split())


def rows() -> Iterator[tuple[Vocabulary, Status, Link | None]]:
    """The whole table: every status beside every vocabulary, once for each word that stands to it, or once with none."""
    for vocabulary in CROSSWALK.values():
        for status in Status:
            links: list[Link | None] = [*vocabulary.links_of(status)]
            for link in links or [None]:
                yield vocabulary, status, link
