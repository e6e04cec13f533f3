"""Which assessment holds on a day, for one addressee."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.rules.dates import PartialDate


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ladder needs to know of an assessment.

    ``supersedes`` is the key of the assessment that it follows (none: it is the first). ``effective_on`` is None where the verdict
    dates no change; it then holds from the recommendation's date.
    """

    key: str
    supersedes: str | None
    effective_on: PartialDate | None


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` until the day before ``end`` (None: until today and beyond) the verdict ``key`` holds; None: not assessed."""

    start: dt.date
    end: dt.date | None
    key: str | None


def takes_effect(verdict: Verdict, recommended_on: PartialDate) -> dt.date:
    """The first day on which a verdict can hold.

    The last day that its date can mean, so that nothing is said before it is certain; never before the recommendation was made.
    """
    made = recommended_on.last
    return made if verdict.effective_on is None else max(made, verdict.effective_on.last)


def in_succession(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Verdicts in the order in which they supersede each other.

    Raises ``ValueError`` unless they are one unbroken chain: two verdicts that both claim to hold would make a status ambiguous.
    """
    by_predecessor: dict[str | None, Verdict] = {}
    count = 0
    for verdict in verdicts:
        count += 1
        if verdict.supersedes in by_predecessor:
            rival = by_predecessor[verdict.supersedes].key
            both = f"Assessments {rival} and {verdict.key} both follow {verdict.supersedes or 'nothing'}"
            raise ValueError(f"{both}; one must supersede the other.")
        by_predecessor[verdict.supersedes] = verdict
    chain: list[Verdict] = []
    following = by_predecessor.get(None)
    while following is not None and len(chain) < count:
        chain.append(following)
        following = by_predecessor.get(following.key)
    if len(chain) != count:
        reached = {verdict.key for verdict in chain}
        stray = {verdict.key: verdict for verdict in by_predecessor.values() if verdict.key not in reached}
        # Where the chain breaks, not what hangs on to the broken end; in a circle any of them will do.
        lost = next((verdict for verdict in stray.values() if verdict.supersedes not in stray), next(iter(stray.values())))
        raise ValueError(f"Assessment {lost.key} supersedes {lost.supersedes}, which is not an earlier assessment of the same addressee.")
    return chain


def periods(recommended_on: PartialDate, verdicts: Iterable[Verdict]) -> list[Period]:
    """What holds when: periods without gap or overlap, from the last day of the recommendation's date onward.

    On each day the verdict that holds is the last in the succession among those that have taken effect; before the first takes effect the
    addressee is not assessed (key None). Raises ``ValueError`` as :func:`in_succession` does.
    """
    chain = in_succession(verdicts)
    made = recommended_on.last
    starts = [takes_effect(verdict, recommended_on) for verdict in chain]
    result: list[Period] = []
    for start in sorted({made, *starts}):
        holding = [verdict.key for verdict, effective in zip(chain, starts, strict=True) if effective <= start]
        key = holding[-1] if holding else None
        if result and result[-1].key == key:
            continue
        if result:
            result[-1] = Period(result[-1].start, start, result[-1].key)
        result.append(Period(start, None, key))
    return result


def holding_on(day: dt.date, recommended_on: PartialDate, verdicts: Iterable[Verdict]) -> str | None:
    """The key of the verdict that holds on a day; None where the addressee is not assessed or nothing was recommended yet."""
    for period in periods(recommended_on, verdicts):
        if period.start <= day and (period.end is None or day < period.end):
            return period.key
    return None
