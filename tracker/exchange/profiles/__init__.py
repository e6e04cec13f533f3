"""Profiles: how somebody's file becomes records of ours, said in a short TOML file.

    profile = parse(text)                                   # or parse(shipped()["upr"])
    mapped = map_records(profile, open_table(path), Governments.of_the_desk())
    for group in mapped:                                    # one for each row of the file
        group.records, group.problems

A profile is data: it names columns and never code. :func:`reference` says every key that it may have.
"""

from tracker.exchange.profiles.borne_out import BorneOut
from tracker.exchange.profiles.governments import Found, Governments
from tracker.exchange.profiles.guessing import Choice, Seen, fields_of, guess_profile, may_mean, profile_of
from tracker.exchange.profiles.keys import Key, reference
from tracker.exchange.profiles.mapping import Duplicate, Group, MappedFile, MappedRow, Unknown, map_records
from tracker.exchange.profiles.model import PACKAGE, Mistake, Profile, ProfileError, Why
from tracker.exchange.profiles.named import Named
from tracker.exchange.profiles.parsing import parse, shipped
from tracker.exchange.profiles.writing import to_toml

__all__ = [
    "PACKAGE",
    "BorneOut",
    "Choice",
    "Duplicate",
    "Found",
    "Governments",
    "Group",
    "Key",
    "MappedFile",
    "MappedRow",
    "Mistake",
    "Named",
    "Profile",
    "ProfileError",
    "Seen",
    "Unknown",
    "Why",
    "fields_of",
    "guess_profile",
    "map_records",
    "may_mean",
    "parse",
    "profile_of",
    "reference",
    "shipped",
    "to_toml",
]
