"""/api/v1/: the same filters, columns and rows as the pages, for programs.

    views        the addresses: index, lists page by page, whole lists as files, the matrix, the description
    walking      pages of a list that stay where they were while the site is published on: cursors
    problems     every error as problem details (RFC 9457)
    limits       how much one reader may ask for, and the headers that say so
    takes        what each parameter takes, as JSON Schema
    described    all of it in OpenAPI 3.1
    docs         the same as a page for people

Read only, over the public's connection alone. Nobody signs in, and no cookie is read or set.
"""

from django.http import HttpRequest


def origin(request: HttpRequest) -> str:
    """The site's origin, without a slash at the end."""
    return f"{request.scheme}://{request.get_host()}"


TABLE_ENDINGS = ("json", "csv")
"""Formats of what is no list of records: the matrix, the crosswalk of statuses."""
