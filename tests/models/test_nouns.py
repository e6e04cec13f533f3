"""What the nouns themselves know: memberships, addressees that count, effects that undo, dates as staff type them."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import modelform_factory

from tests import builders
from tracker.fields import PartialDateFormField, WordField
from tracker.models import (
    ActionEvent,
    Addressee,
    Assessment,
    CitationUse,
    Document,
    Effect,
    Government,
    Membership,
    Recommendation,
    User,
    system_actor,
)
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Basis, GovernmentKind, Stance, Status

# Dates in forms


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2019-02-01", "2019-02-01"),
        ("2019-02", "2019-02"),
        ("2019", "2019"),
        ("February 2019", "2019-02"),
        (" 1 Feb 2019 ", "2019-02-01"),
        ("", None),
    ],
)
def test_a_form_takes_dates_as_staff_type_them(typed: str, stored: str | None) -> None:
    form = modelform_factory(Document, fields=["published_on"])({"published_on": typed})
    assert form.is_valid()
    assert form.cleaned_data["published_on"] == (None if stored is None else PartialDate(stored))
    assert form.instance.published_on == form.cleaned_data["published_on"]


@pytest.mark.parametrize("typed", ["soon", "2019-13", "2019-02-30", "31 February 2019", "0000"])
def test_a_form_says_what_a_date_should_look_like(typed: str) -> None:
    form = modelform_factory(Document, fields=["published_on"])({"published_on": typed})
    assert not form.is_valid()
    (sentence,) = form.errors["published_on"]
    assert typed in sentence
    assert "2019-02" in sentence


def test_a_form_asks_for_the_date_where_there_must_be_one() -> None:
    form = modelform_factory(ActionEvent, fields=["on"])({"on": ""})
    assert form.errors["on"] == ["This field is required."]


def test_a_form_shows_the_iso_form_and_knows_what_was_changed() -> None:
    form_class = modelform_factory(Document, fields=["published_on"])
    document = Document(published_on=PartialDate("2019-02"))
    assert 'value="2019-02"' in str(form_class(instance=document)["published_on"])
    assert not form_class({"published_on": "February 2019"}, instance=document).has_changed()
    assert form_class({"published_on": "2019-02-01"}, instance=document).has_changed()
    assert form_class({"published_on": ""}, instance=document).has_changed()
    assert form_class({"published_on": "soon"}, instance=document).has_changed()
    assert 'value="soon"' in str(form_class({"published_on": "soon"}, instance=document)["published_on"])


def test_the_form_field_by_itself() -> None:
    field = PartialDateFormField(required=False)
    assert field.clean("") is None
    assert field.clean("Feb 2019") == PartialDate("2019-02")
    with pytest.raises(ValidationError):
        PartialDateFormField().clean("")


# Words of vocabularies


def test_a_word_comes_back_as_its_vocabularys(desk: str) -> None:
    made = builders.everything()
    verdict = Assessment.objects.get(key="AS-2")
    assert verdict.status is Status.IMPLEMENTED
    assert Assessment.objects.filter(status=Status.IMPLEMENTED).count() == Assessment.objects.filter(status="implemented").count() == 2
    assert CitationUse.objects.get(pk=made["dispute_use"].pk).stance is Stance.DISPUTES
    assert WordField(Status).to_python("a raw value of old") == "a raw value of old"


# Memberships


def test_a_membership_ends_after_it_begins(desk: str) -> None:
    group, member = builders.government("GROUP", kind="group"), builders.government("AL")
    for since, until, right in (
        ("2004", None, True), ("2004", "2005", True), ("2004-05-01", "2004", True), ("2004", "2003", False), ("2004-05", "2004-04-30", False),
        ("2004-05-01", "2004-05-01", True),
    ):  # fmt: skip
        membership = Membership(group=group, member=member, since=PartialDate(since), until=PartialDate(until) if until else None)
        if right:
            membership.full_clean()
        else:
            with pytest.raises(ValidationError) as refused:
                membership.full_clean()
            assert "until" in refused.value.message_dict


def test_only_groups_have_members(desk: str) -> None:
    state, member = builders.government("FR"), builders.government("AL")
    with pytest.raises(ValidationError, match="group"):
        Membership(group=state, member=member, since=PartialDate("2004")).full_clean()


# Addressees


def test_counted_says_the_same_of_one_and_of_many(desk: str) -> None:
    """Over every kind of government and every basis."""
    target = builders.recommendation("REC-1", builders.document("PAPER"), to=())
    for kind in GovernmentKind:
        for basis in Basis:
            government = builders.government(f"{kind.upper()[:5]}-{basis.upper()[:5]}", kind=kind)
            Addressee.objects.create(recommendation=target, government=government, basis=basis)
    every = list(Addressee.objects.select_related("government"))
    assert len(every) == len(GovernmentKind) * len(Basis)
    counted = {addressee.pk for addressee in every if addressee.counted}
    assert {addressee.pk for addressee in Addressee.objects.counted()} == counted
    assert len(counted) == (len(GovernmentKind) - 1) * (len(Basis) - 1)


def test_a_group_and_a_model_get_no_assessment(desk: str) -> None:
    made = builders.everything()
    made["addressee"].basis = Basis.MODEL_CITED
    made["addressee"].save()
    with pytest.raises(ValidationError, match="no status of its own"):
        Assessment(addressee=made["addressee"], status=Status.REJECTED, rationale="x").clean()


def test_an_assessment_follows_one_of_its_own_kind(desk: str) -> None:
    made = builders.everything()
    elsewhere = builders.assessment("AS-9", made["other"])
    for before, right in ((made["assessment"], True), (elsewhere, False), (made["outside_assessment"], False)):
        following = Assessment(addressee=made["addressee"], supersedes=before, status=Status.REJECTED, rationale="x")
        if right:
            following.clean()
        else:
            with pytest.raises(ValidationError, match="supersede"):
                following.clean()


def test_a_second_first_assessment_is_explained(desk: str) -> None:
    made = builders.everything()
    author = builders.author()
    second = Assessment(addressee=made["addressee"], status=Status.REJECTED, rationale="x", recorded_by=author, edited_by=author)
    with pytest.raises(ValidationError, match="choose the one that this assessment supersedes"):
        second.full_clean()
    with pytest.raises(IntegrityError, match="an_addressee_has_one_first_staff_assessment"), transaction.atomic():
        second.save()


# Effects


def test_an_effect_undoes_one_that_it_can_undo(desk: str) -> None:
    made = builders.everything()
    elsewhere = builders.effect(made["action"], made["other"])
    for undone, right in ((made["effect"], True), (elsewhere, False), (made["undoing"], False)):
        undoing = Effect(action=builders.Action(key="X"), addressee=made["addressee"], undoes=undone, reasoning="x")
        if right:
            undoing.clean()
        else:
            with pytest.raises(ValidationError):
                undoing.clean()


# Citations


def test_a_citation_serves_one_record_at_a_time(desk: str) -> None:
    made = builders.everything()
    with pytest.raises(ValidationError, match="one record at a time"):
        CitationUse(citation=made["citation"], action=made["action"], assessment=made["assessment"]).clean()


# People


def test_the_system_actor_is_one_and_cannot_sign_in(desk: str) -> None:
    actor = system_actor()
    assert system_actor() == actor
    assert User.objects.filter(is_system=True).count() == 1
    assert not actor.has_usable_password()
    assert not actor.is_active
    assert not actor.is_staff
    assert actor.public_name == "Shipped with the software"


@pytest.mark.parametrize(
    ("names", "shown"),
    [({}, "jdoe"), ({"first_name": "Jo"}, "Jo"), ({"first_name": "Jo", "last_name": "Doe"}, "Jo Doe"), ({"last_name": " "}, "jdoe")],
)
def test_people_are_called_by_their_names_where_known(names: dict[str, str], shown: str) -> None:
    assert User(username="jdoe", **names).public_name == shown


def test_every_record_can_be_read(desk: str) -> None:
    """Each noun says in words what it is: the admin and error messages show that."""
    made: dict[str, Any] = builders.everything()
    for record in made.values():
        assert str(record).strip()
    assert str(made["government"]) == "Albania (AL)"
    assert str(Recommendation.objects.get(reference="REC-1")) == "REC-1 Do REC-1"
    assert str(Government.objects.get(code="GROUP")) == "Land of GROUP (GROUP)"
