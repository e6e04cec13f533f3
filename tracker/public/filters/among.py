"""A lookup for many values: ``column__among=values``, one array to the database, where ``__in`` would be a parameter a value."""

from typing import Any

from django.db.models import BigAutoField, CharField, Lookup


@BigAutoField.register_lookup
@CharField.register_lookup
class Among(Lookup):  # type: ignore[type-arg]
    """Whether a text, or the number of a row, is one of a list."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """``column = ANY(array)``, which an index on the column serves, and a hash of the array where there is none."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*parameters, list(self.rhs))
