"""What an import may write: what the person who imports could write in the desk's forms."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from tracker.exchange.files import Problem, Row
from tracker.exchange.plan import Plan
from tracker.exchange.profiles import Group, MappedRow
from tracker.exchange.profiles.kinds import KIND_OF, UNCLASSIFIED
from tracker.exchange.schema import RESOURCES, Column, Resource
from tracker.exchange.standing import Name
from tracker.models import User
from tracker.models.recommendation import RecommendationTheme


def beyond(plan: Plan, by: User) -> Iterator[Problem]:
    """The rows of a piece that this person may not write, each with a sentence that says who may."""
    denied: dict[Name, Row] = {}  # what rows of somebody's table share: a theme, a kind of measure
    for resource in RESOURCES:
        may_add, may_change = (by.has_perm(_right(resource, verb)) for verb in ("add", "change"))
        for row in plan.new[resource.name]:
            if may_add or (isinstance(row, MappedRow) and row.key == (UNCLASSIFIED,)):
                continue  # that the file does not say which kind of measure it is, is the software's own word
            elif isinstance(row, MappedRow) and row.only_new:
                denied[resource.name, row.key] = row
            else:
                yield row.fault(_not_included(resource, by, _("the role of %(person)s does not include adding a %(noun)s; ask an administrator.")))
        if not may_change:
            for row in plan.changed[resource.name]:
                yield row.fault(_not_included(resource, by, _("the role of %(person)s does not include changing a %(noun)s; ask an administrator.")))
    yield from _resting_on((row for rows in plan.rows.values() for row in rows.values()), denied, by)


def beyond_beside(groups: Iterable[Group], by: User) -> dict[int, list[Problem]]:
    """The same of what refused rows share with others, by row: a theme that is missing is told with what else is wrong, not once that is mended."""
    shared: dict[Name, Row] = {}
    for row in (row for group in groups for row in group.records):
        if isinstance(row, MappedRow) and row.only_new and row.key != (UNCLASSIFIED,) and not by.has_perm(_right(row.resource, "add")):
            shared[row.resource.name, row.key] = row
    for resource in {row.resource.name: row.resource for row in shared.values()}.values():
        (column,) = resource.key_columns
        wanted = [key[0] for name, key in shared if name == resource.name]
        for key in resource.model._default_manager.filter(**{f"{column.name}__in": wanted}).values_list(column.name, flat=True):
            del shared[resource.name, (key,)]
    return {group.row: found for group in groups if (found := list(_resting_on(group.records, shared, by)))}


def _resting_on(rows: Iterable[Row], denied: dict[Name, Row], by: User) -> Iterator[Problem]:
    """The rows that refer to these: all of them are refused, not only the first."""
    for row in rows if denied else ():
        for _field, target, columns in row.resource.references:
            if (shared := denied.get((target.name, tuple(row.cells[column.name] for column in columns)))) is not None:
                words = _(
                    "there is no %(noun)s “%(name)s” here, neither by name nor by key, and the role of %(person)s does not include adding one;"
                    " ask an administrator, or say which one that is here it means, or that it means nothing (in a profile by a lookup)."
                )
                name = shared.cells["name"]
                yield replace(row.fault(_not_included(target, by, words, name=name)), about=_read_as(row, columns), unknown=name)


def _read_as(row: Row, columns: Iterable[Column]) -> str:
    """What of a profile names such a theme or kind of measure."""
    if row.resource.model is RecommendationTheme:
        return "theme.name"
    return f"{KIND_OF[row.resource.name].name}.{next(column.name for column in columns)}"


def beyond_taking_away(resource: Resource, by: User) -> str:
    """Why this person may not take rows of a file away, in a sentence without its full stop; empty where they may."""
    if by.has_perm(_right(resource, "delete")):
        return ""
    return _not_included(resource, by, _("the role of %(person)s does not include deleting a %(noun)s"))


def _right(resource: Resource, verb: str) -> str:
    """The right that the desk's form asks for. The themes of a recommendation are a field of its form."""
    if resource.model is RecommendationTheme:
        return "tracker.change_recommendation"
    return f"{resource.model._meta.app_label}.{verb}_{resource.model._meta.model_name}"


def _not_included(resource: Resource, by: User, words: str, **more: str) -> str:
    return words % {"person": by.public_name, "noun": resource.model._meta.verbose_name, **more}
