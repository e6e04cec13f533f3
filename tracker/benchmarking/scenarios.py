"""The rows of the table: what is asked of the product, of the limit and of the peers, each for the same choice."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError

from tracker.benchmarking import limits, publishing
from tracker.benchmarking.asked import Failed, Site
from tracker.benchmarking.asking import Choice, Filters, Published
from tracker.benchmarking.peers.datasette import NAME, Datasette
from tracker.editorial.verbs import Refused
from tracker.rules.vocabulary import Status

PRODUCT, LIMIT, DATASETTE, REST, ADMIN = "product", "limit", "Datasette", "REST framework", "stock admin"
PEERS = (DATASETTE, REST, ADMIN)
MOST_FILTERS = 5
MOST_AT_ONCE = 500_000
"""Rows that peers are asked for in one answer that they put together in memory."""
LONGEST_SEARCH = 1000
"""Choices that are looked through for one that a row can use."""

Ask = Callable[[Choice], float]
"""Does it once, for a choice; gives how long it took, in seconds. ``Failed`` where there is no answer."""


@dataclass(frozen=True)
class Ground:
    """Whom to ask: the product, as a reader and at the desk, the database by hand (``over``), and the peers that are there."""

    site: Site
    desk: Site
    over: Any
    published: Published
    stock: Site | None = None
    datasette: Datasette | None = None


@dataclass(frozen=True)
class Scenario:
    """A row of the table. ``share``: one in so many of the rounds is enough, of what takes long; ``rows``: how many it gives, of a file.

    ``questions``: how many it asked the database the last time, of what is not all measured.
    """

    name: str
    title: str
    product: Ask
    limit: Ask
    peers: Mapping[str, Ask] = field(default_factory=dict)
    share: int = 1
    rows: int | None = None
    fits: Callable[[Choice], bool] = lambda _choice: True
    questions: Callable[[], int] | None = None

    def choices(self, published: Published) -> Iterator[Choice]:
        """What it asks for, round after round. ``Failed`` where nothing fits."""
        every = published.choices(self.name)
        while True:
            found = next((choice for choice in islice(every, LONGEST_SEARCH) if self.fits(choice)), None)
            if found is None:
                raise Failed("there is no record that it could be asked for")
            yield found


def timed(do: Callable[[Choice], Any]) -> Ask:
    """How long a function takes."""

    def ask(choice: Choice) -> float:
        began = time.perf_counter()
        do(choice)
        return time.perf_counter() - began

    return ask


def scenarios(ground: Ground) -> list[Scenario]:
    """Every row, in the order of the table."""
    return [
        _dashboard(ground),
        *(_list(ground, number) for number in range(MOST_FILTERS + 1)),
        _words(ground),
        _recommendation(ground),
        _government(ground),
        _matrix(ground),
        *_past_days(ground),
        *_editions(ground),
        *(_file(ground, ending) for ending in ("csv", "json")),
        *_desk(ground),
        _publish(ground),
    ]


def names() -> list[str]:
    """What ``--only`` takes, for rows that are measured one by one."""
    return [
        "dashboard", *(f"list-{number}" for number in range(MOST_FILTERS + 1)), "words", "recommendation", "government", "matrix",
        "as-of-dashboard", "as-of-list", "known-dashboard", "known-list", "csv", "json", "desk-list", "desk-search", "publish",
    ]  # fmt: skip


# --- How each is asked -------------------------------------------------------------------------------------------------------


def _page(ground: Ground, path: Callable[[Choice], str], query: Callable[[Choice], Any] = lambda _choice: None) -> Ask:
    return timed(lambda choice: ground.site.get(path(choice), query(choice)))


def _by_hand(ground: Ground, statements: Callable[[Choice], list[limits.Statement]]) -> Ask:
    return timed(lambda choice: limits.answers(ground.over, statements(choice)))


def _peers(
    ground: Ground,
    *,
    datasette: Callable[[Choice], tuple[str, Any]] | None = None,
    rest: Callable[[Choice], tuple[str, Any]] | None = None,
    admin: Callable[[Choice], Any] | None = None,
) -> dict[str, Ask]:
    """The peers that are there, each by path and query."""
    found: dict[str, Ask] = {}
    if datasette and (program := ground.datasette):
        found[DATASETTE] = timed(lambda choice: program.get(f"/{NAME}{datasette(choice)[0]}", datasette(choice)[1]))
    if stock := ground.stock:
        if rest:
            found[REST] = timed(lambda choice: stock.get(*rest(choice)))
        if admin:
            found[ADMIN] = timed(lambda choice: stock.get("/admin/tracker/addresseeedition/", admin(choice)))
    return found


def _today(ground: Ground) -> list[tuple[str, str]]:
    """Datasette's way to say which periods hold today."""
    day = ground.published.today.isoformat()
    return [("valid_from__lte", day), ("_where", f"(valid_to IS NULL OR valid_to > '{day}')")]


def _exactly(filters: Filters) -> list[tuple[str, str]]:
    return [(f"{name}__exact", value) for name, value in _as_columns(filters, "1", "0")]


def _as_columns(filters: Filters, yes: str, no: str) -> list[tuple[str, str]]:
    return [(name, {"yes": yes, "no": no}[value] if name == "disputed" else value) for name, value in filters]


# --- The rows ----------------------------------------------------------------------------------------------------------------

_DATASETTE_FACETS = [("_facet", name) for name in ("status", "government", "measure", "year", "disputed", "corroboration", "basis", "provenance")]
_DATASETTE_FACETS += [("_facet_array", name) for name in ("documents", "themes")]


def _dashboard(ground: Ground) -> Scenario:
    return Scenario(
        "dashboard",
        "the dashboard",
        _page(ground, lambda _choice: "/"),
        _by_hand(ground, lambda _choice: limits.dashboard(ground.published.today)),
        _peers(ground, datasette=lambda _choice: ("/addressee", [*_today(ground), ("_facet", "status"), ("_facet", "government"), ("_size", "5")])),
    )


def _list(ground: Ground, number: int) -> Scenario:
    filters = "no filter" if not number else "1 filter" if number == 1 else f"{number} filters"
    return Scenario(
        f"list-{number}",
        f"the list of recommendations, {filters}, all facets",
        _page(ground, lambda _choice: "/recommendations/", lambda choice: choice.filters[:number]),
        _by_hand(ground, lambda choice: limits.a_list(choice.filters[:number], ground.published.today)),
        _peers(
            ground,
            datasette=lambda choice: ("/addressee", [*_today(ground), *_as_columns(choice.filters[:number], "1", "0"), *_DATASETTE_FACETS]),
            rest=lambda choice: ("/addressees/", _as_columns(choice.filters[:number], "true", "false")),
            admin=lambda choice: [*_exactly(choice.filters[:number]), ("_facets", "True")],
        ),
    )


def _words(ground: Ground) -> Scenario:
    return Scenario(
        "words",
        "the list of recommendations, a word, all facets",
        _page(ground, lambda _choice: "/recommendations/", lambda choice: [("q", choice.word)]),
        _by_hand(ground, lambda choice: limits.a_list((), ground.published.today, word=choice.word)),
        _peers(
            ground,
            datasette=lambda choice: ("/recommendation", [("_search", choice.word), ("_facet", "measure"), ("_facet", "year")]),
            rest=lambda choice: ("/addressees/", [("search", choice.word)]),
            admin=lambda choice: [("q", choice.word), ("_facets", "True")],
        ),
    )


def _recommendation(ground: Ground) -> Scenario:
    return Scenario(
        "recommendation",
        "a recommendation",
        _page(ground, lambda choice: f"/recommendations/{choice.reference}/"),
        _by_hand(ground, lambda choice: limits.recommendation(choice.reference, ground.published.today)),
        _peers(
            ground,
            datasette=lambda choice: ("/recommendation", [("reference", choice.reference)]),
            rest=lambda choice: (f"/recommendations/{choice.reference}/", None),
        ),
    )


def _government(ground: Ground) -> Scenario:
    return Scenario(
        "government",
        "a government",
        _page(ground, lambda choice: f"/governments/{choice.government}/"),
        _by_hand(ground, lambda choice: limits.government(choice.government, ground.published.today)),
        _peers(
            ground,
            datasette=lambda choice: ("/addressee", [*_today(ground), ("government", choice.government), ("_facet", "status")]),
            rest=lambda choice: ("/addressees/", [("government", choice.government)]),
            admin=lambda choice: [("government__exact", choice.government)],
        ),
    )


def _matrix(ground: Ground) -> Scenario:
    return Scenario(
        "matrix",
        "the matrix, its first page",
        _page(ground, lambda _choice: "/matrix/"),
        _by_hand(ground, lambda _choice: limits.matrix(ground.published.today)),
    )


def _past_days(ground: Ground) -> list[Scenario]:
    def periods(choice: Choice) -> list[tuple[str, str]]:
        day = choice.day.isoformat()
        return [("valid_from__lte", day), ("_where", f"(valid_to IS NULL OR valid_to > '{day}')")]

    return [
        Scenario(
            "as-of-dashboard",
            "the dashboard as of a random day",
            _page(ground, lambda _choice: "/", lambda choice: [("as_of", choice.day.isoformat())]),
            _by_hand(ground, lambda choice: limits.dashboard(choice.day)),
            _peers(
                ground, datasette=lambda choice: ("/addressee", [*periods(choice), ("_facet", "status"), ("_facet", "government"), ("_size", "5")])
            ),
        ),
        Scenario(
            "as-of-list",
            "the list as of a random day, all facets",
            _page(ground, lambda _choice: "/recommendations/", lambda choice: [("as_of", choice.day.isoformat())]),
            _by_hand(ground, lambda choice: limits.a_list((), choice.day)),
            _peers(ground, datasette=lambda choice: ("/addressee", [*periods(choice), *_DATASETTE_FACETS])),
        ),
    ]


def _editions(ground: Ground) -> list[Scenario]:
    return [
        Scenario(
            "known-dashboard",
            "the dashboard as known at a random instant",
            _page(ground, lambda _choice: "/", lambda choice: [("known", choice.known.isoformat())]),
            _by_hand(ground, lambda choice: limits.dashboard(ground.published.today, choice.known)),
        ),
        Scenario(
            "known-list",
            "the list as known at a random instant, all facets",
            _page(ground, lambda _choice: "/recommendations/", lambda choice: [("known", choice.known.isoformat())]),
            _by_hand(ground, lambda choice: limits.a_list((), ground.published.today, choice.known)),
        ),
    ]


def _file(ground: Ground, ending: str) -> Scenario:
    rows = ground.published.numbers["addressees today"]
    streamed, at_once = ("/addressee.csv", [("_stream", "on")]), ("/addressee.json", [("_size", "max"), ("_shape", "array")])
    datasette = streamed if ending == "csv" else at_once
    in_memory = ending == "json" and rows <= MOST_AT_ONCE
    return Scenario(
        ending,
        f"every addressee as {ending.upper()}",
        _page(ground, lambda _choice: f"/api/v1/addressees.{ending}"),
        timed(lambda _choice: limits.copied(ground.over, ending, ground.published.today)),
        _peers(
            ground,
            datasette=(lambda _choice: (datasette[0], [*_today(ground), *datasette[1]])) if ending == "csv" or in_memory else None,
            rest=(lambda _choice: ("/addressees/all/", None)) if in_memory else None,
        ),
        share=5,
        rows=rows,
    )


def _desk(ground: Ground) -> list[Scenario]:
    path = "/admin/tracker/recommendation/"

    def at(site: Site | None, query: Callable[[Choice], Any]) -> dict[str, Ask]:
        return {ADMIN: timed(lambda choice: site.get(path, query(choice)))} if site else {}

    def searched(choice: Choice) -> list[tuple[str, str]]:
        return [("q", choice.word)]

    return [
        Scenario(
            "desk-list",
            "at the desk: the changelist of recommendations",
            timed(lambda _choice: ground.desk.get(path)),
            timed(lambda _choice: limits.at_the_desk()),
            at(ground.stock, lambda _choice: None),
        ),
        Scenario(
            "desk-search",
            "at the desk: a word searched there",
            timed(lambda choice: ground.desk.get(path, searched(choice))),
            timed(lambda choice: limits.at_the_desk(choice.word)),
            at(ground.stock, searched),
        ),
    ]


def _publish(ground: Ground) -> Scenario:
    last: list[publishing.Publication] = []

    def publish(choice: Choice) -> float:
        try:
            last[:] = [publishing.publish(choice.assessment)]
        except (Refused, ValidationError) as refused:
            said = refused.messages[0] if isinstance(refused, ValidationError) else str(refused)
            raise Failed(f"is refused: {said}") from None
        return last[0].seconds

    def inserts(_choice: Choice) -> float:
        if not last:
            raise Failed("nothing was published that could be written again")
        return publishing.inserts(last[0].written)

    return Scenario(
        "publish",
        "a publish: one assessment worded anew",
        publish,
        inserts,
        share=2,
        # A search that is due again would have to be made first.
        fits=lambda choice: bool(choice.assessment) and not Status(dict(choice.filters)["status"]).rests_on_a_search,
        questions=lambda: last[0].questions,
    )
