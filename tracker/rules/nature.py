"""What a new edition of a record does to what was public before: adds to it, or corrects it.

The database decides the same when it writes an edition (``editions.nature`` in ``chain.sql``); a test holds both equal.
"""

from collections.abc import Mapping
from typing import Any

from tracker.rules.vocabulary import Nature


def nature(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], *, withdrawn: bool = False, forwards_to: str = "", taken_down: bool = False
) -> Nature:
    """The nature of an edition, from the record's body in the edition before (None: there was none) and its body now.

    A deadline that somebody else moved, with its new rows in the ledger of moved deadlines, is no correction of ours. A status without a date says
    one: it holds from the recommendation's, so that to date it changes what was said of the past.
    """
    if taken_down:
        return Nature.TAKEN_DOWN
    if withdrawn:
        return Nature.MERGED if forwards_to else Nature.WITHDRAWN
    if before is None:
        return Nature.FIRST
    if "effective_on" in before and before["effective_on"] != after.get("effective_on"):
        return Nature.CORRECTED
    return Nature.ADDED_TO if still_said(_without_moved_deadline(before, after), after) else Nature.CORRECTED


def still_said(before: Any, after: Any) -> bool:
    """Whether everything that ``before`` says stands in ``after``: what was empty may be filled, lists may grow and be put in another order."""
    return _contains(after, _said(before))


def _said(value: Any) -> Any:
    """A value without what says nothing: empty text and null, wherever they stand."""
    if isinstance(value, Mapping):
        return {name: _said(part) for name, part in value.items() if not _is_empty(part)}
    if isinstance(value, list):
        return [_said(part) for part in value if not _is_empty(part)]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _contains(whole: Any, part: Any) -> bool:
    """As PostgreSQL's ``whole @> part`` of two values of the same depth."""
    if isinstance(part, Mapping):
        return isinstance(whole, Mapping) and all(name in whole and _contains(whole[name], value) for name, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(_contains(candidate, value) for candidate in whole) for value in part)
    return type(whole) is type(part) and whole == part


def _without_moved_deadline(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    """``before`` without its deadline where the new rows of the ledger lead from it to the one that holds now, each with who moved it."""
    told = before.get("deadline_moves", ())
    new = [move for move in after.get("deadline_moves", ()) if move["moved_by"] and move not in told]
    reached = [before.get("due_on")]
    for due_on in reached:
        reached += {move["after"] for move in new if move["before"] == due_on}.difference(reached)
    moved = after.get("due_on") in reached
    return {name: value for name, value in before.items() if name != "due_on"} if moved else before
