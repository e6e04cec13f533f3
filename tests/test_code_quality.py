"""The code reads as agreed: style, types, and the one direction of imports. Each tool says itself what is wrong and where."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

TOOLS = Path(sys.executable).parent


def run(tool: str, *arguments: str) -> None:
    program = shutil.which(tool, path=str(TOOLS)) or shutil.which(tool)
    assert program, f"{tool} is not installed; `python3 manage.py test` installs it"
    done = subprocess.run([program, *arguments], cwd=settings.BASE_DIR, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{tool} {' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)


def test_style():
    run("ruff", "check", "--no-cache", ".")


def test_layout():
    """`ruff format .` writes it so."""
    run("ruff", "format", "--check", "--no-cache", "--quiet", ".")


def test_types():
    run("mypy", "--no-incremental")


def test_imports_run_one_way():
    run("lint-imports", "--no-cache")


@pytest.mark.parametrize("name", ["site.css", "admin.css", "pages.css"])
def test_style_sheets_close_what_they_open(name):
    """A brace too many takes the rule after it away, and no browser says so."""
    sheet = (settings.BASE_DIR / "tracker" / "static" / "tracker" / name).read_text()
    plain = re.sub(r"/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", lambda found: "\n" * found[0].count("\n"), sheet, flags=re.DOTALL)
    depth = 0
    for number, line in enumerate(plain.splitlines(), start=1):
        for sign in re.findall(r"[{}]", line):
            depth += 1 if sign == "{" else -1
            assert depth >= 0, f"{name}:{number} closes what is not open"
    assert depth == 0, f"{name} ends with something open"
