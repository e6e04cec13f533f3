"""What the package demands and a file does not say, filled in where nothing is thereby claimed."""

from collections.abc import Callable

from tracker.exchange.profiles.model import Profile
from tracker.exchange.profiles.reading import Values, getter, text_of
from tracker.rules import sentences
from tracker.rules.shortening import first_words
from tracker.rules.vocabulary import Answer, Status


class Deriving:
    """Fills in from the document that the file is, and from the row itself; each of these is said once, here."""

    def __init__(self, profile: Profile, language: str = "") -> None:
        """Look once at the source. ``language``: of a document that is here already, of which the profile says its key alone."""
        self.source = profile.source
        told = profile.source.fields
        self.key = profile.source.key
        self.prefix = profile.source.key if profile.source.prefix is None else profile.source.prefix
        self.named = told.get("author") or told.get("publisher", "")
        self.published_on = told.get("published_on", "")
        self.title = told.get("title") or self.key
        self.language = told.get("language") or language
        self.document = {name: told[name] for name in ("kind", "language", "interest", "publisher") if told.get(name)}
        self.locator = _locator(profile.source.locator)

    @staticmethod
    def rationale(assessor: str, raw: str) -> str:
        """Why a status: because the source gives it so."""
        return sentences.GIVES_STATUS(who=assessor, words=raw)

    @staticmethod
    def stands_beside(answer: str) -> Status:
        """The status of a government's own account that says no more than its answer: what it said it would do is not yet done.

        To accept is to announce, which is what *under consideration* says by its published definition; the answer itself is kept as a position, and
        no page shows it as a word for the status.

        *Noted* takes no position, for which an account has no status of its own: of those that it may have, *under consideration* claims least, where
        *rejected* would say for the government what it did not say. The account says in words that no position was taken.
        """
        return Status.REJECTED if answer == Answer.REJECTED else Status.UNDER_CONSIDERATION

    def search(self, assessor: str, found: str) -> dict[str, str]:
        """The log of the search behind a verdict that finds nothing, as far as the source tells it. When it was made, the file says or nobody."""
        return {
            "searched_by": first_words(assessor, 200),
            "where": sentences.SEARCHED_WHERE(title=self.title),
            "languages": self.language or "unknown",
            "looked_for": sentences.LOOKED_FOR(),
            "found": found,
            "limits": sentences.LIMITS(),
        }


def _locator(template: str) -> Callable[[Values, str], str]:
    """What says where a record stands: ``no. {Number}``, ``{row}`` for the row."""
    if not template:
        return lambda _values, told: told
    pieces = [(place % 2 == 1, text) for place, text in enumerate(template.replace("}", "{").split("{"))]
    finders = {text: getter(text) for inside, text in pieces if inside and text != "row"}

    def say(values: Values, told: str) -> str:
        number = told.removeprefix("rows ").removeprefix("row ")
        said = "".join(text if not inside else number if text == "row" else text_of(finders[text](values)) for inside, text in pieces)
        return " ".join(said.split()) or told

    return say
