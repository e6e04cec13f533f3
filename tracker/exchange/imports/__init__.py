"""Imports: anybody's file into the desk, previewed, applied whole or not at all, and taken back as long as nothing was built on it.

    batch = receive(path, by=..., file_name=..., profile="upr")      # keeps the bytes; nothing else happens
    ask_for_preview(batch, by=...)                                   # a job; or run_preview(batch, by=...) here and now
    choose(batch, by=..., governments={"Elbonia": "EL"}, decisions={"recommendations:R-1": "take"})
    ask_for_apply(batch, by=..., reason=...)                         # a job; or run_apply
    hand_in(batch, by=..., reason=...)                               # its drafts as one submission, reviewed like any other; or ask_for_hand_in
    ask_for_undo(batch, by=..., reason=...)                          # or run_undo
    discard(batch, by=..., reason=...)                               # of one of which nothing was written
    rehearse(lambda place: receive(..., in_place=place), by=...)     # only tried: nothing of it stays

Each verb asks for the right to it and raises ``Refused`` with one sentence. Imports end in the same plan, checks and writing as packages
(:mod:`tracker.exchange.plan`); what differs is said in :mod:`tracker.exchange.imports.beside` and :mod:`tracker.exchange.imports.no_longer`: nothing
is taken away but what a file brought itself and has no longer, and nothing that somebody edited or reviewed here is written over unless staff decide
so.
"""

from tracker.exchange.imports.discarding import discard
from tracker.exchange.imports.handing_in import HandedIn, hand_in, told
from tracker.exchange.imports.receiving import choose, find_profile, profiles, receive
from tracker.exchange.imports.sources import expanded
from tracker.exchange.imports.steps import (
    ask_for_apply,
    ask_for_hand_in,
    ask_for_preview,
    ask_for_undo,
    imports_of,
    is_at_work,
    notice_the_dead,
    rehearse,
    run_apply,
    run_preview,
    run_undo,
    stands_against_undo,
    unknown_names,
)
from tracker.exchange.imports.whereabouts import Place, Stands, count_of, counted, names_of, places, submissions_of, to_submit

__all__ = [
    "HandedIn",
    "Place",
    "Stands",
    "ask_for_apply",
    "ask_for_hand_in",
    "ask_for_preview",
    "ask_for_undo",
    "choose",
    "count_of",
    "counted",
    "discard",
    "expanded",
    "find_profile",
    "hand_in",
    "imports_of",
    "is_at_work",
    "names_of",
    "notice_the_dead",
    "places",
    "profiles",
    "receive",
    "rehearse",
    "run_apply",
    "run_preview",
    "run_undo",
    "stands_against_undo",
    "submissions_of",
    "to_submit",
    "told",
    "unknown_names",
]
