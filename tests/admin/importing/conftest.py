"""An archive of one's own for what is uploaded."""

from pathlib import Path
from typing import Any

import pytest

from tests.admin.conftest import people, sign_in  # noqa: F401


@pytest.fixture(autouse=True)
def archive(settings: Any, tmp_path: Path) -> Path:
    settings.ARCHIVE_DIR = tmp_path / "archive"
    return settings.ARCHIVE_DIR
