"""The map: what one recommendation became in each government, or how much of a document's was taken up."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tracker.editions.tables import AddresseeEdition, GovernmentEdition, MembershipEdition
from tracker.public import world
from tracker.public.as_of import told
from tracker.public.clocks import Clocks
from tracker.public.columnar import addressees_at
from tracker.public.summaries.counts import TAKEN_UP
from tracker.rules.vocabulary import ITS_MEMBERS, THE_UNION, GovernmentKind, Status

CLASSES = ("all", "half", "some", "none", "unassessed")
"""The classes of uptake, most first; ``unassessed`` is apart from them: nothing is known."""


def uptake_class(taken_up: int, not_assessed: int, counted: int) -> str:
    """The class of a government of which ``taken_up`` of ``counted`` addressees are implemented or partly so (one of ``CLASSES``).

    Its denominator is every counted addressee, those not assessed included; a government of which nothing is assessed is in no class of uptake.
    ``ValueError`` where nothing is counted or the parts exceed the whole.
    """
    if counted < 1 or min(taken_up, not_assessed) < 0 or taken_up + not_assessed > counted:
        raise ValueError(f"{taken_up} taken up and {not_assessed} not assessed are no parts of {counted} counted addressees.")
    if not_assessed == counted:
        return "unassessed"
    if not taken_up:
        return "none"
    if taken_up == counted:
        return "all"
    return "half" if 2 * taken_up >= counted else "some"


@dataclass(frozen=True)
class Place:
    """A government on the map and in its table.

    ``fill`` is the class that paints it: a status, or a class of uptake. ``shape``, or ``dot`` (x, y) where it is too small; both nothing where
    this drawing does not hold it. ``through`` is the name of the body whose status is shown on request, which is not the government's own.
    """

    code: str
    name: str
    kind: str
    fill: str
    addressees: Sequence[AddresseeEdition]
    shape: str = ""
    dot: tuple[float, float] | None = None
    through: str = ""

    @property
    def counted(self) -> int:
        """The denominator."""
        return len(self.addressees)

    @property
    def taken_up(self) -> int:
        """How many are implemented or partially implemented."""
        return sum(Status(str(row.status)) in TAKEN_UP for row in self.addressees)

    @property
    def not_assessed(self) -> int:
        """How many nobody has assessed."""
        return sum(row.status == Status.NOT_ASSESSED for row in self.addressees)

    @property
    def disputed(self) -> int:
        """Of how many the status is disputed."""
        return sum(row.disputed for row in self.addressees)

    @property
    def drawn(self) -> bool:
        """Whether it is on the drawing."""
        return bool(self.shape or self.dot)


@dataclass(frozen=True)
class WorldMap:
    """A drawing with who is painted how. ``body`` is the EU as its own body, in a box; ``plain`` the path of everybody else.

    ``fills`` has the codes of the governments of each class, of ``total``; governments shown through a body are not among them.
    """

    drawing: world.Drawing
    places: list[Place]
    body: Place | None
    members: list[Place]
    plain: str
    fills: dict[str, list[str]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many governments have an addressee that is counted."""
        return len(self.codes)

    @property
    def codes(self) -> list[str]:
        """Those governments."""
        return [code for codes in self.fills.values() for code in codes]

    @property
    def painted(self) -> list[Place]:
        """Everybody on the drawing: shapes first, so that dots lie over them."""
        return sorted((place for place in (*self.members, *self.places) if place.drawn), key=lambda place: (not place.shape, place.code))

    @property
    def missing(self) -> list[Place]:
        """Governments of the table that this drawing does not hold, the EU's box apart."""
        return [place for place in self.places if not place.drawn]


def world_map(clocks: Clocks, addressees: Iterable[AddresseeEdition], *, region: str, one_status: bool, members: bool) -> WorldMap:
    """The map of the given addressees: of their one status each (``one_status``), or of uptake. ``members`` paints the EU's through it."""
    counted: dict[str, list[AddresseeEdition]] = defaultdict(list)
    for row in told(addressees, clocks):
        if row.counted:
            counted[row.government].append(row)
    kinds = dict(clocks.said(GovernmentEdition).values_list("code", "kind"))
    drawing = world.drawing(region)
    places, body = [], None
    for code, rows in sorted(counted.items(), key=lambda pair: pair[1][0].government_name):
        place = _place(drawing, code, str(kinds.get(code, "")), rows, one_status=one_status)
        places.append(place)
        body = place if code == THE_UNION else body
    through = _members(clocks, drawing, body, set(counted)) if members and body else []
    fills: dict[str, list[str]] = defaultdict(list)
    for place in places:
        fills[place.fill].append(place.code)
    own = {place.code for place in (*places, *through) if place.shape}
    plain = "".join(path for code, path in drawing.shapes.items() if code not in own) + drawing.unassigned
    order = [status.value for status in Status] if one_status else CLASSES
    places.sort(key=lambda place: (list(order).index(place.fill), place.name))
    return WorldMap(drawing, [each for each in places if each is not body], body, through, plain, {key: fills[key] for key in order if fills[key]})


def _place(drawing: world.Drawing, code: str, kind: str, rows: Sequence[AddresseeEdition], *, one_status: bool) -> Place:
    place = Place(code, rows[0].government_name, kind, "", rows)
    fill = str(rows[0].status) if one_status else uptake_class(place.taken_up, place.not_assessed, place.counted)
    is_state = kind == GovernmentKind.STATE.value
    return Place(code, place.name, kind, fill, rows, *(_on(drawing, code) if is_state else ("", None)))


def _on(drawing: world.Drawing, code: str) -> tuple[str, tuple[float, float] | None]:
    """The shape of a state, or its dot where it is too small to be seen or has no shape."""
    if code in drawing.small:
        return "", drawing.points[code]
    return drawing.shapes.get(code, ""), None


def _members(clocks: Clocks, drawing: world.Drawing, body: Place, own: set[str]) -> list[Place]:
    """The EU's members on the day that have no status of their own, as the body's is shown through them."""
    codes = set(clocks.rows(MembershipEdition).filter(group=ITS_MEMBERS).values_list("member", flat=True)) - own
    names = clocks.said(GovernmentEdition).filter(code__in=codes).order_by("name").values_list("code", "name", "kind")
    return [Place(code, name, str(kind), body.fill, (), *_on(drawing, code), through=body.name) for code, name, kind in names]


def documents_by_weight(clocks: Clocks) -> list[tuple[str, int]]:
    """Keys of documents with how many counted addressees stand with each, most first: what the page shows when nothing was chosen."""
    every = addressees_at(clocks)
    weight = every.counts("documents", every.flags("counted"))
    return sorted(weight.items(), key=lambda pair: (-pair[1], pair[0]))
