"""The declaration of the files: complete, described, and what the descriptors in the repository say."""

import json
import shutil
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from tests.exchange.reference import CASEFILES, rewrite
from tracker.exchange import casefiles
from tracker.exchange.schema import BY_NAME, DESCRIPTIONS, EXCUSED, REFERENCE, RESOURCES, Resource, described, descriptor

NO_FILE = {
    "User": "accounts belong to an installation",
    "Submission": "review is this desk's own history",
    "Version": "review is this desk's own history",
    "Comment": "review is this desk's own history",
    "Import": "what was brought in here is this desk's own history",
    "ImportProfile": "how files were read is this desk's own affair",
    "ImportPreview": "what was brought in here is this desk's own history",
    "ImportProgress": "what was brought in here is this desk's own history",
    "ImportedRow": "what was brought in here is this desk's own history",
    "Challenge": "letters from readers belong to whom they were written to",
    "Capture": "the work of archiving is this desk's own history",
    "SnapshotText": "read out of the bytes; other people's pages are not passed on",
    "PassageCheck": "asked anew of each copy",
    "LinkCheck": "asked anew of the web",
    "CopyCheck": "asked anew of the archive",
    "AccountEvent": "accounts belong to an installation",
    "KeptForm": "what somebody typed is theirs",
    "Tally": "what is counted at sign-in is forgotten",
    "SharedValue": "the cache of all processes",
}


def nouns() -> list[type[models.Model]]:
    """The editorial models: those of the app that live in the desk's own tables, histories and editions aside."""
    return [
        model
        for model in apps.get_app_config("tracker").get_models()
        if model.__module__.startswith("tracker.models.") and not model.__name__.endswith("History") and model.__name__ not in NO_FILE
    ]


def test_every_noun_has_a_file() -> None:
    assert {model._meta.concrete_model for model in nouns()} - {resource.model._meta.concrete_model for resource in RESOURCES} == set()


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_field_is_in_its_file_or_excused(resource: Resource) -> None:
    held = {column.own.name for column in resource.columns}
    fields = {field.name for field in [*resource.model._meta.concrete_fields, *resource.model._meta.many_to_many]}
    assert fields - held <= set(EXCUSED)
    assert not held & set(EXCUSED)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_columns_have_names_of_their_own_and_descriptions(resource: Resource) -> None:
    assert len(set(resource.header)) == len(resource.header)
    for column in resource.columns:
        assert described(resource, column).endswith((".", ")", "?", "”")) or len(described(resource, column)) > 15, column.name


def test_no_description_is_of_a_column_that_is_not() -> None:
    assert set(DESCRIPTIONS) <= {f"{resource.name}.{column.name}" for resource in RESOURCES for column in resource.columns}


def test_a_file_stands_after_those_that_it_refers_to() -> None:
    names = list(BY_NAME)
    for resource in RESOURCES:
        for _field, target, _columns in resource.references:
            assert names.index(target.name) <= names.index(resource.name)


@pytest.mark.parametrize("folder", casefiles.in_order(), ids=lambda folder: folder.name)
def test_descriptors_in_the_repository_are_the_generated_ones(folder: Any) -> None:
    """Where a model's words change: ``manage.py export_package --describe tracker/casefiles/NAME`` writes the descriptor anew."""
    held = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    files = [resource["name"] for resource in held["resources"]]
    assert held == descriptor(name=held["name"], title=held["title"], description=held["description"], resources=files)
    assert held["name"] == folder.name
    assert {path.stem for path in folder.glob("*.csv")} == set(files)
    assert set(files) in ({*REFERENCE}, {*BY_NAME} - {*REFERENCE})


def test_order_lists_every_package() -> None:
    assert sorted(casefiles.in_order()) == sorted(path.parent for path in CASEFILES.glob("*/datapackage.json"))


@pytest.mark.parametrize("folder", casefiles.in_order(), ids=lambda folder: folder.name)
def test_frictionless_finds_the_packages_valid(folder: Any) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:5]


def test_frictionless_finds_what_the_descriptor_forbids(tmp_path: Any) -> None:
    """The descriptor says enough for others to check a package with it."""
    frictionless = pytest.importorskip("frictionless")
    folder = tmp_path / "iran-2019"
    shutil.copytree(CASEFILES / "iran-2019", folder)
    rewrite(folder, "citation_uses", lambda rows: rows[0].update(stance="suports"))
    rewrite(folder, "events", lambda rows: rows[0].update(on="February 2019"))
    rewrite(folder, "effects", lambda rows: rows[0].update(action="AL-1999-EXP"))
    report = frictionless.validate(str(folder / "datapackage.json"))
    found = {(task.name, error.type, getattr(error, "field_name", "")) for task in report.tasks for error in task.errors}
    assert {
        ("citation_uses", "constraint-error", "stance"),
        ("events", "constraint-error", "on"),
        ("effects", "foreign-key", ""),
    } <= {(name, kind, column if kind == "constraint-error" else "") for name, kind, column in found}
