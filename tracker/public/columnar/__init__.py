"""Published tables in memory, a column an array: what facets, counts and the matrix go over in one pass, whatever is filtered.

PostgreSQL keeps the rows and stays the only source. Each process reads what an edition added, and nothing counts addressees in another way.
"""

from tracker.public.columnar.arrays import Array, Mask
from tracker.public.columnar.keeping import Read, addressees_at, kept_by_edition, read_all, rows_at
from tracker.public.columnar.selection import ROWS, References, Selection

__all__ = ["ROWS", "Array", "Mask", "Read", "References", "Selection", "addressees_at", "kept_by_edition", "read_all", "rows_at"]
