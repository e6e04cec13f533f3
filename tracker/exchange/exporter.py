"""The desk's records into a package: always the same bytes for the same records, and loading them again changes nothing."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Collate

from tracker.exchange import files
from tracker.exchange.files import PackageError
from tracker.exchange.schema import DESCRIPTOR, REFERENCE, RESOURCES, Resource, descriptor, resource_of, with_related
from tracker.models.base import Publishable

Progress = Callable[[str], None]

TITLE = "All records of the desk"
DESCRIPTION = "Every record of the desk, drafts included, as it stood when the package was written."


def export(
    folder: Path,
    *,
    records: Iterable[Publishable] | None = None,
    governments: bool = True,
    name: str = "desk",
    title: str = TITLE,
    description: str = DESCRIPTION,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Write records as a package; returns the rows of each file.

    ``records``: documents, recommendations, actions and assessments, written with all that is part of them and what they refer to
    that is no such record (citations, parties, kinds of measure, themes); None: every record of the desk; empty: none, so that only
    the governments are written. ``governments`` says whether these are written, too; a package may leave them to another one. A folder
    that holds anything but a package is not overwritten (:class:`PackageError`). The package appears at once and whole: it is written
    beside the folder and renamed.
    """
    say = progress or (lambda _words: None)
    folder = folder.absolute()
    _refuse_other_folders(folder)
    chosen = None if records is None else list(records)
    wanted = [resource for resource in RESOURCES if (governments if resource.name in REFERENCE else chosen is None or chosen)]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise PackageError([f"{folder} cannot be written: {error.strerror}."]) from error
    counts: dict[str, int] = {}
    try:
        with _one_snapshot():
            conditions = {} if chosen is None else _conditions(chosen)
            for resource in wanted:
                counts[resource.name] = files.write_table(beside / resource.file, resource, _rows(resource, conditions.get(resource.name)))
                say(f"{counts[resource.name]} {resource.name.replace('_', ' ')}")
        about = descriptor(name=name, title=title, description=description, resources=counts)
        files.write_descriptor(beside / DESCRIPTOR, about)
        beside.chmod(0o755)
        _put_in_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return counts


def describe_again(folder: Path) -> None:
    """Write the ``datapackage.json`` of a package anew, with its own title, as the fields are described now."""
    package = files.read(folder)
    about = descriptor(name=package.name, title=package.title, description=package.description, resources=package.tables)
    files.write_descriptor(folder / DESCRIPTOR, about)


def _refuse_other_folders(folder: Path) -> None:
    if folder.is_file():
        raise PackageError([f"{folder} is a file; name a folder."])
    if folder.is_dir() and any(folder.iterdir()) and not (folder / DESCRIPTOR).is_file():
        raise PackageError([f"{folder} holds something else than a data package; name an empty or a new folder."])


def _put_in_place(beside: Path, folder: Path) -> None:
    if not folder.exists():
        beside.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent)) / folder.name
    folder.rename(old)
    try:
        beside.rename(folder)
    except BaseException:
        old.rename(folder)
        raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Read all files as of one moment, so that none refers to what another one does not have yet."""
    outermost = not connection.in_atomic_block  # inside another transaction, that one's view must do
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _rows(resource: Resource, condition: Q | None) -> Iterator[dict[str, str]]:
    found = resource.model._default_manager.all() if condition is None else resource.model._default_manager.filter(condition)
    # By code point, as Python sorts, whatever the database's language; nothing stands before something.
    order = [Collate(F("__".join(column.path)), "C").asc(nulls_first=True) for column in resource.key_columns]
    for record in with_related(found, resource.related()).order_by(*order).iterator(chunk_size=2000):
        yield resource.cells(record)


def _conditions(records: list[Publishable]) -> dict[str, Q]:
    """Which rows of each file belong to the given records."""
    chosen: dict[type[models.Model], list[int]] = defaultdict(list)
    for record in records:
        chosen[type(record)].append(record.pk)
    conditions: dict[str, Q] = {}
    for resource in RESOURCES:
        if resource.name in REFERENCE:
            continue
        if resource.is_record:
            conditions[resource.name] = Q(pk__in=chosen[resource.model])
        elif resource.parents:
            conditions[resource.name] = _part_of(resource, conditions)
    # What other rows refer to: passages, parties, kinds of measure, themes.
    for resource in RESOURCES:
        if resource.name in conditions or resource.name in REFERENCE:
            continue
        condition = Q(pk__in=[])
        for other in RESOURCES:
            for field, target, _columns in other.references:
                if target is resource and other.name in conditions:
                    condition |= Q(pk__in=other.model._default_manager.filter(conditions[other.name]).values(field.attname))
        conditions[resource.name] = condition
    return conditions


def _part_of(resource: Resource, conditions: dict[str, Q]) -> Q:
    condition = Q(pk__in=[])
    for name in resource.parents:
        parents = resource_of(resource.model._meta.get_field(name).related_model)
        condition |= Q(**{f"{name}__in": parents.model._default_manager.filter(conditions[parents.name])})
    return condition
