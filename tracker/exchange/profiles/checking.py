"""What is wrong with a profile as a whole: fields that miss one another, values that no record takes, columns that the file does not have."""

from collections.abc import Iterable, Iterator, Sequence

from tracker.exchange.files import close_to, ended
from tracker.exchange.profiles.kinds import KINDS, SERVED, is_date, is_flag
from tracker.exchange.profiles.model import FieldRule, Profile, RecordRules
from tracker.exchange.schema import BY_NAME, Column

_SOURCE_NEEDS = ("title", "kind", "interest", "language")


def mistakes(profile: Profile) -> list[str]:
    """Every mistake that can be seen without a file, in sentences."""
    found = list(_of_name(profile))
    if profile.is_package:
        if profile.records or profile.source.key:
            found.append('file.format: a "package" says everything itself; take the other tables away, or choose another format.')
        return found
    found += _of_source(profile)
    found += _of_records(profile)
    for rules in profile.records.values():
        kind = KINDS[rules.kind]
        for name, rule in rules.fields.items():
            found += _of_field(profile, f"{kind.name}.{name}", kind.fields[name], rule)
    if profile.rows.unite and "statement" not in profile.records.get("recommendation", RecordRules("recommendation")).fields:
        found.append("rows.unite: rows are united that are the same recommendation with the same text; add recommendation.statement.")
    for place in profile.rows.unite:
        kind_name, _dot, field = place.partition(".")
        if kind_name != "recommendation" or field not in profile.records.get("recommendation", RecordRules("recommendation")).fields:
            found.append(f"rows.unite: “{place}” is no field of [recommendation] in this profile; write recommendation.made_by, for example.")
    return found


def _of_name(profile: Profile) -> Iterator[str]:
    if not profile.name:
        yield 'name: it is missing; add name = "...", in small letters, digits and hyphens.'
    elif not all(letter.isascii() and (letter.islower() or letter.isdigit() or letter == "-") for letter in profile.name) or len(profile.name) > 60:
        yield f"name: “{profile.name}” has other signs than small letters, digits and hyphens, or more than 60."


def _of_source(profile: Profile) -> Iterator[str]:
    source = profile.source
    if not source.key:
        yield "source.key: it is missing; every imported record cites the document that the file is."
    elif wrong := _refused(BY_NAME["documents"].by_name["key"], source.key):
        yield f"source.key: “{source.key}” {wrong}"
    if source.fields and (missing := [name for name in _SOURCE_NEEDS if not source.fields.get(name)]):
        yield f"source.{missing[0]}: it is missing; a new document needs {', '.join(_SOURCE_NEEDS)}."
    for name, text in source.fields.items():
        if wrong := _refused(BY_NAME["documents"].by_name[name], text):
            yield f"source.{name}: “{text}” {wrong}"


def _of_records(profile: Profile) -> Iterator[str]:
    records = profile.records
    if not records:
        yield f"A profile yields something: add one of the tables {', '.join(f'[{kind}]' for kind in KINDS)}."
        return
    addressed = "addressee" in records or bool(profile.governments.all)
    if (made := records.get("recommendation")) and bool(made.key) == ("reference" in made.fields):
        told = "both are given" if made.key else "both are missing"
        yield f"recommendation.key: either key (columns of which its reference is made) or reference (as it stands in the file) is needed; {told}."
    for kind in ("theme", "addressee", "effect", "assessment", "position"):
        if kind in records and "recommendation" not in records:
            yield f"{kind}: it belongs to a recommendation; add [recommendation], with a key alone where the site has it already."
    for kind in ("effect", "assessment", "position"):
        if kind in records and not addressed:
            yield f"{kind}: it belongs to a government; add [addressee] with government, or governments.all."
    if "addressee" in records and "government" not in records["addressee"].fields and not profile.governments.all:
        yield "addressee.government: it is missing; say the column, or governments.all for the whole file."
    for kind in ("event", "effect"):
        if kind in records and "action" not in records:
            yield f"{kind}: it belongs to an action; add [action]."
    for kind in ("theme", "event", "assessment", "position", "citation"):
        field = KINDS[kind].yields_by
        if kind in records and field not in records[kind].fields:
            yield f"{kind}.{field}: it is missing; without it no row yields one."
    if "action" in records and not {"title", "description"} & set(records["action"].fields):
        yield "action.title: title and description are missing; one of them says what was done."
    if "action" in records and "government" not in records["action"].fields and not addressed:
        yield "action.government: it is missing; say who acted, or governments.all for the whole file."
    if "document" in records and not records["document"].key:
        yield "document.key: it is missing; say the columns that tell one document from another."
    if "document" in records and "title" not in records["document"].fields:
        yield "document.title: it is missing; without it no row yields one."
    yield from _of_sources_silence(profile)
    for served in records["citation"].serves if "citation" in records else ():
        if served not in SERVED:
            yield ended(f"citation.serves: “{served}” is not one of {', '.join(SERVED)}{close_to(served, SERVED)}")
        elif served not in records:
            yield f"citation.serves: there is no [{served}] in this profile that it could serve."


def _of_sources_silence(profile: Profile) -> Iterator[str]:
    """What the file's document would have said, where it is here already under a key alone and the profile says nothing of it."""
    source, records = profile.source, profile.records
    named = source.fields.get("author") or source.fields.get("publisher")
    if (made := records.get("recommendation")) and "statement" in made.fields and "made_by" not in made.fields and not named:
        yield "recommendation.made_by: it is missing; say who makes the recommendation, or source.publisher."
    if (verdict := records.get("assessment")) and "assessor" not in verdict.fields and not named:
        kind = verdict.fields.get("assessor_kind")
        if kind is None or kind.constant != "government":
            yield "assessment.assessor: it is missing; say whose verdict it is, or source.publisher."


def _of_field(profile: Profile, place: str, column: Column, rule: FieldRule) -> Iterator[str]:
    if rule.lookup and rule.lookup not in profile.lookups:
        yield ended(f"{place}.lookup: there is no [lookups.{rule.lookup}]{close_to(rule.lookup, profile.lookups)}")
    if (rule.formats or rule.languages or rule.serial) and not is_date(column):
        yield f"{place}: it is no date, so that formats, languages and serial say nothing."
    given = [("constant", rule.constant), ("default", rule.default), *(("map", meant) for meant in rule.map.values())]
    for key, text in given:
        # A name of a government is resolved when the file is read, and a theme is made of whatever stands there.
        if text and not column.is_reference and (wrong := _refused(column, text)):
            yield f"{place}.{key}: “{text}” {wrong}"


def _refused(column: Column, text: str) -> str:
    """Why a field does not take a text, as the end of a sentence; empty where it does."""
    if column.words and text not in column.words:
        return ended(f"is not one of {', '.join(column.words)}{close_to(text, column.words)}")
    if is_date(column) or is_flag(column):
        try:
            column.parse(text)
        except ValueError as error:
            return ended(str(error))
    if column.field.max_length and len(text) > column.field.max_length:
        return f"has {len(text)} characters; at most {column.field.max_length} are kept."
    if column.name in ("key", "language", "url"):
        try:
            column.field.run_validators(text)
        except Exception as error:  # Django's ValidationError, whose messages are sentences
            return "is refused: " + " ".join(getattr(error, "messages", [str(error)]))
    return ""


def columns_named(profile: Profile) -> Iterator[tuple[str, str]]:
    """Every column that a profile names, with the key that names it."""
    for place, conditions in (("rows.skip", profile.rows.skip), ("rows.only", profile.rows.only)):
        yield from ((place, condition.column) for condition in conditions)
    for heading in profile.rows.headings:
        yield "heading.column", heading.column
        yield from (("heading.when", condition.column) for condition in heading.when)
    for join in profile.joins:
        yield from (("join.key", column) for column in join.key)
    for rules in profile.records.values():
        yield from ((f"{rules.kind}.key", column) for column in rules.key)
        yield from ((f"{rules.kind}.when", condition.column) for condition in rules.when)
        for name, rule in rules.fields.items():
            yield from ((f"{rules.kind}.{name}", column) for column in rule.named_columns)


def missing_columns(profile: Profile, columns: Sequence[str], joined: dict[str, Sequence[str]]) -> list[str]:
    """The columns that a profile names and the file does not have, each with what the file has."""
    known = [*columns, *(heading.name for heading in profile.rows.headings)]
    known += [f"{name}.{column}" for name, others in joined.items() for column in others]
    found = [_missing(place, column, known) for place, column in columns_named(profile) if not _has(column, known)]
    for join in profile.joins:
        others = joined.get(join.name, ())
        found += [_missing("join.other_key", column, others) for column in join.other_key if join.name in joined and not _has(column, others)]
    return list(dict.fromkeys(found))


def _has(column: str, known: Iterable[str]) -> bool:
    """Whether a file has a column; one with dots may lead into a nested record."""
    known = set(known)
    return column in known or ("." in column and column.split(".")[0] in known)


def _missing(place: str, column: str, known: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in known[:40]) + (f" and {len(known) - 40} more" if len(known) > 40 else "")
    guess = close_to(column, known)
    return ended(f"{place}: there is no column “{column}” in this file, which has {shown or 'none'}{guess}")
