"""Every public address, for tests that nothing of the site may escape: a new one is tried without anybody adding it anywhere."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product

from django.urls import NoReverseMatch, reverse

from tracker.editions.tables import ReleaseFile
from tracker.public import urls as public
from tracker.public.formats import ENDINGS


def every_public_address(keys: Sequence[str], releases: Sequence[str]) -> list[str]:
    """All of them, filled in with recommendation REC-1, government AL, the ``keys`` of documents and actions, and two ``releases``."""
    values: dict[str, Sequence[str]] = {
        "reference": ("REC-1",),
        "code": ("AL",),
        "key": (*keys, *releases),
        "ending": ("json", "csv", "bib", *ENDINGS),
    }
    values["kind"] = ("recommendation", "government", "document", "action", "status", "source", "page", "release")
    values["number"] = ("1",)
    values["name"] = ("documents", "actions", "assessments", "recommendations", "addressees", "governments", "changes", "effects", *releases)
    values["before"], values["after"] = ((name,) for name in releases)
    values["path"] = tuple(ReleaseFile.objects.filter(release=releases[0]).values_list("path", flat=True))
    return ["/healthz", "/readyz", *_filled_in(values)]


def _filled_in(values: dict[str, Sequence[str]]) -> Iterator[str]:
    for namespace, patterns in (("public:", public.urlpatterns), ("", public.machine_urlpatterns)):
        for pattern in patterns:
            if pattern.name:
                names = list(pattern.pattern.regex.groupindex)
                assert set(names) <= set(values), f"{pattern.pattern} has a part that this test cannot fill in"
                made = []
                for chosen in product(*(values[name] for name in names)):
                    with suppress(NoReverseMatch):  # a kind or an ending that this address does not take
                        made.append(reverse(f"{namespace}{pattern.name}", kwargs=dict(zip(names, chosen, strict=True))))
                assert made, pattern.pattern
                yield from made
