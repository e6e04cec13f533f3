"""The shapes of the world as the map draws them: read once, each already projected (:mod:`tracker.public.world.making` made the file).

Two drawings: ``world`` (Equal Earth: B. Šavrič, T. Patterson and B. Jenny, 2019, "The Equal Earth map projection", doi
10.1080/13658816.2018.1504949) and ``europe`` (Lambert azimuthal equal-area about 52° N 10° E, as ETRS89-LAEA). Both keep areas.
Shapes: Natural Earth, public domain, from the npm package ``world-atlas``.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

REGIONS = ("world", "europe")
MADE = Path(__file__).with_name("shapes.json")


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing of the world or a part: ``width`` × ``height`` units.

    ``shapes`` are SVG paths by ISO 3166-1 alpha-2 code, ``points`` the middle of each country that lies in it, ``small`` the codes of those
    that need a dot, and ``unassigned`` the paths of what has no ISO code, which is never painted.
    """

    width: float
    height: float
    shapes: dict[str, str]
    points: dict[str, tuple[float, float]]
    small: frozenset[str]
    unassigned: str


@functools.cache
def drawing(region: str) -> Drawing:
    """The drawing of one of ``REGIONS``."""
    made = json.loads(MADE.read_text())[region]
    return Drawing(
        made["width"],
        made["height"],
        made["shapes"],
        {code: (point[0], point[1]) for code, point in made["points"].items()},
        frozenset(made["small"]),
        made["unassigned"],
    )
