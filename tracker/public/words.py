"""What ``q`` asks for, as questions to the database: the same grammar in lists, downloads, feed and search.

A word or phrase is read once a search, under every configuration of full-text search, by the database itself (:class:`Reading`). A passage says it
where its own language's reading of it says so, and a record is what is asked for when its passages, taken together, say what they must and none of
what they must not.
"""

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.search import SearchVectorField
from django.db import connections
from django.db.models import BooleanField, ExpressionWrapper, F, FloatField, Func, Max, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _

from tracker.editions.tables import PUBLIC, PassageEdition
from tracker.public.clocks import BadFilter, Clocks
from tracker.public.countries import as_written, codes_called, with_english_names
from tracker.rules.asking import Question, read
from tracker.rules.languages import ALL, OURS, configuration

MOST_PHRASES = 30
"""Words and phrases that one search may have: each is a question of its own to the database."""
WEIGHTS = "{0.05, 0.3, 0.6, 1.0}"
"""What a word counts in a passage of weight D, C, B, A."""
ENGLISH = configuration(OURS)

_READ = """
    SELECT phrase, config, phraseto_tsquery(('pg_catalog.' || config)::regconfig, editions.folded(phrase))::text
    FROM unnest(%s::text[]) AS phrase, unnest(%s::text[]) AS config
"""
_STEMS = """
    SELECT config, word, coalesce(array_to_string(tsvector_to_array(to_tsvector(('pg_catalog.' || config)::regconfig, word)), ' '), '')
    FROM unnest(%s::text[], %s::text[]) AS asked (config, word)
"""


class _Says(Func):
    """Whether a vector says what a query in PostgreSQL's own notation asks for."""

    template = "%(expressions)s::pg_catalog.tsquery"
    arg_joiner = " @@ "
    output_field = BooleanField()


class _Rank(Func):
    """How much of a query a vector says, in what places."""

    function = "ts_rank_cd"
    template = f"%(function)s('{WEIGHTS}', %(expressions)s::pg_catalog.tsquery)"
    output_field = FloatField()


class _InEnglish(Func):
    """Several columns as one vector of English words."""

    template = "to_tsvector('pg_catalog.english', editions.folded(%(expressions)s))"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


NOTHING = Q(pk__in=[])


def _any(conditions: Iterable[Q]) -> Q:
    """Any of the conditions; of none, nothing. (``NOTHING`` is not simply added to others: it names a column, by which groups would be made.)"""
    given = list(conditions)
    return functools.reduce(operator.or_, given) if given else NOTHING


@dataclass(frozen=True)
class Reading:
    """A search as the database reads it."""

    question: Question
    """What is asked for, without the words that say nothing in English."""
    too_common: tuple[str, ...]
    """Those words."""
    queries: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Of each phrase: the different queries that it is read as, each with the configurations that read it so."""
    silent: Mapping[str, tuple[str, ...]]
    """Of each phrase: the configurations in which it says nothing."""
    named_in_english: tuple[str, ...] = ()
    """English names of governments that are asked for because they were named in another language, as they are written."""

    def said(self, phrase: str) -> Q:
        """The passages that say a phrase, each in its own language."""
        return _any(Q(_Says(F("search"), Value(query)), config__in=configs) for query, configs in self.queries[phrase].items())

    def said_in_english(self, vector: str, phrase: str) -> Q:
        """The rows of which a vector of English words says a phrase."""
        return _any(Q(_Says(F(vector), Value(query))) for query, configs in self.queries[phrase].items() if ENGLISH in configs)

    def met(self, says: Callable[[str], Q]) -> Q:
        """The whole question as a condition, given the condition that a row says a phrase."""
        groups = ([~says(term.words) if term.negated else says(term.words) for term in group] for group in self.question.groups)
        return _any(functools.reduce(operator.and_, group) for group in groups)

    def passages(self) -> Q:
        """The passages that say anything of what is asked for."""
        return _any(map(self.said, self.question.wanted))

    def records(self, clocks: Clocks, *kinds: str) -> QuerySet[Any]:
        """The records of these kinds that are what is asked for at the clocks, as (kind, key): one question, over the passages that say any of it."""
        rows = clocks.rows(PassageEdition).filter(kind__in=kinds).order_by()
        if not self.question.groups:
            return rows.none().values("kind", "key")
        names = {phrase: f"says_{number}" for number, phrase in enumerate(self.question.phrases)}
        if not self.question.holds_of_silence:
            rows = rows.filter(_any(map(self.said, names)))
        if all(len(group) == 1 and not group[0].negated for group in self.question.groups):
            return rows.values("kind", "key").distinct()  # whatever says anything of what is asked for is it
        # Where a language keeps nothing of a word (“les” in French), whatever is found in that language says it.
        says = {
            name: BoolOr(ExpressionWrapper(self.said(phrase) | Q(config__in=self.silent[phrase]), output_field=BooleanField()))
            for phrase, name in names.items()
        }
        return rows.values("kind", "key").alias(**says).filter(self.met(lambda phrase: Q(**{names[phrase]: True})))

    def ranked(self, clocks: Clocks, *kinds: str) -> QuerySet[Any]:
        """The same, best first: by the passage that says most in the weightiest place, then by all of them, then by key."""
        rank = ranking(self)
        return self.records(clocks, *kinds).annotate(best=Max(rank), sum=Sum(rank)).order_by("-best", "-sum", "kind", "key")

    def keys(self, clocks: Clocks, kind: str) -> QuerySet[Any]:
        """The keys of the records of one kind that are what is asked for."""
        return self.records(clocks, kind).values("key")

    def governments(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The governments whose code, name (in one of several languages) or note is what is asked for."""
        return in_english(queryset, self, "code", "name", "note", also=lambda phrase: Q(code__in=codes_called(phrase)))


def reading(texts: Iterable[str], *, asked_as: str = "q") -> Reading:
    """Read searches, any of which is asked for: one question to the database.

    ``BadFilter`` for more words than one search may have, by the name of the parameter that asks (``asked_as``).
    """
    question = read(*texts)
    if len(question.phrases) > MOST_PHRASES:
        sentence = _("%(filter)s takes at most %(most)s different words and phrases; this search has %(count)s.")
        raise BadFilter(asked_as, sentence % {"filter": asked_as, "most": MOST_PHRASES, "count": len(question.phrases)})
    typed, question = set(question.phrases), with_english_names(question)
    queries: dict[str, dict[str, list[str]]] = {phrase: defaultdict(list) for phrase in question.phrases}
    if queries:
        with connections[PUBLIC].cursor() as cursor:
            cursor.execute(_READ, [list(queries), list(ALL)])
            for phrase, config, query in cursor.fetchall():
                queries[phrase][query].append(config)
    silent = {phrase: tuple(of.pop("", ())) for phrase, of in queries.items()}
    too_common = tuple(phrase for phrase, configs in silent.items() if ENGLISH in configs)
    return Reading(
        question=question.without(too_common),
        too_common=too_common,
        queries={phrase: {query: tuple(configs) for query, configs in of.items()} for phrase, of in queries.items()},
        silent=silent,
        named_in_english=tuple(as_written(phrase) for phrase in question.wanted if phrase not in typed),
    )


def ranking(asked: Reading) -> Func | Value:
    """How much a passage says of what is asked for, and in how weighty a place."""
    anything = " | ".join(dict.fromkeys(query for phrase in asked.question.wanted for query in asked.queries[phrase]))
    return _Rank(F("search"), Value(anything)) if anything else Value(0.0)


def in_english(queryset: QuerySet[Any], asked: Reading, *columns: str, also: Callable[[str], Q] = lambda _phrase: NOTHING) -> QuerySet[Any]:
    """Rows whose columns, read as English words, are what is asked for; ``also`` gives other rows that say a phrase."""
    if not asked.question.groups:
        return queryset.none()
    return queryset.alias(in_english=_InEnglish(*columns)).filter(
        asked.met(lambda phrase: asked.said_in_english("in_english", phrase) | also(phrase))
    )


def stems(words: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The stem of each folded word under a configuration, by (configuration, word); empty for a word that it keeps nothing of. One question."""
    pairs = sorted(set(words))
    if not pairs:
        return {}
    with connections[PUBLIC].cursor() as cursor:
        cursor.execute(_STEMS, [[config for config, _word in pairs], [word for _config, word in pairs]])
        return {(config, word): stem for config, word, stem in cursor.fetchall()}
