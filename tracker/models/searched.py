"""The words by which the desk finds records: kept in an index, in one spelling, so that no text is read to search.

The spelling is that of public search (``tracker/rules/folding.py``), without stems: at the desk a word is found by how it begins.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from tracker.rules.folding import beginnings

_ENDS = "_searched"


def searched_by(*fields: str, name: str) -> GinIndex:
    """An index of the words of these texts, none of which may be NULL. ``name`` says of what: ``document`` for ``document_searched``."""
    # The function is that of published passages: weights, which it gives too, are not asked for.
    texts = Func(*fields, arg_joiner=" || ' ' || ", output_field=SearchVectorField(), template="editions.in_words('simple', 'D', %(expressions)s)")
    return GinIndex(texts, name=f"{name}{_ENDS}")


def _index(model: type[models.Model]) -> Func | None:
    return next((index.expressions[0] for index in model._meta.indexes if index.name.endswith(_ENDS)), None)


def searched_fields(model: type[models.Model]) -> frozenset[str]:
    """The fields of a model whose words are kept; empty for one that is searched letter by letter."""
    texts = _index(model)
    return frozenset(text.name for text in texts.get_source_expressions() if isinstance(text, F)) if texts else frozenset()


def saying(model: type[models.Model], said: str) -> Q:
    """The records in which words begin as ``said`` does: one word, or several with signs between them, as in “MQ-12”, and then letter by letter too.

    Of a model without such an index, or for signs alone, nothing is known: ``ValueError``.
    """
    texts, words = _index(model), beginnings(said)
    if texts is None or not words:
        raise ValueError(f"{model.__name__} cannot be searched for {said!r} by words")
    found = Q(SearchVectorExact(texts, SearchQuery(_asked(words), config="simple", search_type="raw")))
    if len(words) > 1:
        letters = Q()
        for name in sorted(searched_fields(model)):
            letters |= Q(**{f"{name}__icontains": said})
        found &= letters
    return found


def _asked(words: list[tuple[str, ...]]) -> str:
    """Whole words and the beginning of a last one, each in any of its spellings, in PostgreSQL's notation."""
    *whole, last = words
    parts = [f"'{spellings[0]}'" for spellings in whole] + ["(" + " | ".join(f"'{spelling}':*" for spelling in last) + ")"]
    return " & ".join(parts)
