"""The ladder of :func:`tracker.rules.proposal.propose` in words: the questions in the order in which it asks them, and what each answer gives.

The sentences are the very ones that the rule gives as its reasons; a test reads the rule's code and holds both equal.
"""

from dataclasses import dataclass

from tracker.rules.vocabulary import Status


@dataclass(frozen=True, slots=True)
class Rung:
    """A question, and what follows: pairs of a status and the rule's own reason (an English message, with %(names)s left open)."""

    question: str
    answers: tuple[tuple[Status, str], ...]


def _(message: str) -> str:
    """Marks a message for translation; whoever shows it translates it."""
    return message


LADDER = (
    Rung(
        _("Was anything recommended by the day?"),
        ((Status.NOT_ASSESSED, _("Nothing is recommended yet on that day (%(made)s).")),),
    ),
    Rung(
        _("Did the government act both toward the recommendation and against it, after it was made?"),
        (
            (Status.CONTRARY_ACTION, _("The last of its actions goes against the recommendation.")),
            (
                Status.PARTIALLY_IMPLEMENTED,
                _("It acted toward the recommendation last, and no end is on record of what goes against it: so no more than a part is shown."),
            ),
            (
                Status.NOT_ASSESSED,
                _("It acted both toward the recommendation and against it, and the dates do not tell which came last; settle the dates."),
            ),
        ),
    ),
    Rung(
        _("Did it act against the recommendation alone?"),
        ((Status.CONTRARY_ACTION, _("An action after the recommendation goes against it.")),),
    ),
    Rung(
        _("Did it do what was asked, with nothing left open that may go against it?"),
        (
            (Status.IMPLEMENTED, _("An action after the recommendation fulfils it and stands.")),
            (
                Status.PARTIALLY_IMPLEMENTED,
                _("An action fulfils the recommendation, and it is not settled whether another one goes against it."),
            ),
        ),
    ),
    Rung(
        _("Did it do a part of it? Parts are never added up to a whole."),
        ((Status.PARTIALLY_IMPLEMENTED, _("An action after the recommendation fulfils a part of it.")),),
    ),
    Rung(
        _("Is something open that would decide? Then no lower question is asked."),
        ((Status.NOT_ASSESSED, _("What decides is not settled; a person must settle it.")),),
    ),
    Rung(
        _("Was everything that it had done undone?"),
        ((Status.REVERSED, _("What it had done after the recommendation was undone.")),),
    ),
    Rung(
        _("Has another recommendation taken this one’s place?"),
        ((Status.SUPERSEDED, _("Recommendation %(other)s of %(made)s takes its place.")),),
    ),
    Rung(
        _("What did it say that it would do? What was announced and is not in effect says as much as an answer."),
        (
            (Status.NOT_ASSESSED, _("It said different things, and the dates do not tell which it said last; settle the dates.")),
            (Status.REJECTED, _("Its newest word is a rejection, and no action after the recommendation is on record.")),
            (Status.UNDER_CONSIDERATION, _("It has taken the matter up; no action in effect is on record.")),
        ),
    ),
    Rung(
        _("Is something on record that nobody has judged, or whose order in time is unknown?"),
        ((Status.NOT_ASSESSED, _("Something is on record whose order or direction is not known; a person must judge it.")),),
    ),
    Rung(
        _("Did someone search, and does the search still count?"),
        (
            (Status.NO_EVIDENCE, _("The search of %(searched)s found no action of the kind; it counts until %(until)s.")),
            (Status.NOT_ASSESSED, _("The search of %(searched)s counted until %(until)s; someone must search again.")),
            (Status.NOT_ASSESSED, _("Nothing on record decides, and no search is on record; someone must search.")),
            (Status.NOT_ASSESSED, _("No effect, no answer and no search is on record; someone must search.")),
        ),
    ),
)
"""From the first question to the last. *No action* stands on no rung: nobody infers it, a source must show it."""
