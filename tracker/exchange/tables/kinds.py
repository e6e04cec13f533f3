"""What a file is, told by its contents, and a sentence for each kind that is no table.

A file's name decides only where contents leave it open: people rename files, and a web page saved as .xls is still a web page.
"""

import re
import struct
import zipfile
from pathlib import Path

from tracker.exchange.tables import limits
from tracker.exchange.tables.contract import FORMATS, TableError

HEAD_BYTES = 65_536

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "save it as .xlsx or CSV and bring that file"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", f"is a PDF document, which holds no table that can be read; open the table in a spreadsheet, {_SAVE_AS}"),
    (b"{\\rtf", f"is a text document (RTF); copy its table into a spreadsheet, {_SAVE_AS}"),
    (b"\x1f\x8b", "is compressed (gzip); unpack it first"),
    (b"BZh", "is compressed (bzip2); unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it and bring the table in it"),
    (b"Rar!", "is a RAR archive; unpack it and bring the table in it"),
    (b"\x89PNG", "is a picture; bring the table as .xlsx or CSV"),
    (b"\xff\xd8\xff", "is a picture; bring the table as .xlsx or CSV"),
    (b"GIF8", "is a picture; bring the table as .xlsx or CSV"),
    (b"SQLite format 3\0", "is a database (SQLite); export the table from it as CSV"),
    (b"PAR1", "is a Parquet file; export it as CSV"),
    (b"\x7fELF", "is a program; bring a table as .xlsx or CSV"),
    (b"MZ\x90\0", "is a program; bring a table as .xlsx or CSV"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_JSON_START = re.compile(r'\s*(?:\[\s*(?:[\[{"\]]|-?\d|true|false|null|$)|\{\s*(?:"|\}|$))')
_HTML_START = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b", re.IGNORECASE | re.DOTALL)


def refused(name: str, words: str, *, row: int | None = None) -> TableError:
    """The error of a file, or of a row of it, its sentence ended."""
    place = f"{name}, row {row}:" if row else name
    return TableError(f"{place} {words}{'' if words.endswith(('.', '?')) else '.'}", row=row)


def size_of(path: Path, name: str) -> int:
    """The bytes of a file that may be read."""
    if not path.is_file():
        raise TableError(f"There is no file {name}.")
    size = path.stat().st_size
    if not size:
        raise refused(name, "is empty; bring a file with a header and rows below it")
    if size > limits.FILE_BYTES:
        raise refused(name, f"has {limits.megabytes(size)}; at most {limits.megabytes(limits.FILE_BYTES)} are read, so bring it in parts")
    return size


def head_of(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def refuse_what_is_no_table(path: Path, name: str, head: bytes) -> None:
    """Raise ``TableError`` for the kinds of file that people bring instead of a table; a workbook or a text passes."""
    if head.startswith(_OLE):
        raise refused(name, _what_an_ole_file_is(path, head))
    if head.startswith(b"PK"):
        refuse_other_archives(path, name)
        return
    for signature, words in _SIGNATURES:
        if head.startswith(signature):
            raise refused(name, words)


def refuse_binary(name: str, head: bytes, encoding: str) -> None:
    """Raise ``TableError`` where the beginning of a file is no text in any encoding."""
    if encoding.startswith(("utf-16", "utf-32")):
        return
    signs = len(_CONTROL.findall(head))
    if b"\0" in head or signs > 8 + len(head) * 0.01:
        raise refused(name, "is no text: it holds bytes that no text has; bring a table as CSV, .xlsx or JSON")


def refuse_markup(name: str, text: str) -> None:
    """Raise ``TableError`` for web pages and XML that call themselves tables."""
    if _HTML_START.match(text):
        raise refused(name, f"is a web page (HTML), whatever it is called; open it in a spreadsheet, {_SAVE_AS}")
    if text.lstrip().startswith("<?xml"):
        raise refused(name, f"is XML; open it in a spreadsheet, {_SAVE_AS}")


def format_of(name: str, head: bytes, text: str) -> tuple[str, str]:
    """Which of FORMATS a file is in, and the sentence that says why. ``text`` is the decoded head, nothing for a workbook."""
    if head.startswith(b"PK"):
        return "xlsx", "The file is an Excel workbook."
    suffix = Path(name).suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return "jsonl", f"Its name ends in {suffix}: each line is taken for a JSON record."
    if suffix == ".json" or _JSON_START.match(text):
        if _several_lines_of_json(text):
            return "jsonl", "Each line is a JSON record by itself."
        return "json", "The file begins as JSON does."
    return "csv", f"The file is text, and taken for {FORMATS['csv']}."


def _several_lines_of_json(text: str) -> bool:
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", text) if line.strip()][:3]
    return len(lines) > 1 and all(line[0] in "{[" for line in lines[:2]) and lines[0][-1] in "}]" and lines[0] != "[" and lines[0] != "{"


def refuse_other_archives(path: Path, name: str) -> None:
    """Raise ``TableError`` unless a ZIP archive is an Excel workbook with as much in it as may be unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            mimetype = ""
            if "mimetype" in archive.NameToInfo and archive.NameToInfo["mimetype"].file_size < 200:
                mimetype = archive.read("mimetype").decode("ascii", "replace")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, struct.error):
        raise refused(name, "is a damaged archive: its directory cannot be read; save the workbook again") from None
    names = {entry.filename.lower() for entry in entries}
    if "spreadsheet" in mimetype:
        raise refused(name, f"is an OpenDocument spreadsheet (.ods); {_SAVE_AS}")
    if mimetype:
        raise refused(name, f"is an OpenDocument file without a table; put the table into a spreadsheet, {_SAVE_AS}")
    if "xl/workbook.bin" in names:
        raise refused(name, f"is a binary Excel workbook (.xlsb); {_SAVE_AS}")
    if any(entry.startswith("word/") for entry in names):
        raise refused(name, f"is a Word document (.docx); copy its table into a spreadsheet, {_SAVE_AS}")
    if any(entry.startswith("ppt/") for entry in names):
        raise refused(name, f"is a presentation (.pptx); copy its table into a spreadsheet, {_SAVE_AS}")
    if "[content_types].xml" not in names:
        raise refused(name, "is a ZIP archive; unpack it and bring the table in it")
    if len(entries) > limits.PARTS:
        raise refused(name, f"holds {len(entries):,} parts, and a workbook has at most {limits.PARTS:,}")
    expanded = sum(entry.file_size for entry in entries)
    if expanded > limits.EXPANDED_BYTES:
        most = f"at most {limits.EXPANDED_BYTES / 1e6:,.0f} MB are read; bring it in parts, or as CSV"
        raise refused(name, f"would unpack to {expanded / 1e6:,.0f} MB, and {most}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise refused(name, "is an archive with a password; save the workbook without one")


def _what_an_ole_file_is(path: Path, head: bytes) -> str:
    """What kind of file lies in an old Office container, by the names in its directory; a damaged one is taken for a workbook."""
    names = b""
    try:
        sector = 1 << min(struct.unpack_from("<H", head, 30)[0], 16)
        first = struct.unpack_from("<I", head, 48)[0]
        with path.open("rb") as stream:
            stream.seek((first + 1) * sector)
            names = stream.read(16_384)
    except (struct.error, OSError, OverflowError):
        pass
    if "EncryptedPackage".encode("utf-16-le") in names:
        return "has a password; open it in Excel, take the password off (File, Info, Protect Workbook) and save it again"
    if "WordDocument".encode("utf-16-le") in names:
        return f"is a Word document (.doc); copy its table into a spreadsheet, {_SAVE_AS}"
    return f"is an Excel workbook of the old kind (.xls), which is not read; {_SAVE_AS}"
