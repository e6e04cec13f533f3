"""The code reads as agreed: style, types, and the one direction of imports. Each tool says itself what is wrong and where."""

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
