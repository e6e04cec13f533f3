"""What a reader's search asks for: words, “phrases”, OR, -not. Whatever is typed can be read; a stray mark is never an error.

The grammar is that of PostgreSQL's ``websearch_to_tsquery``, with the quotation marks of other languages beside the English ones: words beside one
another are all wanted, ``OR`` binds less than they do, a hyphen before a word or phrase asks for what does not say it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracker.rules.folding import folded

QUOTES = '"“”„‟«»‹›\uff02「」『』'
MINUS = "-\u2212"
_TERM = re.compile(rf"(?P<minus>(?<!\S)[{MINUS}]+)?(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)[{QUOTES}]?|(?P<word>[^\s{QUOTES}]+))")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, folded, and whether it must not be said."""

    words: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: any of the groups, of which each wants all of its terms."""

    groups: tuple[tuple[Term, ...], ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        """Every different word or phrase, as first met."""
        return tuple(dict.fromkeys(term.words for group in self.groups for term in group))

    @property
    def wanted(self) -> tuple[str, ...]:
        """Those that are asked for rather than ruled out."""
        return tuple(dict.fromkeys(term.words for group in self.groups for term in group if not term.negated))

    def without(self, silent: Iterable[str]) -> "Question":
        """The same without words that say nothing (“the”), as though they had not been typed."""
        left_out = set(silent)
        kept = (tuple(term for term in group if term.words not in left_out) for group in self.groups)
        return Question(tuple(group for group in kept if group))

    def holds(self, says: Callable[[str], bool]) -> bool:
        """Whether a text that says some of the phrases is what is asked for."""
        return any(all(says(term.words) != term.negated for term in group) for group in self.groups)

    @property
    def holds_of_silence(self) -> bool:
        """Whether a text that says none of the phrases is what is asked for: nothing but what is ruled out was named."""
        return self.holds(lambda _words: False)


def read(*texts: str) -> Question:
    """What searches ask for; several are any of them."""
    return Question(tuple(group for text in texts for group in _groups(text)))


def _groups(text: str) -> Iterable[tuple[Term, ...]]:
    group: list[Term] = []
    for found in _TERM.finditer(text):
        if found["word"] and not found["minus"] and found["word"].lower() == "or":
            if group:
                yield tuple(group)
            group = []
        elif words := folded(found["phrase"] if found["phrase"] is not None else found["word"]):
            group.append(Term(words, negated=bool(found["minus"])))
    if group:
        yield tuple(group)
