"""The steps of an import as background jobs."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.trouble import Trouble
from tracker.editorial.verbs import Refused
from tracker.exchange.imports import steps
from tracker.exchange.imports.findings import wrote
from tracker.exchange.imports.handing_in import hand_in, told
from tracker.jobs import job, tell
from tracker.models import Import, User


def _about(*, number: int, by: int = 0, reason: str = "", approved: str = "") -> str:
    return _("import #%(number)s") % {"number": number} + (f": {reason}" if reason else "")


@job("preview_import", title=gettext_lazy("Preview an import"), about=_about)
def preview_import(*, number: int, by: int) -> str:
    """Find out what an import would do. Safe to run twice: it writes nothing but the preview, in place of an earlier one."""
    try:
        preview = steps.run_preview(Import.objects.get(pk=number), by=User.objects.get(pk=by), queued=True)
    except Refused as refused:
        raise Trouble(str(refused)) from None
    rows = preview.counts["rows"]["read"]
    return ngettext("%(count)s row of the file compared.", "%(count)s rows of the file compared.", rows) % {"count": rows}


@job("apply_import", title=gettext_lazy("Apply an import"), about=_about)
def apply_import(*, number: int, by: int, reason: str, approved: str) -> str:
    """Write an import, whole or not at all, if it does what the preview said that was approved.

    Safe to run twice: it is one transaction, at whose end the import counts as applied, and one that is applied is not applied again.
    """
    try:
        batch = steps.run_apply(Import.objects.get(pk=number), by=User.objects.get(pk=by), reason=reason, approved=approved)
    except Refused as refused:
        raise Trouble(str(refused)) from None
    count = wrote(batch.preview.counts)
    return ngettext("%(count)s row written.", "%(count)s rows written.", count) % {"count": count}


@job("undo_import", title=gettext_lazy("Undo an import"), about=_about)
def undo_import(*, number: int, by: int, reason: str) -> str:
    """Take back what an import wrote. Safe to run twice: it is one transaction, and what is undone is not undone again."""
    try:
        steps.run_undo(Import.objects.get(pk=number), by=User.objects.get(pk=by), reason=reason)
    except Refused as refused:
        raise Trouble(str(refused)) from None
    return _("All that import #%(number)s wrote is taken back.") % {"number": number}


@job("hand_in_import", title=gettext_lazy("Submit the drafts of an import"), about=_about)
def hand_in_import(*, number: int, by: int, reason: str) -> str:
    """Submit the drafts of an import that are ready. Safe to run twice: it is one transaction, and what is in review is not submitted again."""
    tell(_("Looking which drafts are ready"))
    batch = Import.objects.get(pk=number)
    try:
        came = hand_in(batch, by=User.objects.get(pk=by), reason=reason)
    except Refused as refused:
        raise Trouble(str(refused)) from None
    except ValidationError as error:
        raise Trouble(" ".join(error.messages)) from None
    return told(batch, came)


@job("notice_dead_imports", title=gettext_lazy("Look for imports that were broken off"), cron="*/10 * * * *", alone=True)
def notice_dead_imports() -> str:
    """Say of imports whose process died that they failed. Safe to run twice: it looks at what stands there."""
    found = steps.notice_the_dead()
    return ngettext("%(count)s import was broken off.", "%(count)s imports were broken off.", len(found)) % {"count": len(found)}
