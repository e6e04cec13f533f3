"""The controlled vocabularies: each value with its word, its definition and, where it is drawn, its shape and colour.

The words are English message ids; templates translate them (``gettext``). /methodology/ is generated from here, so a definition
is written once. Sources: the status scheme is this project's own; stances and corroboration follow the usual practice
of evidence registers; event kinds follow the life of a legal act.
"""

import enum


class Word(enum.StrEnum):
    """A value of a controlled vocabulary: ``value`` is stored, ``label`` is shown, ``definition`` is published."""

    label: str
    definition: str

    def __new__(cls, value: str, label: str = "", definition: str = "") -> "Word":
        """Build a member from its stored value, its word and its definition."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        word.definition = definition
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs (stored value, word), in the order of the vocabulary, as form fields take them."""
        return [(word.value, word.label) for word in cls]


class Tone(enum.StrEnum):
    """The colour family of a status; the stylesheet gives each a light and a dark value. Never the only carrier of meaning."""

    DONE = "done"
    PARTLY = "partly"
    PENDING = "pending"
    NEGATIVE = "negative"
    CONTRARY = "contrary"
    UNKNOWN = "unknown"


class Status(Word):
    """What became of a recommendation at one government. Each has a word, a definition, a shape and a colour family."""

    shape: str
    tone: Tone

    def __new__(cls, value: str, label: str = "", definition: str = "", shape: str = "", tone: Tone = Tone.UNKNOWN) -> "Status":
        """Build a status; ``shape`` names a symbol of the site's icon sheet."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label, word.definition, word.shape, word.tone = label, definition, shape, tone
        return word

    IMPLEMENTED = (
        "implemented",
        "implemented",
        "The government did what was recommended, by the criteria of the recommendation. Nothing is said of why it did so.",
        "disc",
        Tone.DONE,
    )
    PARTIALLY_IMPLEMENTED = (
        "partially_implemented",
        "partially implemented",
        "The government did a part of what was recommended, or did it in a narrower way.",
        "half-disc",
        Tone.PARTLY,
    )
    UNDER_CONSIDERATION = (
        "under_consideration",
        "under consideration",
        "A body of the government has taken the matter up (a bill, a motion, an announcement), without the measure itself so far.",
        "ring-dot",
        Tone.PENDING,
    )
    NO_EVIDENCE = (
        "no_evidence",
        "no evidence found",
        "Someone searched, and the search is on record; no action of the kind was found. That does not show that there was none.",
        "ring-dashed",
        Tone.UNKNOWN,
    )
    NO_ACTION = (
        "no_action",
        "no action",
        "A source shows that the government had not acted on the day; the search is on record.",
        "ring",
        Tone.NEGATIVE,
    )
    REJECTED = (
        "rejected",
        "rejected",
        "The government declined the measure.",
        "cross",
        Tone.NEGATIVE,
    )
    CONTRARY_ACTION = (
        "contrary_action",
        "contrary action",
        "The government acted in the opposite direction.",
        "triangle-down",
        Tone.CONTRARY,
    )
    REVERSED = (
        "reversed",
        "reversed",
        "What the government had done was undone later.",
        "turn",
        Tone.CONTRARY,
    )
    SUPERSEDED = (
        "superseded",
        "superseded",
        "Another recommendation or event has taken the place of this one, so that it is no longer followed.",
        "square",
        Tone.UNKNOWN,
    )
    NOT_ASSESSED = (
        "not_assessed",
        "not assessed",
        "Nobody has published an assessment that holds on the day. It says nothing about what the government did.",
        "dots",
        Tone.UNKNOWN,
    )

    @property
    def rests_on_a_search(self) -> bool:
        """Whether it may be published only with the log of a search."""
        return self in (Status.NO_EVIDENCE, Status.NO_ACTION)


class Direction(Word):
    """How an action bears on what was recommended to a government."""

    FULFILS = "fulfils", "fulfils", "Does what was recommended."
    PARTLY_FULFILS = "partly_fulfils", "partly fulfils", "Does a part of it, or does it in a narrower way."
    NO_DIRECT_EFFECT = "no_direct_effect", "no direct effect", "Touches the matter without doing or undoing what was recommended."
    CONTRADICTS = "contradicts", "contradicts", "Goes against what was recommended."
    NOT_JUDGED = "not_judged", "not judged", "Recorded as related; nobody has judged its direction."

    @property
    def sign(self) -> int:
        """+1 toward the recommendation, -1 against it, 0 neither."""
        return {Direction.FULFILS: 1, Direction.PARTLY_FULFILS: 1, Direction.CONTRADICTS: -1}.get(self, 0)


class Earlier(Word):
    """Whether an action is dated before the recommendation, by the dates alone."""

    YES = (
        "yes",
        "earlier",
        "Every day that the action's date can mean lies before every day that the recommendation's can mean. Never uptake.",
    )
    NO = "no", "later", "Every day that the action's date can mean lies after every day that the recommendation's can mean."
    UNKNOWN = (
        "unknown",
        "order unknown",
        "The two dates overlap, so that their order is not known. Counted neither as earlier nor as uptake.",
    )


class EventKind(Word):
    """What happened to an action on a date."""

    OCCURRED = "occurred", "occurred", "The act took place."
    ANNOUNCED = "announced", "announced", "The government said publicly that it would act or had acted."
    ADOPTED = "adopted", "adopted", "The competent body adopted the act."
    IN_FORCE = "in_force", "in force", "The act began to have legal effect."
    AMENDED = "amended", "amended", "The act was changed and went on."
    SUSPENDED = "suspended", "suspended", "The act was stopped for a time."
    REPEALED = "repealed", "repealed", "The body that made the act ended it."
    ANNULLED = "annulled", "annulled", "A court or a higher body ended the act."
    EXPIRED = "expired", "expired", "The act's term ran out."

    @property
    def ends_force(self) -> bool:
        """Whether the action is no longer in force after it."""
        return self in (EventKind.SUSPENDED, EventKind.REPEALED, EventKind.ANNULLED, EventKind.EXPIRED)


class Stance(Word):
    """What a citation does for the record that it serves."""

    SUPPORTS = "supports", "supports", "The passage bears the record out."
    DISPUTES = "disputes", "disputes", "The passage denies the record or gives a conflicting fact."
    CONTEXT = "context", "context", "The passage bears on the record without supporting or disputing it."


class Corroboration(Word):
    """Whether more than one source was found."""

    SINGLE_SOURCE = "single_source", "single source", "Known from one source only."
    CORROBORATED = "corroborated", "corroborated", "At least two sources, or the act's own text, were found."


class Basis(Word):
    """Why a government is an addressee of a recommendation."""

    NAMED = "named", "named", "The text names the government, or the group that it names is the row."
    GROUP_MEMBER = "group_member", "member of a named group", "The text names a group of which the government was a member on the day."
    TRACKED = "tracked", "tracked by the editors", "The text does not name the government; the editors follow what it did."
    MODEL_CITED = "model_cited", "model cited", "The text cites the government as an example; shown, not counted."


class GovernmentKind(Word):
    """What kind of government body stands in the list."""

    STATE = "state", "state", "A state, or an entity that publishes as one; the listing takes no position on status."
    EU = "eu", "European Union", "The Union as a body, apart from its members."
    INTERNATIONAL = "international", "international organisation", "An organisation of states."
    SUBNATIONAL = "subnational", "sub-national government", "A government within a state."
    GROUP = "group", "group", "A group of governments with dated memberships; it has no status of its own."


THE_UNION, ITS_MEMBERS = "EU", "EU-MEMBERS"
"""Codes by the site's convention: the EU as a body, and the group of its members."""


class DocumentKind(Word):
    """What sort of document something is cited from."""

    WHITE_PAPER = "white_paper", "white paper", "A study or report that argues for a policy, inquiry reports included."
    OPINION = "opinion", "opinion", "An article that states its author's view."
    NEWS_REPORT = "news_report", "news report", "A report of events by a news organisation or reference work."
    OFFICIAL_STATEMENT = "official_statement", "official statement", "A statement by a government, parliament or other public body."
    LEGISLATION = "legislation", "legislation", "A law, a bill, or the parliamentary record of one."
    LEGAL_ACT = "legal_act", "legal act", "A decree, decision, listing or resolution with legal form."
    JUDGMENT = "judgment", "judgment", "A decision of a court."


class Interest(Word):
    """How the publisher of a document is placed."""

    OFFICIAL = "official", "official", "A government, parliament, court or public inquiry."
    PRESS = "press", "press", "A news organisation, state-linked ones included; its stake says so."
    ADVOCACY = "advocacy", "advocacy", "A person or body that pursues a cause in the matter."
    ACADEMIC = "academic", "academic", "A scholar, reference work, law firm's note or public data project."


class StatementForm(Word):
    """Whether a recommendation's statement is the document's own wording."""

    VERBATIM = "verbatim", "verbatim", "The document's own words."
    PARAPHRASE = "paraphrase", "paraphrase", "The editors' words."


class RelationKind(Word):
    """How one recommendation stands to another."""

    REPEATS = "repeats", "repeats", "Asks for the same as the other."
    NARROWS = "narrows", "narrows", "Asks for a part of the other."
    SPLITS = "splits", "is a part of", "Was recorded apart from a compound recommendation."
    SUPERSEDES = "supersedes", "supersedes", "Takes the other's place."


class Answer(Word):
    """A position: what a government said that it would do."""

    ACCEPTED = "accepted", "accepted", "The government said that it would do it."
    IN_PART = "in_part", "accepted in part", "It said that it would do a part of it."
    IN_PRINCIPLE = "in_principle", "accepted in principle", "It agreed with the aim without committing itself to the measure."
    NOTED = "noted", "noted", "It took note without taking a position."
    REJECTED = "rejected", "rejected", "It said that it would not do it."


class AssessorKind(Word):
    """Whose verdict an assessment is. Only the staff's decides the status that the site shows."""

    STAFF = "staff", "staff", "The editors of the record: this site's, or those who compiled what came with the software."
    GOVERNMENT = "government", "the government itself", "The government's own account."
    THIRD_PARTY = "third_party", "third party", "Another body's verdict, shown beside."


class Confidence(Word):
    """How sure the assessor is, where stated."""

    HIGH = "high", "high", "The assessor states little doubt."
    MEDIUM = "medium", "medium", "The assessor states some doubt."
    LOW = "low", "low", "The assessor states serious doubt."
    NOT_STATED = "not_stated", "not stated", "The assessor did not say."


class PartyKind(Word):
    """What sort of party an action is aimed at."""

    PERSON = "person", "person", "A natural person whose name the sources give."
    ORGANISATION = "organisation", "organisation", "A body, firm or association."
    UNNAMED = "unnamed", "unnamed person or group", "A person or group that the sources do not name."


class Standing(Word):
    """A party's legal status. None follows from another: sanctioned is not convicted."""

    ALLEGED = "alleged", "alleged", "Someone says that the party did it; no authority has decided anything."
    QUESTIONED = "questioned", "questioned", "An authority questioned the party."
    ARRESTED = "arrested", "arrested", "An authority held the party on suspicion."
    INVESTIGATED = "investigated", "investigated", "An authority said that it investigates the party."
    CHARGED = "charged", "charged", "A prosecutor charged the party; no court has decided."
    AT_LARGE = "at_large", "at large", "The party is sought and was not in custody on the date."
    ON_TRIAL = "on_trial", "on trial", "A trial had begun; no judgment yet."
    PLEADED_GUILTY = "pleaded_guilty", "pleaded guilty", "The party admitted the charge before a court."
    CONVICTED = "convicted", "convicted", "A court found the party guilty."
    ACQUITTED = "acquitted", "acquitted", "A court found the party not guilty."
    DROPPED = "dropped", "case dropped", "The authority ended the case without a judgment."
    NOT_CHARGED = "not_charged", "not charged", "No charge was brought on the date."
    OVERTURNED = "overturned", "conviction overturned", "A higher court set the conviction aside."
    SANCTIONED = "sanctioned", "sanctioned", "A government put the party on a sanctions list; no court has found guilt."
    EXPELLED = "expelled", "expelled", "A government told the party to leave the country; no court has found guilt."
    RELEASED = "released", "released", "The party was let go from custody."


class Provenance(Word):
    """Who stands behind a published version."""

    REVIEWED = "reviewed", "reviewed", "A second person approved exactly this version."
    SHIPPED = "shipped", "shipped with the software, not reviewed here", "Came with the software; no person here has reviewed it."


class Nature(Word):
    """What a new edition of a record does to what was public before (:mod:`tracker.rules.nature` decides it)."""

    FIRST = "first", "first published", "Nothing of the record was public before."
    ADDED_TO = "added_to", "added to", "Everything that was said still stands; something was added."
    CORRECTED = "corrected", "corrected", "Something that was said was changed or taken away; what it said before stands beside it."
    WITHDRAWN = "withdrawn", "withdrawn", "The record was taken off the site; the reason stands in its place."
    MERGED = "merged", "merged", "The record said the same as another one, to which its address now leads."
    TAKEN_DOWN = "taken_down", "taken down", "The record was taken off the site for legal reasons, and its words are shown on no past day either."


class CaptureState(Word):
    """How far a capture has come."""

    WAITING = "waiting", "waiting", "It waits for its turn, or is being fetched."
    HELD = "held", "archived", "A copy is held."
    NOTHING = "nothing", "nothing archived", "The sentence beside it says why."


class PassageOutcome(Word):
    """What became of a cited passage in a later archived copy of its document."""

    FOUND = "found", "found", "The words stand in the later copy, letter for letter."
    MOVED = "moved", "found elsewhere", "The words stand in the later copy, in another place."
    RESPACED = "respaced", "found with other spacing", "The words stand there with other white space, quotation marks or letter forms."
    LOST = "lost", "lost", "The words were not found in the later copy."


class LinkOutcome(Word):
    """What the address of a document answered."""

    FINE = "fine", "answers", "It answered with a page."
    MOVED = "moved", "moved for good", "It answered that the page has another address for good."
    GONE = "gone", "gone", "It answered that there is no such page."
    FAILING = "failing", "does not answer", "It did not answer, or with an error."


class CopyState(Word):
    """What became of the bytes of an archived copy."""

    SOUND = "sound", "as it was kept", "The file has the bytes that it was kept for."
    ALTERED = "altered", "altered", "The file has other bytes than it was kept for: someone or something wrote to it."
    MISSING = "missing", "missing", "The file is not there, or cannot be read."


class TranslationKind(Word):
    """Where a translation of a published text comes from."""

    OFFICIAL = "official", "official translation", "Published by whoever wrote the original, or on their authority; where it can be read is named."
    OURS = "ours", "our translation", "Made by a person for this site; it binds nobody."
    MACHINE = "machine", "machine translation", "Made by software. Unless somebody is named who read it against the original, nobody did."


class ChallengeState(Word):
    """What became of a challenge to a published record."""

    OPEN = "open", "open", "Nobody has answered it yet."
    UPHELD = "upheld", "upheld", "It was right; the record is corrected."
    DISMISSED = "dismissed", "dismissed", "The record stands; the answer says why."


class FirstAction(Word):
    """How long after a recommendation the first action on record that fulfils or partly fulfils it came (:mod:`tracker.rules.lag`)."""

    WITHIN_3_MONTHS = "3_months", "within 3 months", "The first action after the recommendation that fulfils any of it came within three months."
    WITHIN_12_MONTHS = "12_months", "after 3 to 12 months", "It came after more than three months and within twelve."
    WITHIN_2_YEARS = "2_years", "after 1 to 2 years", "It came after more than twelve months and within twenty-four."
    LATER = "later", "after more than 2 years", "It came after more than twenty-four months."
    UNCERTAIN = (
        "uncertain",
        "order or length not certain",
        "Such an action is on record, and the dates do not tell for certain how long after.",
    )
    NONE = "none", "none on record", "No action after the recommendation that fulfils any of it is on record. That does not show that there was none."


class DeadlineOutcome(Word):
    """What became of a deadline at one government on a day (:mod:`tracker.rules.deadlines`)."""

    MET = "met", "met", "Implemented for certain by the last day that the deadline can mean."
    LATE = "late", "implemented after the deadline", "Implemented, and for certain only after it."
    UNDATED = "undated", "implemented, not certain whether in time", "Implemented, and the dates do not tell whether in time."
    OPEN = "open", "not yet due", "The deadline has not passed on the day."
    NOT_MET = "not_met", "passed, not shown as implemented", "The deadline has passed, and the status on the day is not implemented."
    NOT_ASSESSED = "not_assessed", "passed, not assessed", "The deadline has passed, and nobody has assessed what was done."
