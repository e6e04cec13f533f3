"""In what words a party's legal status may be shown, so that none reads as more than what was shown for it."""

from tracker.rules.vocabulary import Standing

JUDGED = (Standing.CONVICTED, Standing.ACQUITTED)
"""What only a court finds: without its judgment it is no more than a report."""
REPORTED_BY = "reported by "
"""How ``said_by`` often begins; the words below say it themselves."""


def _(message: str) -> str:
    """Marks a message for translation; whoever shows it translates it."""
    return message


def standing_in_words(standing: Standing, *, said_by: str, has_judgment: bool) -> tuple[str, dict[str, str]]:
    """The words for a legal status with its basis, as an English message and its parameters ``standing`` and ``said_by``.

    ``said_by`` names who says so. ``has_judgment``: whether a court's judgment is cited in its support; where none is, *convicted* and
    *acquitted* read “reported convicted by ...”. Every other status keeps its own word: *sanctioned* never reads as *convicted*.
    """
    parameters = {"standing": standing.label, "said_by": said_by.removeprefix(REPORTED_BY)}
    if standing in JUDGED and not has_judgment:
        return _("reported %(standing)s by %(said_by)s"), parameters
    return _("%(standing)s, according to %(said_by)s"), parameters
