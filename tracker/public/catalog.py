"""The data of this site for catalogues of data: as DCAT (/data/catalog.jsonld), and in the words of schema.org for /data/ and the releases.

Only what is true is said. No licence is named for the data, since none is granted for the sources' words (``dct:rights`` says so). A size or a hash
is given of files that never change alone, and no longer where something was taken from one.

Sources: DCAT 3 (W3C), DCAT-AP 3 (SEMIC) for what a catalogue must have; SPDX for hashes; schema.org Dataset, DataCatalog, DataDownload.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.public.api import origin
from tracker.public.clocks import Clocks, EditionRead
from tracker.public.columns import LISTINGS
from tracker.public.pages import public_data
from tracker.public.releases.describing import title_of
from tracker.public.releases.kept import Kept, kept, releases
from tracker.public.sharing import rights, site_name

Node = dict[str, Any]

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
EU = "http://publications.europa.eu/resource/authority/"
LANGUAGE = EU + "language/ENG"
FORMATS = {"csv": ("text/csv", "CSV"), "json": ("application/json", "JSON"), "zip": ("application/zip", "ZIP")}
SHA256 = "spdx:checksumAlgorithm_sha256"


def description() -> str:
    """What the data are, in a sentence."""
    return _("What became of each policy recommendation, government by government, with the evidence.")


# DCAT ----------------------------------------------------------------------------------------------------------------------


@public_data
def catalog(request: HttpRequest, clocks: Clocks) -> HttpResponseBase:
    """The catalogue as JSON-LD, whose context is within it: nothing has to be fetched to read it. In English, as the data are."""
    site = origin(request)
    with translation.override("en"):
        said = {"@context": CONTEXT, **_catalog(site, clocks.edition(), kept(releases()))}
    response = HttpResponse(json.dumps(said, ensure_ascii=False, indent=2) + "\n", content_type="application/ld+json")
    response["Content-Disposition"] = 'inline; filename="catalog.jsonld"'
    return response


def _catalog(site: str, edition: EditionRead | None, released: list[Kept]) -> Node:
    home = site + reverse("public:data")
    return {
        "@id": home + "#catalog",
        "@type": "dcat:Catalog",
        "dct:title": _english(site_name()),
        "dct:description": _english(description()),
        "dct:publisher": _publisher(site),
        "dct:language": {"@id": LANGUAGE},
        "foaf:homepage": {"@id": home},
        **({"dct:issued": _day(edition.first_published), "dct:modified": _day(edition.newest_published)} if edition else {}),
        "dcat:dataset": [_live(site, edition), *(_released(site, each) for each in released)],
    }


def _live(site: str, edition: EditionRead | None) -> Node:
    """The data as they are now, list by list."""
    home = site + reverse("public:data")
    return {
        "@id": home + "#dataset",
        "@type": "dcat:Dataset",
        "dct:title": _english(_("%(site)s: current data") % {"site": site_name()}),
        "dct:description": _english(description()),
        "dct:publisher": _publisher(site),
        "dct:language": {"@id": LANGUAGE},
        "dcat:landingPage": {"@id": home},
        **({"dct:modified": _day(edition.newest_published), "dcat:version": str(edition.number)} if edition else {}),
        "dcat:distribution": [_distribution(f"{site}/api/v1/{name}.{ending}", home, name, ending) for name in LISTINGS for ending in ("csv", "json")],
    }


def _released(site: str, each: Kept) -> Node:
    release = each.release
    home = site + reverse("public:release", args=[release.name])
    distributions = [_distribution(site + reverse("release-zip", args=[release.name]), home, title_of(release.name), "zip")]
    for file in each.files:
        if file.rows is None:
            continue
        node = _distribution(site + reverse("release-file", args=[release.name, file.path]), home, file.path, "csv")
        if not each.changed(file.path):
            node["dcat:byteSize"] = {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)}
            value = {"@type": "xsd:hexBinary", "@value": file.sha256}
            node["spdx:checksum"] = {"@type": "spdx:Checksum", "spdx:algorithm": {"@id": SHA256}, "spdx:checksumValue": value}
        distributions.append(node)
    return {
        "@id": home,
        "@type": "dcat:Dataset",
        "dct:title": _english(title_of(release.name)),
        "dct:description": _english(_in_words(each)),
        "dct:identifier": home,
        "dct:publisher": _publisher(site),
        "dct:language": {"@id": LANGUAGE},
        "dct:issued": _day(release.released_at),
        "dcat:version": release.name,
        "dct:isVersionOf": {"@id": site + reverse("public:data") + "#dataset"},
        "dcat:landingPage": {"@id": home},
        "dcat:distribution": distributions,
    }


def _in_words(each: Kept) -> str:
    release = each.release
    return _("Everything that this site said in its edition %(number)s, read as of %(day)s, as files that never change.") % {
        "number": release.edition, "day": release.as_of.isoformat(),
    }  # fmt: skip


def _distribution(address: str, page: str, title: str, ending: str) -> Node:
    media_type, name = FORMATS[ending]
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": _english(f"{title} ({name})"),
        "dcat:accessURL": {"@id": page},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": MEDIA_TYPES + media_type},
        "dct:format": {"@id": f"{EU}file-type/{name}"},
        "dct:rights": {"@type": "dct:RightsStatement", "dct:description": _english(rights())},
    }


def _publisher(site: str) -> Node:
    return {"@id": f"{site}{reverse('public:about')}#operator", "@type": "foaf:Agent", "foaf:name": settings.OPERATOR_NAME or site_name()}


def _english(text: str) -> Node:
    return {"@language": "en", "@value": text}


def _day(moment: Any) -> Node:
    return {"@type": "xsd:date", "@value": moment.date().isoformat()}


# schema.org ----------------------------------------------------------------------------------------------------------------


def data_page(site: str, edition: EditionRead | None, released: Sequence[Kept]) -> list[Node]:
    """/data/: the catalogue, and the data as they are now with a file a list."""
    home = site + reverse("public:data")
    versioned = {"version": str(edition.number), "dateModified": edition.published_at.date().isoformat()} if edition else {}
    dataset = {
        "@type": "Dataset",
        "@id": home + "#dataset",
        "name": f"{_('Data')} · {site_name()}",
        "description": description(),
        "url": home,
        "isAccessibleForFree": True,
        **versioned,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": FORMATS[ending][0], "contentUrl": f"{site}/api/v1/{name}.{ending}"}
            for name in LISTINGS
            for ending in ("csv", "json")
        ],
    }
    return [
        {
            "@type": "DataCatalog",
            "name": site_name(),
            "url": home,
            "dataset": [{"@id": home + "#dataset"}, *({"@id": site + reverse("public:release", args=[each.release.name])} for each in released)],
        },
        dataset,
    ]


def release_page(site: str, whole: Kept) -> Node:
    """The page of a release."""
    release = whole.release
    home = site + reverse("public:release", args=[release.name])
    return {
        "@type": "Dataset",
        "@id": home,
        "name": title_of(release.name),
        "description": _in_words(whole),
        "url": home,
        "identifier": release.manifest_hash,
        "version": release.name,
        "datePublished": release.released_at.date().isoformat(),
        "isAccessibleForFree": True,
        "isPartOf": {"@type": "DataCatalog", "name": site_name(), "url": site + reverse("public:data")},
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": "application/zip", "contentUrl": site + reverse("release-zip", args=[release.name])},
            *(
                {"@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": site + reverse("release-file", args=[release.name, file.path])}
                for file in whole.files
                if file.rows is not None
            ),
        ],
    }
