"""Makes ``shapes.json``: run it when Natural Earth's shapes change.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m tracker.public.world.making package/countries-50m.json > tracker/public/world/shapes.json

Shapes come as TopoJSON: borders are arcs that neighbours share, so that simplifying each arc once leaves no gap between them. Traps that it
minds: rings that jump over ±180° (Russia, Fiji) are cut there; a second shape with Australia's number (Ashmore and Cartier Islands) is left to
the first; shapes without a number (Kosovo, Northern Cyprus, Somaliland and others) get no code, and neither does Crimea, which the source draws
with Russia. Antarctica is left out: no government is painted there.
"""

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
Box = tuple[float, float, float, float]
Project = Callable[[float, float], Point]

CODES = (
    "004AF 008AL 010AQ 012DZ 016AS 020AD 024AO 028AG 031AZ 032AR 036AU 040AT 044BS 048BH 050BD 051AM 052BB 056BE 060BM 064BT 068BO 070BA 072BW 074BV"
    " 076BR 084BZ 086IO 090SB 092VG 096BN 100BG 104MM 108BI 112BY 116KH 120CM 124CA 132CV 136KY 140CF 144LK 148TD 152CL 156CN 158TW 162CX 166CC 170CO"
    " 174KM 175YT 178CG 180CD 184CK 188CR 191HR 192CU 196CY 203CZ 204BJ 208DK 212DM 214DO 218EC 222SV 226GQ 231ET 232ER 233EE 234FO 238FK 239GS 242FJ"
    " 246FI 248AX 250FR 254GF 258PF 260TF 262DJ 266GA 268GE 270GM 275PS 276DE 288GH 292GI 296KI 300GR 304GL 308GD 312GP 316GU 320GT 324GN 328GY 332HT"
    " 334HM 336VA 340HN 344HK 348HU 352IS 356IN 360ID 364IR 368IQ 372IE 376IL 380IT 384CI 388JM 392JP 398KZ 400JO 404KE 408KP 410KR 414KW 417KG 418LA"
    " 422LB 426LS 428LV 430LR 434LY 438LI 440LT 442LU 446MO 450MG 454MW 458MY 462MV 466ML 470MT 474MQ 478MR 480MU 484MX 492MC 496MN 498MD 499ME 500MS"
    " 504MA 508MZ 512OM 516NA 520NR 524NP 528NL 531CW 533AW 534SX 535BQ 540NC 548VU 554NZ 558NI 562NE 566NG 570NU 574NF 578NO 580MP 581UM 583FM 584MH"
    " 585PW 586PK 591PA 598PG 600PY 604PE 608PH 612PN 616PL 620PT 624GW 626TL 630PR 634QA 638RE 642RO 643RU 646RW 652BL 654SH 659KN 660AI 662LC 663MF"
    " 666PM 670VC 674SM 678ST 682SA 686SN 688RS 690SC 694SL 702SG 703SK 704VN 705SI 706SO 710ZA 716ZW 724ES 728SS 729SD 732EH 740SR 744SJ 748SZ 752SE"
    " 756CH 760SY 762TJ 764TH 768TG 772TK 776TO 780TT 784AE 788TN 792TR 795TM 796TC 798TV 800UG 804UA 807MK 818EG 826GB 831GG 832JE 833IM 834TZ 840US"
    " 850VI 854BF 858UY 860UZ 862VE 876WF 882WS 887YE 894ZM"
)
ALPHA_2 = {pair[:3]: pair[3:] for pair in CODES.split()}
"""ISO 3166-1: numeric code to alpha-2."""
WITHOUT_SHAPE: dict[str, Point] = {"TV": (179.2, -8.52), "GI": (-5.35, 36.14), "BQ": (-68.27, 12.18), "TK": (-171.8, -9.2)}
"""Longitude and latitude, in degrees, of what the shapes at this scale leave out."""
NOBODYS: dict[str, Point] = {"RU": (34.1, 45.1)}
"""Parts of a shape, each found by a place on it (longitude, latitude), that are painted for nobody: Crimea."""
SMALL = 14.0
"""Square units below which a shape gets a dot: about 4 px across on a screen of 1000 px."""


# The two projections, in degrees; up is negative, as on a screen


def equal_earth(longitude: float, latitude: float) -> Point:
    """Equal Earth, of a sphere of radius 1 (Šavrič, Patterson and Jenny 2019, equations 7 to 9)."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    slope = 9 * a4 * theta**8 + 7 * a3 * theta**6 + 3 * a2 * theta**2 + a1
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(theta) / (3 * slope)
    return x, -(a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta)


def lambert(longitude: float, latitude: float) -> Point:
    """Lambert azimuthal equal-area about 52° N 10° E, of a sphere of radius 1 (Snyder 1987, Map Projections, equations 24-2 to 24-4)."""
    middle, turned, up = math.radians(52), math.radians(longitude - 10), math.radians(latitude)
    scale = math.sqrt(2 / max(1e-9, 1 + math.sin(middle) * math.sin(up) + math.cos(middle) * math.cos(up) * math.cos(turned)))
    x = scale * math.cos(up) * math.sin(turned)
    return x, -scale * (math.cos(middle) * math.sin(up) - math.sin(middle) * math.cos(up) * math.cos(turned))


# Rings


def unrolled(ring: Ring) -> Ring:
    """The same ring without jumps over ±180°: it may run past it."""
    result = [ring[0]]
    for longitude, latitude in ring[1:]:
        while longitude - result[-1][0] > 180:
            longitude -= 360
        while longitude - result[-1][0] < -180:
            longitude += 360
        result.append((longitude, latitude))
    return result


def clipped(ring: Ring, box: Box) -> Ring:
    """The part of a ring in a box (left, top, right, bottom), after Sutherland and Hodgman (1974); empty where there is none."""
    for axis, bound, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        result: Ring = []
        for before, here in zip([ring[-1], *ring], ring, strict=False):
            inside, was_inside = sign * (here[axis] - bound) >= 0, sign * (before[axis] - bound) >= 0
            if inside != was_inside:
                share = (bound - before[axis]) / (here[axis] - before[axis])
                crossing = [before[other] + share * (here[other] - before[other]) for other in (0, 1)]
                crossing[axis] = bound
                result.append((crossing[0], crossing[1]))
            if inside:
                result.append(here)
        if not result:
            return []
        ring = result
    return ring


def cut_at_180(ring: Ring) -> list[Ring]:
    """A ring that runs over ±180° as rings that lie on either side of it."""
    whole = unrolled(ring)
    parts = (clipped([(x + turn, y) for x, y in whole], (-180, -90, 180, 90)) for turn in (-360, 0, 360))
    return [part for part in parts if len(part) > 2 and abs(area(part)) > 0]


def area(ring: Ring) -> float:
    """Square units, with a sign by the direction in which the ring runs (the shoelace formula)."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def holds(ring: Ring, point: Point) -> bool:
    """Whether a point lies within a ring (the even-odd rule)."""
    x, y = point
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return (
        sum((one[1] > y) != (other[1] > y) and x < one[0] + (y - one[1]) * (other[0] - one[0]) / (other[1] - one[1]) for one, other in pairs) % 2 == 1
    )


def middle(ring: Ring) -> Point:
    """The centroid of a ring's area."""
    whole = area(ring)
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x / (6 * whole), y / (6 * whole)


def simplified(line: Sequence[Point], tolerance: float, project: Project) -> list[Point]:
    """The points of a line that lie further than ``tolerance`` from what is drawn without them (Douglas and Peucker 1973)."""
    drawn = [project(*point) for point in line]
    keep, stack = {0, len(line) - 1}, [(0, len(line) - 1)]
    while stack:
        start, end = stack.pop()
        (x1, y1), (x2, y2) = drawn[start], drawn[end]
        long = math.hypot(x2 - x1, y2 - y1)
        furthest, far = start, 0.0
        for number in range(start + 1, end):
            x, y = drawn[number]
            off = abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / long if long else math.hypot(x - x1, y - y1)
            if off > far:
                furthest, far = number, off
        if far > tolerance:
            keep.add(furthest)
            stack += [(start, furthest), (furthest, end)]
    return [line[number] for number in sorted(keep)]


def path(rings: Iterable[Ring]) -> str:
    """Rings as an SVG path of whole tenths, each point by its distance from the one before."""
    parts = []
    for ring in rings:
        points = [(round(x * 10), round(y * 10)) for x, y in ring]
        points = [point for number, point in enumerate(points) if point != points[number - 1]]
        if len(points) < 3:
            continue
        x, y = points[0]
        text = f"M{x / 10:g} {y / 10:g}l"
        for to_x, to_y in points[1:]:
            steps = [f"{(to_x - x) / 10:g}", f"{(to_y - y) / 10:g}"]
            text += ("" if text.endswith("l") or steps[0].startswith("-") else " ") + steps[0]
            text += ("" if steps[1].startswith("-") else " ") + steps[1]
            x, y = to_x, to_y
        parts.append(re.sub(r"(?<!\d)0\.", ".", text) + "z")
    return "".join(parts)


# The file


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs in degrees: TopoJSON keeps them as steps of whole numbers."""
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    result = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale_x + left, y * scale_y + bottom))
        result.append(line)
    return result


def rings_of(geometry: dict[str, Any], arcs: list[list[Point]]) -> list[Ring]:
    """The rings of a polygon or of several; an arc with a negative number runs backwards."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]] if geometry["type"] == "Polygon" else []
    rings = []
    for polygon in polygons:
        for ring in polygon:
            points: Ring = []
            for number in ring:
                line = arcs[number] if number >= 0 else arcs[~number][::-1]
                points += line[1:] if points else line
            rings.append(points[:-1])
    return rings


def draw(topology: dict[str, Any], project: Project, box: Box, *, width: float, tolerance: float, least: float) -> dict[str, Any]:
    """One drawing of a ``box`` of projected units, ``width`` units wide; ``tolerance`` and ``least`` (an island's area) in units of the drawing."""
    unit = width / (box[2] - box[0])
    height = round((box[3] - box[1]) * unit, 1)

    def place(longitude: float, latitude: float) -> Point:
        x, y = project(longitude, latitude)
        return (x - box[0]) * unit, (y - box[1]) * unit

    window = (-2.0, -2.0, width + 2, height + 2)
    full = arcs_of(topology)
    plain = [simplified(line, tolerance, place) for line in full]
    shapes: dict[str, str] = {}
    points: dict[str, Point] = {}
    areas: dict[str, float] = {}
    unassigned: list[Ring] = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = ALPHA_2.get(geometry.get("id") or "")
        if code == "AQ" or code in points:
            continue
        drawn = [clipped([place(*point) for point in part], window) for ring in rings_of(geometry, full) for part in cut_at_180(ring)]
        whole = sorted((ring for ring in drawn if len(ring) > 2 and area(ring)), key=lambda ring: -abs(area(ring)))
        if not whole:
            continue
        cut = [clipped([place(*point) for point in part], window) for ring in rings_of(geometry, plain) if len(ring) > 2 for part in cut_at_180(ring)]
        rings = sorted((ring for ring in cut if len(ring) > 2 and abs(area(ring)) >= least), key=lambda ring: -abs(area(ring)))
        if code is None:
            unassigned += rings
            continue
        if code in NOBODYS:
            apart = [ring for ring in rings if holds(ring, place(*NOBODYS[code]))]
            unassigned += apart
            rings = [ring for ring in rings if ring not in apart]
        x, y = middle(whole[0])
        if not (0 <= x <= width and 0 <= y <= height):
            continue
        points[code] = (round(x, 1), round(y, 1))
        areas[code] = sum(abs(area(ring)) for ring in whole)
        if text := path(rings):
            shapes[code] = text
    for code, (longitude, latitude) in WITHOUT_SHAPE.items():
        x, y = place(longitude, latitude)
        if code not in points and 0 <= x <= width and 0 <= y <= height:
            points[code], areas[code] = (round(x, 1), round(y, 1)), 0.0
    small = sorted(code for code in points if areas[code] < SMALL or code not in shapes)
    return {"width": width, "height": height, "shapes": shapes, "points": points, "small": small, "unassigned": path(unassigned)}


def main(source: str) -> None:
    """Write both drawings to the standard output."""
    topology = json.loads(Path(source).read_text())
    edge, top, bottom = equal_earth(180, 0)[0], equal_earth(0, 84)[1], equal_earth(0, -57)[1]
    made = {
        "world": draw(topology, equal_earth, (-edge, top, edge, bottom), width=1000, tolerance=0.45, least=0.8),
        "europe": draw(topology, lambert, (-0.40, -0.37, 0.47, 0.345), width=1000, tolerance=0.9, least=5),
    }
    print(json.dumps(made, separators=(",", ":"), sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1])
