"""Making a release: the editorial verb with the files that the public side writes. For the command, the admin and the job alike."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import tracker
from tracker.editions.tables import Release, SiteEdition
from tracker.editorial.releasing import Asked, Frozen, release
from tracker.editorial.verbs import Progress, Refused
from tracker.jobs import job, tell
from tracker.models import User
from tracker.public.releases import freezing


def make(name: str, *, by: User, reason: str, site: str, progress: Progress | None = None) -> Release:
    """Freeze what the site says now, under a name. ``site`` is the origin at which it is read. ``Refused`` as the verb says."""

    def render(asked: Any, package: Any) -> Any:
        return freezing.files(asked, package, Frozen, publisher=settings.OPERATOR_NAME)

    return release(name, by=by, reason=reason, site=site.rstrip("/"), software=tracker.__version__, render=render, progress=progress)


def written_again(made: Release) -> Iterator[tuple[str, list[str], Iterator[list[str]]]]:
    """The lists of a release from the editions as they stand now: path, header, and the cells of each row.

    None where another version of the software made it: its words, and its columns, may be others.
    """
    if made.software != tracker.__version__:
        return
    edition = SiteEdition.desk.get(number=made.edition)
    taken_over = {name: getattr(made, name) for name in ("name", "edition", "as_of", "site", "software", "chain_head")}
    asked: Any = Asked(**taken_over, published_at=edition.published_at, previous=None)
    yield from freezing.lists(asked)


def known_site() -> str:
    """The origin at which the settings say that the site is read; empty where they do not say one."""
    return next((origin for origin in settings.CSRF_TRUSTED_ORIGINS if "*" not in origin), "")


@job("make_release", title=gettext_lazy("Make a release"), alone=True, about=lambda name, **_more: str(name))
def make_release(*, name: str, by: int, reason: str, site: str) -> str:
    """Freeze the newest edition as a release, whole or not at all.

    Safe to run twice: where the release is there already, that is said, and nothing is changed.
    """
    if Release.desk.filter(name=name).exists():
        return _("There is a release “%(name)s” already; it never changes.") % {"name": name}
    made = make(name, by=User.objects.get(pk=by), reason=reason, site=site, progress=tell)
    return _("Release %(name)s of edition %(edition)s is made. SHA-256 of its manifest: %(manifest)s") % {
        "name": made.name, "edition": made.edition, "manifest": made.manifest_hash,
    }  # fmt: skip


__all__ = ["Refused", "known_site", "make", "make_release", "written_again"]
