"""How to read the API from elsewhere: snippets that work as /data/ prints them, by the site's own origin. Code is in English in every language.

The test suite runs the Python one against a served site, and asks for every address that the others name.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PYTHON = """\
import csv, io, json
from urllib.request import urlopen

def read(address):
    with urlopen(address, timeout=60) as answer:
        return answer.read().decode("utf-8-sig")

# A file with exactly the rows that a filter asks for.
file = read("{site}/api/v1/addressees.csv?status=implemented")
rows = list(csv.DictReader(io.StringIO(file, newline="")))
print(len(rows), "addressees are implemented")

# A whole list, page by page: each page names the next.
address, results = "{site}/api/v1/addressees", []
while address:
    page = json.loads(read(address))
    results += page["results"]
    address = page["next"]
print(len(results), "addressees in all")

# With pandas: pandas.read_csv("{site}/api/v1/addressees.csv")
"""
SHEETS = '=IMPORTDATA("{site}/api/v1/addressees.csv?counted=yes")'
EXCEL = (
    '= Table.PromoteHeaders(Csv.Document(Web.Contents("{site}/api/v1/addressees.csv?counted=yes"),'
    ' [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]))'
)
R = """\
# A file with exactly the rows that a filter asks for.
rows <- read.csv("{site}/api/v1/addressees.csv?status=implemented", fileEncoding = "UTF-8-BOM")
print(nrow(rows))

# A whole list, page by page: each page names the next.
library(jsonlite)
address <- "{site}/api/v1/addressees"
results <- list()
while (!is.null(address)) {{
  page <- fromJSON(address, simplifyVector = FALSE)
  results <- c(results, page$results)
  address <- page$`next`
}}
print(length(results))
"""


@dataclass(frozen=True)
class Snippet:
    """A snippet by its name in addresses, its title, what to do with it, and its text."""

    name: str
    title: str | Promise
    advice: str | Promise
    text: str


def snippets(site: str) -> list[Snippet]:
    """Every snippet for a site; ``site`` is its origin, without a slash at the end."""
    return [
        Snippet("python", "Python", _("It needs the standard library alone."), PYTHON.format(site=site)),
        Snippet("sheets", "Google Sheets", _("Paste it into an empty cell; the rows fill the sheet from there."), SHEETS.format(site=site)),
        Snippet(
            "excel",
            "Excel",
            _("Data, Get Data, From Other Sources, Blank Query: paste it into the formula bar of the query."),
            EXCEL.format(site=site),
        ),
        Snippet("r", "R", _("The second part needs the package jsonlite."), R.format(site=site)),
    ]
