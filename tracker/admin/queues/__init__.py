"""The work queues, in the order of the front page. A queue is one instance of :class:`~tracker.admin.queues.base.Queue`, named here."""

from tracker.admin.queues.base import Found, Queue
from tracker.admin.queues.differing import DIFFERING
from tracker.admin.queues.evidence import CAPTURES, CHALLENGES, DEADLINES, DUE, NEW_EVIDENCE, SOURCES
from tracker.admin.queues.imports import IMPORTS
from tracker.admin.queues.jobs import JOBS
from tracker.admin.queues.review import MINE, SHIPPED, TO_PUBLISH, TO_REVIEW

QUEUES: tuple[Queue, ...] = (
    MINE, TO_REVIEW, TO_PUBLISH, CHALLENGES, DIFFERING, NEW_EVIDENCE, DUE, DEADLINES, SOURCES, CAPTURES, IMPORTS, SHIPPED, JOBS,
)  # fmt: skip

__all__ = ["QUEUES", "Found", "Queue"]
