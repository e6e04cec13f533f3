"""The text of a captured document, read in a process of its own (tracker.archive.reading) within bounds of time and memory."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.archive import locators, media
from tracker.archive.locators import Part


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one document may cost: seconds, megabytes of memory, characters of text."""

    seconds: int = 30
    megabytes: int = 512
    characters: int = 10_000_000


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a document and what the document says about itself.

    text          what a reader sees, letter for letter. Lines end in "\\n"; there is no NUL and no half character in it
    parts         where its pages (PDF) or paragraphs begin, in order
    title, author, publisher, language   "" where it does not say; several authors are separated by "; "
    published_on  an ISO date, maybe partial, as the page gives it; "" where it does not
    made_on       when a PDF file was made, which is not when it was published
    charset       the encoding that fitted, for HTML and plain text
    pages         of a PDF; 0 for everything else
    note          a sentence for staff about a text that is missing ("... a scan ..."); "" if there is one
    """

    text: str
    parts: tuple[Part, ...] = ()
    title: str = ""
    author: str = ""
    publisher: str = ""
    published_on: str = ""
    made_on: str = ""
    language: str = ""
    charset: str = ""
    pages: int = 0
    note: str = ""

    def locator_at(self, start: int, end: int) -> str:
        """Where a stretch of the text stands: "p. 4", "p. 4–5", "¶17"."""
        return locators.locator_at(self.parts, start, end)


class NotRead(Exception):
    """The text of a document cannot be read; the text of this is a sentence for staff. The document itself may be kept."""


def text_of(body: bytes, media_type: str, charset: str = "", *, bounds: Bounds = BOUNDS) -> Text:
    """The text of a document of one of the kinds of `media.KEPT`; `charset` is what its server said. The same bytes give the same text."""
    asked = {
        "media_type": media_type,
        "charset": charset,
        "seconds": bounds.seconds,
        "megabytes": bounds.megabytes,
        "most": bounds.characters,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tracker.archive.reading"],
            input=json.dumps(asked).encode() + b"\n" + body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            # Nothing of ours: what reads strangers' files knows no password.
            env={"PATH": os.defpath, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            timeout=bounds.seconds + 5,  # its own bound counts working time; this one ends a process that sleeps
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise NotRead(_sentence("slow", bounds)) from None
    except OSError as error:
        raise NotRead(_("The process that reads documents could not be started (%(why)s).") % {"why": error.strerror or ""}) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise NotRead(_sentence("slow" if done.returncode < 0 else "memory", bounds)) from None
    if "unreadable" in answer:
        raise NotRead(_sentence(answer["unreadable"], bounds))
    answer["parts"] = tuple(Part(start, label) for start, label in answer["parts"])
    return Text(**answer, note="" if answer["text"].strip() else _note(media_type, answer.get("pages", 0)))


def _note(media_type: str, pages: int) -> str:
    if media_type not in media.PAGED:
        return _("There is no text in this page; it may show its text only to browsers that run its scripts. Save it as PDF and upload that.")
    return ngettext(
        "The PDF has %(pages)s page and no text in it: it is probably a scan. Cite it by page and type the quotation.",
        "The PDF has %(pages)s pages and no text in them: it is probably a scan. Cite it by page and type the quotation.",
        pages,
    ) % {"pages": pages}


def _sentence(word: str, bounds: Bounds) -> str:
    return {
        "slow": _("Reading its text took longer than %(seconds)s seconds, so it was given up.") % {"seconds": bounds.seconds},
        "memory": _("Reading its text took more than %(megabytes)s MB of memory, so it was given up.") % {"megabytes": bounds.megabytes},
        "long": _("Its text has more than %(characters)s characters, which is more than can be worked with here.")
        % {"characters": bounds.characters},
        "complex": _("It is built too deep or in too large pieces for its text to be read."),
        "locked": _("The PDF is locked with a password; save it without one and upload that."),
        "broken": _("The file is damaged, so that its text cannot be read."),
    }.get(word, _("Its text cannot be read."))
