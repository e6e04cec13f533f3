"""Looking at a page as everybody must be able to: wide and narrow, light and dark, by the rules of WCAG 2.2 AA (axe in a real browser)."""

from collections.abc import Sequence
from typing import Any

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
BEST = (*RULES, "best-practice")
LOOKS = ((1280, "light"), (1280, "dark"), (320, "light"))
"""Widths in px, and colour schemes. 320 px is 1280 px at 400 %."""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that a dark page can break where the light one does not."""


AT_REST = """Promise.race([
    document.fonts.ready.then(() => Promise.all(document.getAnimations().map(one => one.finished))),
    new Promise((_, refuse) => setTimeout(() => refuse(new Error("something on the page goes on moving")), 10_000)),
])"""


def at_rest(page: Any) -> None:
    """Waits until the page has its fonts and nothing on it moves or fades; nothing does for those who asked for less motion."""
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AT_REST)


def faults(page: Any, *, part: str | None = None, rules: Sequence[str] = RULES, looks: Sequence[tuple[int, str]] = LOOKS) -> list[str]:
    """What shuts somebody out of an open page (axe: of a part of it), a line each; none is how it should be.

    What the browser complains of afterwards is axe's own doing, which brings styles along.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = []
    tags, colours = {"type": "tag", "values": list(rules)}, {"type": "rule", "values": list(COLOURS)}
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        at_rest(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{width} px: the page is {wide} px wide")
        for violation in Axe().run(page, context=part, options={"runOnly": colours if scheme == "dark" else tags}).response["violations"]:
            nodes = "; ".join(node["html"][:200] for node in violation["nodes"][:3])
            found.append(f"{width} px, {scheme}: {violation['id']} ({violation['help']}): {nodes}")
    return found
