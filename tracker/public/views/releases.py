"""Releases: the list of them, a page each, their files at addresses that stay, and what changed from one to another."""

import functools
import hashlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import tracker
from tracker.editions.frozen import as_lines, contents
from tracker.editions.tables import Release, ReleaseFile
from tracker.public import citing
from tracker.public.api import origin
from tracker.public.api.limits import standing_of
from tracker.public.citing import Work
from tracker.public.clocks import BadFilter, Clocks, one_value
from tracker.public.formats.text import BROKEN, streamed
from tracker.public.pages import (
    NotHere,
    Page,
    Refusal,
    View,
    answered,
    for_caches,
    later_as_page,
    later_as_problem,
    problem,
    public_page,
    read_by_scripts,
)
from tracker.public.releases import differences, kept
from tracker.public.releases.describing import work_of
from tracker.public.releases.freezing import LANGUAGE
from tracker.public.releases.kept import Kept
from tracker.public.views.shared import page_of
from tracker.public.views.words import operator

NO_CLOCKS = {"permalink": ""}
"""A release is the same by every clock: its own address is permanent."""


def found(name: str) -> Release:
    """A release by its name; ``NotHere`` where there is none."""
    release = Release.objects.filter(name=name).first()
    if release is None:
        raise NotHere(_("No release “%(name)s” on this site.") % {"name": name[:60]})
    return release


def as_work(request: HttpRequest, clocks: Clocks, release: Release) -> Work:
    """A release as a work, in the language of its files, whatever the reader's is."""
    with translation.override(LANGUAGE):
        return work_of(
            release,
            site=origin(request),
            publisher=operator()["operator_name"],
            manifest=release.manifest_hash,
            accessed=clocks.today,
            language=LANGUAGE,
        )


@public_page
def release_list(_request: HttpRequest, _clocks: Clocks) -> Page:
    """Every release, newest first."""
    return "tracker/releases.html", {"kept": kept.kept(kept.releases()), **NO_CLOCKS}


@public_page
def release_page(request: HttpRequest, clocks: Clocks, name: str) -> Page:
    """A release: its files, how to check and to cite them, and what was taken from it since."""
    release = found(name)
    (whole,) = kept.kept([release])
    before, after = kept.neighbours(release)
    work = as_work(request, clocks, release)
    return "tracker/release.html", {
        "whole": whole,
        "before": before,
        "after": after,
        "apa": citing.apa(work),
        "bibliography": citing.chicago_bibliography(work),
        "note": citing.chicago_note(work),
        "bibtex": citing.bibtex(work),
        "citations": [(label, reverse("cite-release", args=["release", name, ending])) for ending, (label, *_how) in citing.FORMATS.items()],
        **NO_CLOCKS,
    }


def limited(refusal: Refusal) -> Callable[[View], View]:
    """An address that asks much of the database, of which one reader may ask as much as of the API, and together with it.

    ``refusal`` answers who asked too much.
    """

    def of_a_view(view: View) -> View:
        @functools.wraps(view)
        def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
            standing = standing_of(request)
            response = refusal(request, 429, standing.again_in) if standing and standing.is_over else view(request, **named)
            if standing:
                standing.say(response)
            return response

        return respond

    return of_a_view


@limited(later_as_page)
@public_page
def release_difference(request: HttpRequest, _clocks: Clocks, before: str, after: str) -> Page:
    """What changed from one release to another: all lists with the first rows of each, or the rows of one ``list`` page by page."""
    one, other = found(before), found(after)
    context: dict[str, Any] = {"before": one, "after": other, **NO_CLOCKS}
    if wanted := one_value(request.GET, "list"):
        rows = differences.Differing(_pair(one, other, wanted), _stand(one, other))
        chosen = page_of(rows, request, differences.PER_PAGE)
        context |= {"chosen": wanted, "asked": [("list", wanted)], "page": chosen, "gone": differences.taken_off(chosen)}
        return "tracker/release_difference.html", context
    lists = differences.lists(one, other)
    gone = differences.taken_off(row for each in lists for row in each.shown)
    return "tracker/release_difference.html", {**context, "lists": lists, "shown": differences.SHOWN, "gone": gone}


def _pair(one: Release, other: Release, wanted: str) -> differences.Pair:
    """The list of both releases that an address asks for; ``BadFilter`` where there is none of that name."""
    pairs = {pair.name: pair for pair in differences.pairs(one, other)}
    if wanted not in pairs:
        sentence = _("“%(value)s”: %(filter)s takes one of %(takes)s.")
        raise BadFilter("list", sentence % {"value": wanted[:60], "filter": "list", "takes": ", ".join(pairs)})
    return pairs[wanted]


def permanent(view: Callable[..., tuple[str, Callable[[], HttpResponseBase]]]) -> Callable[..., HttpResponseBase]:
    """A file of a release. The view gives the state that the answer is a function of, and how to build it.

    It is asked for again each time, although it seldom is another: what is taken down or erased must stand in nobody's cache.
    """

    @functools.wraps(view)
    def respond(request: HttpRequest, **named: str) -> HttpResponseBase:
        try:
            state, build = view(request, **named)
        except NotHere as missing:
            response: HttpResponseBase = problem(404, _("Not found"), str(missing))
        else:
            etag = quote_etag(state)
            response = get_conditional_response(request, etag=etag) or build()
            response["ETag"] = etag
            for_caches(response, request)
        return response

    return read_by_scripts(limited(later_as_problem)(require_safe(answered(respond, later_as_problem))))


@permanent
def release_file(_request: HttpRequest, name: str, path: str) -> tuple[str, Callable[[], HttpResponseBase]]:
    """A file of a release, as it was made, without what was taken down or erased since."""
    release = found(name)
    (whole,) = kept.kept([release])
    if path == kept.ADDENDUM and whole.addenda:
        text = kept.addendum(whole)
        return _state(whole.newest), lambda: _named(HttpResponse(text, content_type="text/plain; charset=utf-8"), f"{name}-{path}")
    file = ReleaseFile.objects.filter(release=release, path=path).first()
    if file is None:
        sentence = _("No file “%(path)s” in release %(name)s; there are %(files)s.")
        raise NotHere(sentence % {"path": path[:60], "name": name, "files": ", ".join(each.path for each in whole.files)})
    return kept.state_of(whole, path, file.sha256), lambda: _whole(file, f"{name}-{path}", as_it_was_made=not whole.changed(path))


@permanent
def release_zip(_request: HttpRequest, name: str) -> tuple[str, Callable[[], HttpResponseBase]]:
    """All files of a release. What breaks off is no ZIP file to any program: what says where its entries are comes last."""
    release = found(name)
    (whole,) = kept.kept([release])
    return (
        _state(release.manifest_hash, whole.newest),
        lambda: _named(_stream(kept.as_zip(whole), "application/zip"), f"{name}.zip", "attachment"),
    )


@permanent
def difference_file(_request: HttpRequest, before: str, after: str, ending: str) -> tuple[str, Callable[[], HttpResponseBase]]:
    """Every difference of two releases."""
    one, other = found(before), found(after)
    write = {"csv": differences.as_csv, "json": differences.as_json}[ending]
    return _state(ending, *_stand(one, other)), lambda: write(one, other)


def _stand(one: Release, other: Release) -> tuple[str, ...]:
    """What a difference of two releases is a function of: both, and what was taken from them since."""
    both: list[Kept] = kept.kept({one.name: one, other.name: other}.values())
    return (one.manifest_hash, other.manifest_hash, *(each.newest for each in both))


def _state(*parts: str) -> str:
    """For what this version of the software writes from the kept files: another version may write it otherwise."""
    return hashlib.sha256(repr((tracker.__version__, parts)).encode()).hexdigest()


def _whole(file: ReleaseFile, filename: str, *, as_it_was_made: bool) -> HttpResponseBase:
    """A file. Whoever reads a list that breaks off learns it from its last line, and where the length is known from that, too."""

    def end(reason: str) -> str:
        return "".join(as_lines([(f"{BROKEN}: {reason}", *[""] * (len(file.columns) - 1))]))

    response = streamed((part.decode() for part in contents(file)), end, file.media_type, filename)
    if as_it_was_made:
        response["Content-Length"] = str(file.size)
    return response


def _stream(parts: Iterator[bytes], media_type: str) -> HttpResponseBase:
    """Parts as they come; the first rows are read before anything is sent, so that what fails at once is answered with an error."""
    first = list(itertools.islice(parts, 2))
    return StreamingHttpResponse(itertools.chain(first, parts), content_type=media_type)


def _named(response: HttpResponseBase, filename: str, way: str = "inline") -> HttpResponseBase:
    response["Content-Disposition"] = f'{way}; filename="{filename}"'
    return response
