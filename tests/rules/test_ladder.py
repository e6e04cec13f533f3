"""The ladder in words is that of the code: the same questions' answers, in the same order, each with the same sentence."""

import ast
import inspect

from tracker.rules import proposal
from tracker.rules.ladder import LADDER
from tracker.rules.vocabulary import Status


def answers_in_the_code(function: object) -> tuple[list[str], list[str]]:
    """The statuses that a function gives, and the sentences that it has, in the order of its lines."""
    tree = ast.parse(inspect.getsource(function))  # type: ignore[arg-type]
    statuses: list[tuple[int, str]] = []
    sentences: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("proposed", "Proposal") and isinstance(node.args[0], ast.Attribute):
                statuses.append((node.lineno, node.args[0].attr))
            elif node.func.id == "_" and isinstance(node.args[0], ast.Constant):
                sentences.append((node.lineno, str(node.args[0].value)))
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and isinstance(node.value.elts[0], ast.Attribute):
            statuses.append((node.lineno, node.value.elts[0].attr))
    return [name for _line, name in sorted(statuses)], [text for _line, text in sorted(sentences)]


def test_every_answer_of_the_rule_stands_on_the_ladder_in_its_order() -> None:
    statuses, sentences = answers_in_the_code(proposal.propose)
    heard, words = answers_in_the_code(proposal._heard)
    told = [rung for rung in LADDER if rung.answers[0][1] not in words]
    assert [text for rung in told for _status, text in rung.answers] == sentences
    assert [status.name for rung in told for status, _text in rung.answers] == statuses
    (said,) = [rung for rung in LADDER if rung.answers[0][1] in words]
    assert [text for _status, text in said.answers] == words
    assert said.answers[0][0].name == heard[0]
    assert [status for status, _text in said.answers[1:]] == [Status.REJECTED, Status.UNDER_CONSIDERATION]


def test_what_it_said_is_asked_after_what_took_its_place_and_before_what_nobody_judged() -> None:
    source = inspect.getsource(proposal.propose)
    places = [source.index(text) for text in ("Status.SUPERSEDED", "_heard(", "_Stands.UNJUDGED")]
    assert places == sorted(places)
    order = [rung.answers[-1][0] for rung in LADDER]
    assert order.index(Status.SUPERSEDED) + 1 == order.index(Status.UNDER_CONSIDERATION)


def test_nobody_infers_that_there_was_no_action() -> None:
    assert Status.NO_ACTION not in {status for rung in LADDER for status, _text in rung.answers}
