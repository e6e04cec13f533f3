"""A state's action bears on what was recommended to that state."""

import pytest
from django.core.exceptions import ValidationError

from tests import builders
from tracker.models import Effect


def test_what_one_state_did_is_no_answer_of_another(desk: str) -> None:
    report = builders.document("REPORT")
    recommendation = builders.recommendation("REC-1", report, to=("FR", "BE", "EU"))
    action = builders.action("ACT-1", code="BE")
    builders.government("EU")
    addressees = {addressee.government.code: addressee for addressee in recommendation.addressees.all()}
    for code, message in (("FR", "Land of BE acted; this was recommended to Land of FR."), ("BE", None)):
        effect = Effect(action=action, addressee=addressees[code], direction="fulfils", reasoning="As asked.")
        if message:
            with pytest.raises(ValidationError, match=message):
                effect.full_clean()
        else:
            effect.full_clean()
