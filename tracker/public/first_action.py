"""How long after the recommendation the first action toward it came, for queries: as publishing keeps it with each addressee."""

from django.db.models import CharField, DateField, F, Func, IntegerField, Value

from tracker.public.clocks import Clocks


class _Element(Func):
    """The element of an array at a place, from 1."""

    template = "(%(expressions)s])"
    arg_joiner = "["
    arity = 2
    output_field = CharField()


def word_on(clocks: Clocks) -> Func:
    """The class of an addressee on the day: the word that holds from the last day of its list on that is not after it."""
    place = Func(Value(clocks.as_of, DateField()), F("first_action_days"), function="width_bucket", output_field=IntegerField())
    return _Element(F("first_action_words"), place)
