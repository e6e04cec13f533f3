"""What the steps of an import share: which there are, who may take them and when, and that nobody writes over another's choices unseen."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.exchange.imports.progress import is_waited_for
from tracker.models import Import, ImportState
from tracker.signin.keeping import address_without_mark

STEPS = (
    ("format", gettext_lazy("How it is read")),
    ("columns", gettext_lazy("What the columns hold")),
    ("whole", gettext_lazy("The file as a whole")),
    ("text", gettext_lazy("The profile as text")),
    ("change", gettext_lazy("Preview")),
)
"""In the order in which a stranger's file goes through them, by the ends of their addresses' names."""

OPEN = frozenset({ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED})
"""Where how it is read and what its columns hold may still be changed."""


def url(batch: Import, step: str) -> str:
    """The address of a step."""
    return reverse(f"admin:tracker_import_{step}", args=[batch.pk])


def words_of(step: str) -> str:
    """What a step is called."""
    return str(dict(STEPS)[step])


def may_import(request: HttpRequest) -> bool:
    """Whether the person brings files in."""
    return request.user.has_perm("tracker.add_import")


def found(request: HttpRequest, pk: int) -> Import:
    """The import of an address, for whoever reads imports."""
    if not request.user.has_perm("tracker.view_import"):
        raise PermissionDenied
    batch = Import.objects.select_related("made_by", "applied_by", "undone_by", "preview", "progress").filter(pk=pk).first()
    if batch is None:
        raise Http404
    return batch


def to_work_on(request: HttpRequest, pk: int) -> Import:
    """The same for whoever changes what becomes of it."""
    if not may_import(request):
        raise PermissionDenied
    return found(request, pk)


def mark_of(batch: Import) -> str:
    """Names what was decided so far, and on which preview: a form that was opened before somebody else decided otherwise is told by it."""
    said = [
        batch.state, batch.profile_name, batch.profile_text, batch.options, batch.governments, batch.decisions, batch.without_refused,
        batch.preview.digest if hasattr(batch, "preview") else "",
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def unchanged(request: HttpRequest, batch: Import) -> bool:
    """Whether the import is still as the form showed it."""
    return request.POST.get("mark", "") == mark_of(batch)


def why_not_open(batch: Import) -> str:
    """Why nothing of how it is read can be changed now; empty where it can."""
    if is_waited_for(batch):
        return _("A step of this import was asked for and has not ended yet; look again when it has.")
    if batch.state in OPEN:
        return ""
    if batch.state in (ImportState.APPLIED, ImportState.UNDONE, ImportState.DISCARDED):
        return _("This import is %(state)s: how it was read stays on record. Import the file again to read it otherwise.") % {
            "state": _(ImportState(batch.state).label)
        }
    return _("This import is at work just now; look again when it is done.")


def refused_for_now(request: HttpRequest, batch: Import) -> HttpResponse | None:
    """Where a step that changes something leads back to the import: it is not open, or somebody else has changed it meanwhile."""
    if sentence := why_not_open(batch):
        messages.warning(request, sentence)
        return HttpResponseRedirect(url(batch, "change"))
    if request.method == "POST" and not unchanged(request, batch):
        messages.warning(request, _("Somebody has changed this import since you opened that page; nothing was saved. Here is how it stands now."))
        return HttpResponseRedirect(address_without_mark(request))
    return None


class Lack(str):
    """Something that a profile lacks, in a sentence; ``linked`` is the sentence with the way to where it is said."""

    linked: SafeString

    def __new__(cls, sentence: str, linked: SafeString) -> "Lack":
        """A sentence that knows its links."""
        made = super().__new__(cls, sentence)
        made.linked = linked
        return made


def page(admin: Any, request: HttpRequest, batch: Import, step: str, template: str, still: Sequence[Lack] = (), **context: Any) -> TemplateResponse:
    """The page of a step, with the way through all of them; ``still`` is what the profile lacks."""
    is_open = not why_not_open(batch) and may_import(request)
    steps = [(url(batch, name), words, name == step) for name, words in STEPS] if is_open and not is_package(batch) else []
    return TemplateResponse(
        request,
        f"admin/tracker/importing/{template}.html",
        {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": context.pop("title", str(batch)),
            "batch": batch,
            "steps": steps,
            "still": still,
            "mark": mark_of(batch),
            "may_import": may_import(request),
            **context,
        },
        status=422 if context.get("errors") else 200,
    )


def is_package(batch: Import) -> bool:
    """Whether it is one of our own packages, which says everything itself."""
    return batch.profile_name == "package"
