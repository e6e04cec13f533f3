"""How long after the recommendation the first action toward it came, for queries: :func:`tracker.rules.lag.first_action` in SQL."""

from django.db.models import DateField, Exists, F, Func, OuterRef, Q

from tracker.editions.tables import EffectEdition
from tracker.public.clocks import Clocks
from tracker.rules.lag import LIMITS
from tracker.rules.vocabulary import Direction, Earlier, FirstAction

_TOWARD = (Direction.FULFILS.value, Direction.PARTLY_FULFILS.value)


class _MonthsAfter(Func):
    """A date so many months after another, as PostgreSQL counts them."""

    template = "((%(expressions)s) + make_interval(months => %(months)s))::date"
    output_field = DateField()


class _FirstDay(Func):
    """The first day that a partial date, as text, can mean."""

    template = "(SELECT (d.t || substr('-01-01', length(d.t) - 3))::date FROM (SELECT (%(expressions)s)::text AS t) d)"
    output_field = DateField()


def condition(clocks: Clocks, value: str) -> Q:
    """Which addressees fall in a class, by the effects that are on record at the clocks."""
    effects = clocks.rows(EffectEdition).filter(recommendation=OuterRef("recommendation"), government=OuterRef("government"), direction__in=_TOWARD)
    later, unknown = effects.filter(earlier=Earlier.NO.value), effects.filter(earlier=Earlier.UNKNOWN.value)

    def surely_within(months: int) -> Q:
        first = _FirstDay(OuterRef("recommended_on"))
        return Q(Exists(later.filter(last_day__lte=_MonthsAfter(first, months=months))))

    def perhaps_within(months: int) -> Q:
        soon = later.filter(first_day__lte=_MonthsAfter(F("recommended_last"), months=months))
        return Q(Exists(soon)) | Q(Exists(unknown))

    found: dict[FirstAction, Q] = {FirstAction.NONE: ~Q(Exists(effects.exclude(earlier=Earlier.YES.value)))}
    before: int | None = None
    for months, name in LIMITS:
        found[name] = surely_within(months) if before is None else surely_within(months) & ~perhaps_within(before)
        before = months
    found[FirstAction.LATER] = Q(Exists(later)) & ~perhaps_within(LIMITS[-1][0])
    if value != FirstAction.UNCERTAIN:
        return found[FirstAction(value)]
    settled = Q()
    for each in found.values():
        settled |= each
    return ~settled
