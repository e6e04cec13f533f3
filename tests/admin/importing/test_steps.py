"""From a stranger's file to drafts, step by step."""

from collections.abc import Callable

from django.test import Client

from tests import builders
from tests.admin.forms import words
from tests.admin.importing.steps import Steps
from tracker.models import Assessment, Document, Import, ImportState, Recommendation, User

SignIn = Callable[[str], Client]

TABLE = (
    "No,Text,Country,Status,When\n"
    "1,Close the office,Elbonia,Done,12/03/2019\n"
    "2,Publish the list,Elbonia,Open,01/04/2019\n"
    "3,Recall the envoy,Nowhereland,Done,05/05/2019\n"
)
HOLDS = {"No": ["recommendation.document_reference"], "Text": ["recommendation.statement"], "Country": ["addressee.government"], "Status": ["assessment.status"]}


def through(client: Client) -> Steps:
    steps = Steps(client)
    steps.upload("list.csv", TABLE.encode())
    steps.columns(HOLDS, keys={"recommendation": ["No"]})
    steps.whole()
    return steps


def test_from_a_file_to_drafts_and_back(people: dict[str, User], sign_in: SignIn) -> None:
    builders.government("EL", name="Elbonia")
    client = sign_in("researcher")
    steps = through(client)
    page = steps.preview()
    print(words(page))
    assert 0
