"""A release: what its files say, that they are the same whoever makes them, and what is refused."""

import pytest

from tests import builders
from tracker.releasing import make

SITE = "https://tracker.example.org"


def test_smoke(casefile_desk):
    made = make("v1", by=builders.officer(), reason="first", site=SITE)
    from tracker.editions.tables import ReleaseFile

    for f in ReleaseFile.objects.filter(release="v1"):
        print(f.path, f.size, f.rows)
        if f.rows is None:
            print(f.text[:3000])
    assert 0
