"""The API asked what nobody thought of, by its own description: every check of schemathesis, and none left out.

500 cases in the suite, the same in each run. ``SCHEMATHESIS_CASES=10000`` asks so many, with every phase: each parameter at and past its limits, then
whatever comes.
"""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from schemathesis.engine import events, from_schema
from schemathesis.generation import GenerationMode

CASES = int(os.environ.get("SCHEMATHESIS_CASES", "500"))
IN_THE_SUITE = 500


@pytest.mark.slow
@pytest.mark.timeout(300 + CASES)
def test_nothing_is_found(published: str) -> None:
    from config.wsgi import application

    assert settings.API_REQUESTS_PER_MINUTE > 10 * CASES, "or the answers are about the limit"
    # Answers as they are: within one process nobody unpacks them.
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, headers={"Accept-Encoding": "identity"})
    schema.config.headers = {"Accept-Encoding": "identity"}
    operations = len(list(schema.get_all_operations()))
    schema.config.generation.update(deterministic=True, database="none", max_examples=-(-CASES // operations) + 2)
    assert set(schema.config.generation.modes) == set(GenerationMode), "what the description allows, and what it does not"
    phases = schema.config.phases
    for phase in (phases.examples, phases.coverage, phases.stateful):
        phase.enabled = CASES > IN_THE_SUITE
    asked, checked, found = run(schema)
    assert found == []
    assert asked["operations"] == operations
    assert asked["cases"] >= CASES
    assert {"not_a_server_error", "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance"} <= set(checked)
    print(f"schemathesis: {asked['cases']} cases, {sum(checked.values())} checks, nothing found")


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
