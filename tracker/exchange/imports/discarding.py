"""An import that nobody wants to apply is put aside: it changes nothing any more, and that it was here stays on record."""

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.tables import DESK
from tracker.editorial.verbs import Refused, allowed
from tracker.exchange.imports.progress import is_held, refuse_while_waited_for
from tracker.exchange.imports.receiving import RIGHT
from tracker.models import Import, ImportState, User

MAY_BE_DISCARDED = (ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED)


def discard(batch: Import, *, by: User, reason: str) -> Import:
    """Put an import aside of which nothing was written. Whoever uploaded it may, and who undoes the imports of others.

    ``Refused``, in one sentence, where it was applied or is being worked on.
    """
    if by.pk != batch.made_by_id or not by.has_perm(RIGHT):
        allowed(by, "tracker.undo_import")
    if not reason.strip():
        raise Refused(_("Say why: it stays on record with the import."))
    if is_held(batch):
        raise Refused(_("Import #%(number)s is being worked on already; wait until that has ended.") % {"number": batch.pk})
    why = _("Import #%(number)s discarded: %(reason)s") % {"number": batch.pk, "reason": reason}
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=why):
        batch = Import.objects.select_for_update().get(pk=batch.pk)
        if batch.state not in MAY_BE_DISCARDED:
            said = {"number": batch.pk, "state": ImportState(batch.state).label}
            raise Refused(_("Import #%(number)s is %(state)s; only one of which nothing was written can be discarded.") % said)
        refuse_while_waited_for(batch)
        batch.state, batch.undone_by, batch.undone_at, batch.undo_reason = ImportState.DISCARDED, by, timezone.now(), reason
        batch.save()
    return batch
