"""``import_file``: somebody's file into the desk as drafts, whole or not at all."""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.trouble import Trouble
from tracker.editorial.verbs import Refused
from tracker.exchange.files import PackageError
from tracker.exchange.imports import choose, receive, rehearse, run_apply
from tracker.exchange.imports.findings import gone_told, problem_told, said_before_told, sentences, wrote
from tracker.exchange.imports.sources import pack
from tracker.exchange.profiles import PACKAGE
from tracker.exchange.profiles.governments import LEFT_OUT
from tracker.exchange.schema import DESCRIPTOR, RESOURCES
from tracker.management.commands.load_package import Interrupted
from tracker.models import Import, ImportPreview, User

SHOWN = 50


class Command(BaseCommand):
    """Import a file with a profile, as one person's drafts; a second person approves them like any others."""

    help = "Import a file, whole or not at all. Importing it again changes nothing; undo_import takes it back."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, how it is read, and what is decided about it."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the file; with the profile package, a package's folder or its zip")
        parser.add_argument("--profile", required=True, metavar="NAME", help="how its columns become records: a profile's name, or a TOML file")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the member of staff whose drafts the records become")
        parser.add_argument("--reason", default="", help="why; it stands in the history of each record")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be created, changed, left and refused")
        parser.add_argument("--map", action="append", default=[], metavar="NAME=CODE", help="which government a name in the file means; repeatable")
        parser.add_argument(
            "--leave-out", action="append", default=[], metavar="NAME", help="a name in the file that is no government here; repeatable"
        )
        parser.add_argument("--take", action="append", default=[], metavar="KEY", help="a record here with other text: take the file's; repeatable")
        parser.add_argument("--without-refused", action="store_true", help="leave refused rows out and import the others")
        parser.add_argument(
            "--join", action="append", default=[], metavar="NAME=FILE", help="the second file of a profile that joins one; repeatable"
        )
        for name, words in (
            ("encoding", "as utf-8, windows-1252, mac-roman"), ("delimiter", "between cells"), ("sheet", "of a workbook"),
            ("records", "where the list of records is in a JSON file: data.items"),
        ):  # fmt: skip
            parser.add_argument(f"--{name}", default="", help=f"{words}; else guessed")

    def handle(self, *args: Any, file: Path, verbosity: int = 1, **options: Any) -> None:
        """Import, or preview, and say exactly what was done; one sentence where it fails."""
        try:
            self._import(file, verbosity, options)
        except (Refused, PackageError) as refused:
            raise Trouble(str(refused)) from refused
        except KeyboardInterrupt:
            raise Interrupted("Interrupted: nothing was imported.") from None

    def _import(self, file: Path, verbosity: int, options: dict[str, Any]) -> None:
        def progress(words: str) -> None:
            if verbosity:
                self.stderr.write(f"  {words}")
                self.stderr.flush()

        by = staff(options["by"])
        with _as_one_file(file, options["profile"]) as path:
            if options["dry_run"]:
                self._tell(rehearse(lambda in_place: self._received(path, by, options, in_place), by=by, say=progress))
                self.stdout.write("Nothing was written.")
                return
            batch = self._received(path, by, options)
        reason = options["reason"] or f"Imported from {file.name} with the profile {batch.profile_name}"
        try:
            batch = run_apply(batch, by=by, reason=reason, say=progress, unseen=True)
        except Trouble as trouble:
            preview = ImportPreview.objects.filter(batch=batch).first()
            if preview is not None:
                self._names(preview)
                self._problems(preview)
            raise Trouble(f"{trouble} Nothing was imported.") from trouble
        preview = batch.preview
        self._tell(preview)
        if wrote(preview.counts):
            self.stdout.write(f"Import #{batch.pk} is on the desk, as drafts; undo_import {batch.pk} takes it back.")
        else:
            self.stdout.write(f"Import #{batch.pk} wrote nothing, so there is nothing to undo.")

    def _received(self, file: Path, by: User, options: dict[str, Any], in_place: dict[str, Path] | None = None) -> Import:
        """The batch, with what is decided about it."""
        name, text = options["profile"], ""
        if name.endswith(".toml"):
            path = Path(name)
            try:
                name, text = path.stem, path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise Trouble(f"The profile {path} cannot be read: {error}.") from error
        reading = {name: options[name] for name in ("encoding", "delimiter", "sheet", "records") if options[name]}
        joined = {name: (Path(path).name, Path(path)) for name, path in (_pair(given, "--join", "NAME=FILE") for given in options["join"])}
        batch = receive(file, by=by, profile=name, text=text, options=reading, joined=joined, in_place=in_place)
        batch = choose(
            batch,
            by=by,
            governments={
                **dict(_pair(given, "--map", "Name=CODE") for given in options["map"]),
                **dict.fromkeys(options["leave_out"], LEFT_OUT),
            },
            without_refused=options["without_refused"],
        )
        if options["take"]:
            self._decide(batch, by, options["take"])
        return batch

    def _decide(self, batch: Import, by: User, keys: list[str]) -> None:
        """``--take`` names a record as the preview does, or by its key alone, whatever it is."""
        named = {key for key in keys if ":" in key}
        plain = set(keys) - named
        names = named | {f"{resource.name}:{key}" for resource in RESOURCES if len(resource.key_columns) == 1 for key in plain}
        choose(batch, by=by, decisions=dict.fromkeys(names, "take"))

    def _tell(self, preview: ImportPreview) -> None:
        for sentence in sentences(preview.counts):
            self.stdout.write(sentence)
        self._names(preview)
        for change in [change for change in preview.changes if not change["after"]][:SHOWN]:
            self.stdout.write(gone_told(change))
        for conflict in preview.conflicts[:SHOWN]:
            decided = "left as it is"
            if conflict["may_be_taken"]:
                take = f"left as it is; --take {shlex.quote(conflict['record'])} takes the file's"
                decided = "the file's text is taken" if conflict["decision"] == "take" else take
            self.stdout.write(f"{conflict['record']}: {decided}.")
            for row in conflict["rows"]:
                where = f"row {row['row']}, " if row["row"] else ""
                self.stdout.write(f"  {where}{row['resource']} {row['key']}: {row['why']}.")
                for column, text in row["file"].items():
                    here = "nothing" if row["here"] is None else f"“{row['here'][column]}”"
                    there = f"“{text}”" if text else "nothing"
                    self.stdout.write(f"    {column}: here {here}, in the file {there}")
        for left in preview.counts["left_out"][:SHOWN]:
            self.stdout.write(f"“{left['value']}” means nothing, as was said, in {_rows(left['count'])}.")
        for repeated in preview.repeated[:SHOWN]:
            self.stdout.write(f"Row {repeated['row']} says what row {repeated['first']} says.")
        for found in preview.said_before[:SHOWN]:
            self.stdout.write(said_before_told(found))
        if (more := preview.counts["said_before"] - SHOWN) > 0:
            self.stdout.write(f"And {_rows(more)} more whose words stand already.")
        for skipped in preview.skipped[:SHOWN]:
            self.stdout.write(f"{_rows(skipped['count'])} skipped: {skipped['reason']}.")
        self._problems(preview)

    def _names(self, preview: ImportPreview) -> None:
        for one in preview.governments[:SHOWN]:
            close = ", ".join(f"{code} ({name})" for code, name in one["suggestions"]) or "none is close"
            ways = f"--map {shlex.quote(one['name'] + '=CODE')}, or --leave-out {shlex.quote(one['name'])}"
            self.stdout.write(f"Unknown government “{one['name']}” in {_rows(one['count'])}; {ways}: {close}.")

    def _problems(self, preview: ImportPreview) -> None:
        more = preview.counts["problems"]
        for problem in preview.problems[:SHOWN]:
            self.stderr.write(problem_told(problem))
            more -= problem["count"]
        if more > 0:
            self.stderr.write(f"And {more} more.")


def staff(username: str) -> User:
    """The member of staff of that name; one sentence where there is none."""
    user = User.objects.filter(username=username, is_active=True, is_system=False).first()
    if user is None:
        raise Trouble(f"“{username}” is no active member of staff here; --by takes the username of one.")
    return user


@contextmanager
def _as_one_file(file: Path, profile: str) -> Iterator[Path]:
    """What is imported as one file: of a package's folder a zip of it, for as long as it is needed."""
    folder = file.parent if profile == PACKAGE and file.name == DESCRIPTOR else file
    if not folder.is_dir():
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="package-") as made:
        zipped = Path(made) / f"{folder.resolve().name}.zip"
        pack(folder, zipped)
        yield zipped


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def _pair(given: str, option: str, form: str) -> tuple[str, str]:
    name, equals, value = given.rpartition("=")
    if not equals or not name.strip() or not value.strip():
        raise Trouble(f"{option} takes {form}, not “{given}”.")
    return name.strip(), value.strip()
