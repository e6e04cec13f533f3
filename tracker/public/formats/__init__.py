"""The same rows in every format. The format is chosen last.

    said       what a file says of itself: its filter, both clocks, the edition of the site and its whole address
    rows       the rows as the database makes them: JSON, cells, and lines of either
    copying    what the database copies out, over a connection of the file's own
    text       CSV, JSON and JSON lines, streamed
    workbook   XLSX, written row by row and then sent

A file is read from one edition of the site. Where it breaks off it says so inside itself, in words; a workbook is never sent unfinished.
"""

from tracker.public.formats.rows import facets_as_json, objects
from tracker.public.formats.said import Said, edition_read
from tracker.public.formats.text import as_csv, as_json, as_json_lines
from tracker.public.formats.workbook import as_workbook

__all__ = ["ENDINGS", "Said", "as_csv", "as_json", "as_json_lines", "as_workbook", "edition_read", "facets_as_json", "objects"]

ENDINGS = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON", "jsonl": "JSON Lines"}
"""Of the addresses of files, each with the name of its format, in the order in which pages offer them."""
