"""What a row of a file says of one kind of record, read by the profile's rules."""

from dataclasses import dataclass, field

from tracker.exchange.files import Problem
from tracker.exchange.profiles.governments import Governments
from tracker.exchange.profiles.kinds import KINDS, is_government
from tracker.exchange.profiles.model import Profile, RecordRules, Source
from tracker.exchange.profiles.naming import bounded, key_of
from tracker.exchange.profiles.reading import FieldReader, Getter, Test, Unreadable, Values, getter, text_of
from tracker.exchange.profiles.rows import problem_at
from tracker.rules.shortening import first_words


@dataclass(frozen=True, slots=True)
class Taken:
    """What a row says of one kind of record: values by field, the source column of each, what stood there, and lists of values."""

    values: dict[str, str]
    sources: dict[str, str]
    raw: dict[str, str]
    items: dict[str, list[str]]
    wrong: set[str] = field(default_factory=set)  # fields that could not be read, or that are missing, which is told already
    left_out: dict[str, list[str]] = field(default_factory=dict)  # what stood there and means nothing, as the profile says

    def get(self, name: str) -> str:
        """A value, empty where there is none."""
        return self.values.get(name, "")


class KindReader:
    """Reads what a row says of one kind of record."""

    def __init__(self, profile: Profile, rules: RecordRules, governments: Governments) -> None:
        """Make its fields ready. A key that names the government by its column has the code instead, however a row spells the name."""
        addressed = profile.records["addressee"].fields.get("government") if "addressee" in profile.records else None
        self.governments, self.coded = governments, [bool(addressed) and column == addressed.column for column in rules.key]  # type: ignore[union-attr]
        kind = KINDS[rules.kind]
        self.kind, self.name = kind, rules.kind
        self.tests = [Test(condition) for condition in rules.when]
        self.key: list[Getter] = [getter(column) for column in rules.key]
        self.readers = [
            (name, FieldReader(rule, kind.fields[name], profile.lookups, names=is_government(kind.fields[name])))
            for name, rule in rules.fields.items()
        ]
        self.by_name = dict(self.readers)
        self.listed = frozenset(name for name, reader in self.readers if reader.rule.may_hold_several)

    def applies(self, values: Values) -> bool:
        """Whether the row yields one at all."""
        return all(test(values) for test in self.tests)

    def key_parts(self, values: Values) -> list[str]:
        """What stands in the columns of the key."""
        parts = [text_of(get(values)) for get in self.key]
        return [(self.governments.resolve(part) or part) if coded else part for part, coded in zip(parts, self.coded, strict=True)]

    def read(self, values: Values, number: int, problems: list[Problem]) -> Taken:
        """All fields; what cannot be read is left empty and told."""
        taken = Taken({}, {}, {}, {})
        for name, reader in self.readers:
            if reader.source:
                taken.sources[name] = reader.source
            try:
                if name in self.listed:
                    items, raw = reader.items(values)
                    taken.items[name] = items
                    text = (reader.rule.join or "; ").join(items) if len(items) > 1 else items[0] if items else ""
                else:
                    text, raw = reader.one(values)
            except Unreadable as fault:
                for each in (fault, *fault.others):
                    shown = f"“{first_words(each.shown, 60)}” " if each.shown else ""
                    where, about = f"column {reader.source}", f"{self.name}.{name}"
                    problems.append(problem_at([number], where, shown + each.words, about=about, unknown=each.unknown))
                taken.wrong.add(name)
                continue
            if text:
                taken.values[name] = text
                if raw:
                    taken.raw[name] = raw
            elif reader.rule.required:
                taken.wrong.add(name)
                problems.append(problem_at([number], f"column {reader.source}", "there must be a value.", about=f"{self.name}.{name}"))
            if (name in self.listed or not text) and (lost := reader.left_out(values, raw)):
                taken.left_out[name] = lost
        return taken


def reference_of(kind: KindReader, values: Values, source: Source) -> str:
    """The reference of a row's recommendation; empty where nothing stands in its columns.

    Numbers are a document's own: before them stands what the profile says, else the key of the document that the recommendation is known from.
    """
    if not kind.key:
        return kind.by_name["reference"].one(values)[0]
    parts = kind.key_parts(values)
    if not any(parts):
        return ""
    parts = [bounded(part) for part in parts]
    if source.prefix is not None:
        return key_of(source.prefix, *parts)
    known_from = kind.by_name["known_from"].one(values)[0] if "known_from" in kind.by_name else ""
    return key_of(known_from or source.key, *parts)
