"""`capture`: archive a page or a file, here and now."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.editorial.capturing import LARGEST, capture, prepare
from tracker.editorial.verbs import Refused, allowed
from tracker.management.by_hand import run
from tracker.models import Capture, Document, User, system_actor
from tracker.rules.vocabulary import CaptureState


class Command(BaseCommand):
    """What the desk's box does, without the queue."""

    help = "Archive the page at an address, or a file (HTML, PDF or text, up to 20 MB)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, for whom, of which document."""
        parser.add_argument("what", metavar="URL|FILE", help="an address beginning with http:// or https://, or the path of a file")
        parser.add_argument("--document", default="", metavar="KEY", help="the document that it is another copy of")
        parser.add_argument("--by", default="", metavar="USERNAME", help="who asks; by default nobody in person")

    def handle(self, *args: Any, what: str, document: str, by: str, **options: Any) -> None:
        """Archive it."""
        of = Document.objects.filter(key=document).first() if document else None
        if document and of is None:
            raise Trouble(f"There is no document with the key {document!r}.")
        person = User.objects.filter(username=by).first() if by else system_actor()
        if person is None:
            raise Trouble(f"There is no account {by!r}.")
        try:
            if by:
                allowed(person, "tracker.add_capture")
            if what.startswith(("http://", "https://")):
                made = prepare(by=person, url=what, document=of)
            else:
                made = prepare(by=person, file=read(Path(what)), file_name=Path(what).name, document=of)
        except Refused as refused:
            raise Trouble(str(refused)) from None
        said = run(self, capture, number=made.pk)
        made = Capture.objects.select_related("snapshot__document").get(pk=made.pk)
        if made.state != CaptureState.HELD or made.snapshot is None:
            raise Trouble(made.problem or said)
        self.stdout.write(said)
        if made.snapshot.document is not None:
            self.stdout.write(f"It is a copy of {made.snapshot.document.key}.")
        elif (text := getattr(made.snapshot, "extracted", None)) and text.problem:
            self.stdout.write(text.problem)


def read(path: Path) -> bytes:
    """The bytes of a file that may be archived; one sentence where it may not."""
    try:
        if path.stat().st_size > LARGEST:
            raise Trouble(f"{path} has more than 20 MB, which is the most that is archived.")
        return path.read_bytes()
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}); give an address beginning with https://, or the path of a file.") from None
