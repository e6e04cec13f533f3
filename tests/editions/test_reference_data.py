"""Governments and groups become public with the records that name them, and not before."""

from tests import builders
from tracker.editions.tables import GovernmentEdition, MembershipEdition
from tracker.models import Membership


def public_codes() -> set[str]:
    return set(GovernmentEdition.objects.known_at(None).values_list("code", flat=True))


def test_a_government_that_no_public_record_names_stays_on_the_desk(desk: str) -> None:
    builders.government("ZZ", name="A draft")
    builders.put_out(builders.document("REPORT"))
    assert public_codes() == set()


def test_a_group_and_its_members_come_with_the_first_member_that_is_named(desk: str) -> None:
    group = builders.government("CLUB", kind="group")
    empty = builders.government("OTHER-CLUB", kind="group")
    for code, of in (("AL", group), ("BE", group), ("ZZ", empty)):
        Membership.objects.create(group=of, member=builders.government(code), since="2001")
    report = builders.document("REPORT")
    builders.put_out(report, builders.recommendation("REC-1", report, to=("AL",)))
    assert public_codes() == {"AL", "BE", "CLUB"}
    assert set(MembershipEdition.objects.known_at(None).values_list("group", "member")) == {("CLUB", "AL"), ("CLUB", "BE")}
