"""How much of anything is read. A file beyond one of these is refused with a sentence before it is expanded or kept in memory."""

FILE_BYTES = 256_000_000
"""Of a file as uploaded: a hundred thousand rows of two thousand characters, and some air."""

EXPANDED_BYTES = 400_000_000
"""Of all parts of a workbook together, unpacked: a hundred thousand rows of forty columns come to 250 MB. Parts are read in a stream; the
limit bounds the time that a small file can take, not memory."""

PACKAGE_BYTES = 1_000_000_000
"""Of all files of a data package together, unpacked: some hundred thousand recommendations with all that belongs to them."""

JOINED_CHARACTERS = 32_000_000
"""In a second file that is joined to a first by a key: it is held whole."""

PART_BYTES = 16_000_000
"""Of a part of a workbook that describes it (its list of sheets, its styles), unpacked; real ones have some hundred kilobytes."""

PARTS = 10_000
"""Entries in a workbook's directory: a sheet with some thousand pictures has fewer."""

MARKS = 24_000_000
"""Tags in a part of a workbook, opening and closing ones: a hundred thousand rows of forty cells with six each. Bounds time, as above."""

ROWS = 1_048_576
"""The rows that a spreadsheet has."""

COLUMNS = 2_000
"""No table made by people is wider; a spreadsheet could hold 16,384, and each would be a name in memory for each record."""

CELL = 2_000_000
"""Characters in a cell: a book of a thousand pages. A quotation mark never closed would swallow the rest of the file otherwise."""

RECORD = 8_000_000
"""Characters in a record, so that a few records held at a time stay within the memory that reading may take."""

REPEATED = 100_000_000
"""Characters of what stands around the records of a JSON file, counted with each record that it is read with: it would let a small file be long."""

DEPTH = 64
"""Levels of nesting in JSON, and of elements in a workbook's XML; people's files have fewer than ten."""

SAMPLE_ROWS = 500
"""Records looked at to guess how a file is read."""

SAMPLE_CHARACTERS = 4_000_000
"""The same in characters, whichever comes first."""


def megabytes(size: int) -> str:
    """A number of bytes for people, as the limits are set: rounded up, so that what is larger than a limit reads larger."""
    return f"{-(-size // 1_000_000):,} MB"
