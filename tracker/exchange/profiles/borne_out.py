"""What the passages of a file's document bear out here already: a row keeps its passage, wherever it stands in the next file."""

from collections.abc import Iterable

from tracker.models import CitationUse

_GOVERNMENTS = ("assessment__addressee__government__code", "position__assessment__addressee__government__code", "action__government__code")


class BorneOut:
    """Passages, and the governments of whose verdicts, answers and actions each speaks. Empty, nothing is here yet."""

    def __init__(self, uses: Iterable[tuple[str, str]] = ()) -> None:
        """``uses``: the key of a passage, and the code of a government of which it bears something out."""
        self._passages: set[int] = set()  # hashes, not words: there is one for each row of the files before
        self._uses: set[int] = set()
        for use in uses:
            self._passages.add(hash(use[0]))
            self._uses.add(hash(use))

    @classmethod
    def of_the_desk(cls, document: str) -> "BorneOut":
        """As the database has them now, of one document by its key: one query."""
        uses = CitationUse.objects.filter(citation__document__key=document).order_by().values_list("citation__key", *_GOVERNMENTS)
        return cls((passage, code) for passage, *codes in uses.iterator() for code in codes if code is not None)

    def is_of_others(self, passage: str, governments: Iterable[str]) -> bool:
        """Whether a passage speaks of other governments than these and of none of them: it is that of another row."""
        return hash(passage) in self._passages and not any(hash((passage, code)) in self._uses for code in governments)
