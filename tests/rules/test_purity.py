"""The rules decide from what they are given: they import nothing of Django or of the rest of the tracker, and read no clock."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "tracker" / "rules").rglob("*.py"))

# From the standard library: values and text. Nothing that reads a clock, a file, the network or chance.
ALLOWED = {"calendar", "collections", "dataclasses", "datetime", "enum", "functools", "itertools", "re", "typing", "unicodedata"}
CLOCKS = {"today", "now", "utcnow", "time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime", "localdate", "ctime"}
OUTSIDE = {"open", "input", "print", "exec", "eval", "__import__"}


def impurities(source: str) -> list[str]:
    """What a module should not do, in the order in which it does so."""
    found = []
    for node in ast.walk(ast.parse(source)):
        imported = []
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imported = ["." * node.level + (node.module or "")]
            found += [f"reads {alias.name}" for alias in node.names if alias.name in CLOCKS]
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            found.append(f"reads {node.attr}")
        elif isinstance(node, ast.Name) and node.id in OUTSIDE:
            found.append(f"calls {node.id}")
        for name in imported:
            if name.split(".")[0] not in ALLOWED and not (name + ".").startswith("tracker.rules."):
                found.append(f"imports {name}")
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_rule_imports_only_values_and_reads_no_clock(module: Path) -> None:
    assert impurities(module.read_text(encoding="utf-8")) == []


def test_every_rule_is_looked_at() -> None:
    assert {"__init__.py", "dates.py", "evidence.py", "order.py", "status.py", "vocabulary.py"} <= {path.name for path in MODULES}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import django", ["imports django"]),
        ("from django.utils import timezone", ["imports django.utils"]),
        ("from tracker.models import Assessment", ["imports tracker.models"]),
        ("from tracker import models", ["imports tracker"]),
        ("import tracker.rulesbook", ["imports tracker.rulesbook"]),
        ("from ..models import Assessment", ["imports ..models"]),
        ("import time", ["imports time"]),
        ("def rule():\n    from random import random", ["imports random"]),
        ("import datetime as dt\nday = dt.date.today()", ["reads today"]),
        ("from datetime import datetime\nread = datetime.now", ["reads now"]),
        ("open('verdicts')", ["calls open"]),
        ("from tracker.rules import order", []),
        ("import datetime as dt\nfrom tracker.rules.dates import PartialDate\nday = dt.date(2019, 2, 1)", []),
    ],
)
def test_the_scan_sees_what_it_should(source: str, told: list[str]) -> None:
    assert impurities(source) == told


def test_the_rules_run_where_django_was_never_loaded() -> None:
    names = ["tracker.rules" if path.stem == "__init__" else f"tracker.rules.{path.stem}" for path in MODULES]
    program = f"import sys, {', '.join(names)}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = {name for name in ran.stdout.split() if name.split(".")[0] in ("django", "psycopg", "config", "tracker")}
    assert ours == {"tracker", *names}
