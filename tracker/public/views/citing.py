"""Citations as files, at addresses of their own."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tracker.public import citable, sharing
from tracker.public.api import origin
from tracker.public.citing import FORMATS, Work, cite_key
from tracker.public.clocks import Clocks, one_value
from tracker.public.pages import NotHere, missing_addressee, public_data
from tracker.public.views import releases


@public_data
def cite(request: HttpRequest, clocks: Clocks, kind: str, key: str, ending: str, code: str = "") -> HttpResponseBase:
    """A page of this site, a source, or a release, as BibTeX, RIS or CSL-JSON.

    ``language`` in the query says which of the site's languages the page is cited in; the address itself carries none, and a release has one.
    """
    asked = one_value(request.GET, "language")
    language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        work = _work(request, clocks, kind, key, code, language)
    _label, media_type, write = FORMATS[ending]
    response = HttpResponse(write(work), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{cite_key(work.key)}.{ending}"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _work(request: HttpRequest, clocks: Clocks, kind: str, key: str, code: str, language: str) -> Work:
    site = origin(request)
    if kind == "page":
        if key not in sharing.VIEWS:
            raise NotHere(_("No page “%(key)s”; there are %(names)s.") % {"key": key[:60], "names": ", ".join(sharing.VIEWS)})
        parameters = citable.parameters_of(key, citable.from_files(request.GET), clocks, now=timezone.now())
        return sharing.view_as_work(key, parameters, clocks=clocks, site=site, language=language)
    if kind == "release":
        return releases.as_work(request, clocks, releases.found(key))
    row = sharing.found(clocks, "document" if kind == "source" else kind, key, code)
    if row is None and kind == "status":
        raise missing_addressee(clocks, key, code, _("Nothing %(key)s to cite on this site on that day.") % {"key": f"{key} {code}"})
    if row is None:
        raise NotHere(_("Nothing %(key)s to cite on this site on that day.") % {"key": f"{key} {code}".strip()})
    if kind == "source":
        return sharing.source_as_work(row)  # type: ignore[arg-type]
    return sharing.page_as_work(kind, row, clocks=clocks, site=site, language=language)
