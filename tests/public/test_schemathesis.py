"""The API asked what nobody thought of, by its own description: every check of schemathesis, and none left out.

In the suite 500 cases of whatever comes, over all operations, and for one operation of each kind each parameter at and past its limits: the same in
each run. ``SCHEMATHESIS_CASES=10000`` asks so many, with every phase for every operation; at and past the limits of all there are some 30,000, which
takes a quarter of an hour. Two phases ask nothing as long as the description has neither examples nor links from one answer to another.
"""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import PhasesConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation import GenerationMode

CASES = int(os.environ.get("SCHEMATHESIS_CASES", "500"))
IN_THE_SUITE = 500
ONE_OF_EACH = ["/api/v1/", "/api/v1/openapi.json", "/api/v1/crosswalk.csv", "/api/v1/matrix.json", "/api/v1/governments", "/api/v1/documents.csv"]
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CANNOT_FAIL = {
    "missing_required_header": "no operation requires a header",
    "ignored_auth": "nothing here asks who one is",
    "object_level_authorization": "nothing here is anybody's own",
    "use_after_free": "nothing can be deleted",
    "ensure_resource_availability": "nothing can be made",
}
"""Checks that are made, and have nothing to find."""


@pytest.fixture
def schema(published: str) -> Any:
    """The API by its description, answered within this process."""
    from config.wsgi import application

    assert settings.API_REQUESTS_PER_MINUTE > 10 * CASES, "or the answers are about the limit"
    # Answers as they are: within one process nobody unpacks them.
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, headers={"Accept-Encoding": "identity"})
    schema.config.headers = {"Accept-Encoding": "identity"}
    operations = len(list(schema.get_all_operations()))
    schema.config.generation.update(deterministic=True, database="none", max_examples=-(-CASES // operations) + 2)
    assert set(schema.config.generation.modes) == set(GenerationMode), "what the description allows, and what it does not"
    return schema


@pytest.mark.slow
@pytest.mark.timeout(300 + CASES)
def test_nothing_is_found(schema: Any) -> None:
    schema.config.phases.coverage.enabled = CASES > IN_THE_SUITE
    asked, checked, found = run(schema)
    assert found == []
    assert asked["operations"] == len(list(schema.get_all_operations()))
    assert asked["cases"] >= CASES
    assert set(checked) == every_check()
    print(f"schemathesis: {asked['cases']} cases, {sum(checked.values())} checks, nothing found")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_found_at_the_limits_of_any_parameter(schema: Any) -> None:
    """What the description says of a number, a length or a word is tried where it ends, and other methods than the two."""
    some = schema.include(path=ONE_OF_EACH)
    only(some.config.phases, "coverage")
    asked, checked, found = run(some)
    assert found == []
    assert asked["operations"] == len(ONE_OF_EACH)
    assert asked["cases"] >= 1_000
    assert set(checked) == every_check()
    print(f"schemathesis: {asked['cases']} cases at the limits, {sum(checked.values())} checks, nothing found")


def test_what_is_left_to_no_phase_and_no_check_is_nothing(schema: Any) -> None:
    """The reasons why some ask nothing still hold."""
    description = schema.raw_schema
    operations = [operation for path in description["paths"].values() for method, operation in path.items() if method == "get"]
    assert {method for path in description["paths"].values() for method in path} == {"get"}, "so nothing is made or deleted"
    assert not any(of.get("in") == "header" and of.get("required") for operation in operations for of in operation.get("parameters", ()))
    assert not any(operation.get("security") for operation in operations) and not description.get("security")
    assert not any("links" in answer for operation in operations for answer in operation["responses"].values())
    assert set(CANNOT_FAIL) < every_check()


def every_check() -> set[str]:
    """All that schemathesis knows, and makes."""
    load_all_checks()
    return set(CHECKS.get_all_names())


def only(phases: PhasesConfig, name: str) -> None:
    """Leave one phase on."""
    for each in PHASES:
        getattr(phases, each).enabled = each == name


def run(schema: Any) -> tuple[dict[str, int], Counter[str], list[str]]:
    """How many operations and cases were asked, how often each check was made, and what was found."""
    cases, labels, checked, found = 0, set(), Counter[str](), []
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                cases += len(event.recorder.interactions)
                print(f"{event.phase}: {event.label}: {cases} cases, {len(found)} findings", flush=True)
                labels.add(event.label)
                for key, checks in event.recorder.checks.items():
                    checked.update(check.name for check in checks)
                    case = event.recorder.cases[key].value
                    found += [f"{case.as_curl_command()}\n{check.failure_info.failure}" for check in checks if check.failure_info]
            case events.NonFatalError() | events.FatalError():
                found.append(str(event.info if isinstance(event, events.NonFatalError) else event.exception))
    return {"cases": cases, "operations": len(labels - {None})}, checked, found
