"""The README's picture: taken from the site itself. ``UPDATE_PICTURES=1 python3 manage.py test tests/browser/test_pictures.py`` takes it anew."""

import os
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

PICTURES = Path(__file__).parent / "pictures"
SIZE = (1280, 880)
"""Width and height, in CSS pixels and in the picture's own."""


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_the_readme_shows_the_dashboard_as_it_is(site: Any, new_page: Callable[..., Any]) -> None:
    page = new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
    page.goto(f"{site}/")
    taken = page.screenshot()
    kept = PICTURES / "dashboard.png"
    if os.environ.get("UPDATE_PICTURES"):
        kept.write_bytes(taken)
    assert size_of(taken) == size_of(kept.read_bytes()) == SIZE
    # Fonts and days differ from machine to machine, so the picture is compared by its parts: what the README shows must still be there.
    for heading in ("Who recommended what", "Statuses", "How sure", "Latest changes of status"):
        assert page.get_by_role("heading", name=heading, exact=True).is_visible()


def test_every_picture_of_the_readme_is_in_the_repository() -> None:
    readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert pictures
    for picture in pictures:
        assert (settings.BASE_DIR / picture).is_file(), picture
