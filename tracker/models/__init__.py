"""The editorial nouns: the glossary of the field as tables.

Government      a state, the EU, an organisation or a group · Membership: a government's time in a group
Document        what something is cited from · Snapshot: an archived copy · Citation: a passage · CitationUse: a passage serving a record
Recommendation  what was proposed · Addressee: recommendation × government, the unit with a status · Relation · Measure · Theme
Action          what a government body did · ActionEvent: what happened to it when · Effect: how it bears on an addressee
Party           at whom it was aimed · LegalStatus: a party's attributed, dated legal status
Assessment      a dated verdict · Search: the search behind a negative one · Position: what the government said that it would do
Translation     a public text of a record in another language, with who made it and how
Reply           what someone answers to a claim, verbatim · DeadlineMove: a deadline that was moved, and why
Capture         a request to archive something · SnapshotText: what was read out of the copy
PassageCheck    whether cited words stand in a later copy · LinkCheck: whether its address answers · CopyCheck: whether the file is the same
Submission      versions reviewed and published together · Version: a record exactly as submitted · Comment: a reviewer's word on a field
Challenge       what a reader says is wrong
Import          a file brought in · ImportProfile: how its columns become records · ImportedRow: what an import wrote
ImportPreview   what an import would do · ImportProgress: how far it has come
User            a member of staff, or the system actor · AccountEvent: what happened to an account
KeptForm        a form sent after its session had ended · Tally: failures counted · SharedValue: the cache of all processes

An Edition, a published version of a record, lives apart: tracker/editions/tables.py.
"""

from tracker.models.action import Action, ActionEvent, Effect, LegalStatus, Party
from tracker.models.assessment import Assessment, Position, Search
from tracker.models.challenge import Challenge
from tracker.models.document import Capture, Citation, CitationUse, CopyCheck, Document, LinkCheck, PassageCheck, Snapshot, SnapshotText
from tracker.models.government import Government, Membership
from tracker.models.importing import Did, Import, ImportedRow, ImportPreview, ImportProfile, ImportProgress, ImportState
from tracker.models.people import AccountEvent, AccountEventKind, User, system_actor
from tracker.models.recommendation import Addressee, DeadlineMove, Measure, Recommendation, Relation, Theme
from tracker.models.reply import Reply
from tracker.models.review import Change, Comment, RecordKind, State, Submission, Version
from tracker.models.session import KeptForm, SharedValue, Tally
from tracker.models.translation import Translation

__all__ = [
    "AccountEvent",
    "AccountEventKind",
    "Action",
    "ActionEvent",
    "Addressee",
    "Assessment",
    "Capture",
    "Challenge",
    "Change",
    "Citation",
    "CitationUse",
    "Comment",
    "CopyCheck",
    "DeadlineMove",
    "Did",
    "Document",
    "Effect",
    "Government",
    "Import",
    "ImportPreview",
    "ImportProfile",
    "ImportProgress",
    "ImportState",
    "ImportedRow",
    "KeptForm",
    "LegalStatus",
    "LinkCheck",
    "Measure",
    "Membership",
    "Party",
    "PassageCheck",
    "Position",
    "Recommendation",
    "RecordKind",
    "Relation",
    "Reply",
    "Search",
    "SharedValue",
    "Snapshot",
    "SnapshotText",
    "State",
    "Submission",
    "Tally",
    "Theme",
    "Translation",
    "User",
    "Version",
    "system_actor",
]
