"""Which parameters of an address nothing reads. They are ignored, and whatever is filtered says so: by a misspelt filter everything is found.

Their names are whatever somebody wrote: a few are said, each cut, and they are escaped as any text is.
"""

import difflib
import re
from collections.abc import Iterable

from django.http import QueryDict

MOST = 10
"""Names that are said."""
LONGEST = 60
"""Characters of each."""
ALIKE = 0.7
"""How like a known name one is that may stand for it, from 0 to 1."""
OF_SENDERS = re.compile(r"utm_[a-z_]+|[a-z]{0,2}clid|msclkid|srsltid|gad_source|[gw]braid|igshid|mc_[ce]id")
"""What newsletters, search engines and platforms add to addresses, which their readers did not write and which asks nothing of this site."""


def ignored(parameters: QueryDict, takes: Iterable[str]) -> tuple[str, ...]:
    """The names of parameters that say something and are none of those that an address takes, in its order; the first few, each cut."""
    known = set(takes)
    names = (name for name, values in parameters.lists() if name not in known and any(value.strip() for value in values))
    return tuple(name[:LONGEST] for name in names if not OF_SENDERS.fullmatch(name))[:MOST]


def meant(names: Iterable[str], takes: Iterable[str]) -> dict[str, str]:
    """The parameter that each of the names may stand for, as far as one is much like it."""
    known = list(takes)
    found = {name: difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=ALIKE) for name in names}
    return {name: close[0] for name, close in found.items() if close}
