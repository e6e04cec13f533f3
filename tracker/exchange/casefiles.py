"""The packages that come with the software: tracker/casefiles/, loaded in the order that the file ORDER there gives."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "casefiles"


def in_order() -> list[Path]:
    """The folders of the packages, each after those whose records it refers to."""
    return [FOLDER / name for name in (FOLDER / "ORDER").read_text(encoding="utf-8").split()]


def is_shipped(folder: Path) -> bool:
    """Whether a folder is one of these packages, so that the system actor signs what it holds."""
    return folder.resolve().parent == FOLDER
