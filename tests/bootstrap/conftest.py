"""Real programs in folders of their own: nothing here touches this checkout's state or environment."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config import postgres, throwaway

# What the suite sets for itself, and what a configured machine may set: none of it is for the programs tried here.
OURS = {
    "DJANGO_SETTINGS_MODULE",
    "SECRET_KEY",
    "SECOND_FACTOR_REQUIRED",
    "CI",
    "TRACKER_VENV_ENTERED",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    throwaway.VARIABLE,
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's user can reach too (pytest's own are closed to others). Whatever runs in it is ended."""
    made = throwaway.run_folder() / f"trial-{secrets.token_hex(4)}"
    made.mkdir(mode=0o711)
    yield made
    for data in list(made.glob("**/postgres/data/PG_VERSION")):
        throwaway.remove(data.parents[2])
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """An ordinary environment, with a state folder of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith(("PYTEST", "COV"))}
    return kept | {"TRACKER_STATE_DIR": str(folder / "state")}


@pytest.fixture
def manage(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`manage("start", "--no-serve", DATABASE_URL="...")`: run the real manage.py to its end."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
            env=environment | variables, capture_output=True, text=True, timeout=300, cwd="/",
        )  # fmt: skip

    return run


@pytest.fixture
def server(folder: Path) -> Iterator[postgres.Cluster]:
    """An embedded server like an installation's own, running."""
    made = postgres.Cluster(folder / "state", throwaway.SETTINGS)
    made.start()
    yield made
    made.stop()
