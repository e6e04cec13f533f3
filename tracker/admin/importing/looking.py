"""Finding out what an import would do, from whichever of its pages that is asked."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from config.trouble import Trouble
from tracker.editorial.verbs import Refused
from tracker.exchange import imports
from tracker.exchange.imports.progress import AtWork
from tracker.models import Import, ImportState

AT_ONCE = 300_000
"""Bytes of a file, unpacked, that is looked at while the page loads; a longer one by a job, whose progress its page shows."""


def look_at_once(request: HttpRequest, batch: Import) -> None:
    """Find out what an import would do: here and now where the file is short, else as a job. What stands against it stands on its page."""
    user: Any = request.user
    try:
        if imports.expanded(batch) <= AT_ONCE:
            imports.run_preview(batch, by=user)
        else:
            imports.ask_for_preview(batch, by=user)
    except AtWork as error:
        messages.warning(request, str(error))
    except (Refused, Trouble) as error:
        batch.refresh_from_db(fields=["state"])
        if batch.state != ImportState.FAILED:  # else the page says it
            messages.error(request, str(error))
