"""What is wrong with a profile as a whole: fields that miss one another, values that no record takes, columns that the file does not have."""

from collections.abc import Iterable, Iterator, Sequence

from tracker.exchange.files import close_to, ended
from tracker.exchange.profiles.kinds import KINDS, SERVED, is_date, is_flag
from tracker.exchange.profiles.model import FieldRule, Mistake, Profile, RecordRules, Why
from tracker.exchange.profiles.naming import LONGEST_NAME, is_profile_name, profile_name
from tracker.exchange.schema import BY_NAME, Column

_SOURCE_NEEDS = ("title", "kind", "interest", "language")


def mistakes(profile: Profile) -> list[Mistake]:
    """Every mistake that can be seen without a file."""
    found = list(_of_name(profile))
    if profile.is_package:
        if profile.records or profile.source.key:
            told = 'a "package" says everything itself; take the other tables away, or choose another format.'
            found.append(Mistake("file.format", told, Why.IN_THE_TEXT))
        return found
    found += _of_source(profile)
    found += _of_records(profile)
    for rules in profile.records.values():
        kind = KINDS[rules.kind]
        for name, rule in rules.fields.items():
            found += _of_field(profile, f"{kind.name}.{name}", kind.fields[name], rule)
    if profile.rows.unite and "statement" not in profile.records.get("recommendation", RecordRules("recommendation")).fields:
        told = "rows are united that are the same recommendation with the same text; add recommendation.statement."
        found.append(Mistake("rows.unite", told, Why.NOT_UNITED))
    for place in profile.rows.unite:
        kind_name, _dot, field = place.partition(".")
        if kind_name != "recommendation" or field not in profile.records.get("recommendation", RecordRules("recommendation")).fields:
            told = f"“{place}” is no field of [recommendation] in this profile; write recommendation.made_by, for example."
            found.append(Mistake("rows.unite", told, Why.IN_THE_TEXT))
    return found


def _of_name(profile: Profile) -> Iterator[Mistake]:
    if not profile.name:
        yield Mistake("name", 'it is missing; add name = "...", in small letters, digits and hyphens.', Why.IN_THE_TEXT)
    elif not is_profile_name(profile.name):
        told = f"“{profile.name}” has other signs than small letters, digits and hyphens between them, or more than {LONGEST_NAME}"
        yield Mistake("name", f"{told}; “{profile_name(profile.name)}” would be one.", Why.IN_THE_TEXT)


def _of_source(profile: Profile) -> Iterator[Mistake]:
    source = profile.source
    if not source.key:
        yield Mistake("source.key", "it is missing; every imported record cites the document that the file is.")
    elif wrong := _refused(BY_NAME["documents"].by_name["key"], source.key):
        yield Mistake("source.key", f"“{source.key}” {wrong}")
    if source.fields:
        for name in _SOURCE_NEEDS:
            if not source.fields.get(name):
                yield Mistake(f"source.{name}", f"it is missing; a new document needs {', '.join(_SOURCE_NEEDS)}.", Why.SOURCE_INCOMPLETE)
    for name, text in source.fields.items():
        yield from _of_value(f"source.{name}", BY_NAME["documents"].by_name[name], text)


def _of_records(profile: Profile) -> Iterator[Mistake]:
    records = profile.records
    if not records:
        yield Mistake("", f"A profile yields something: add one of the tables {', '.join(f'[{kind}]' for kind in KINDS)}.", Why.NOTHING_TAKEN)
        return
    addressed = "addressee" in records or bool(profile.governments.all)
    if (made := records.get("recommendation")) and bool(made.key) == ("reference" in made.fields):
        told = "both are given" if made.key else "both are missing"
        told = f"either key (columns of which its reference is made) or reference (as it stands in the file) is needed; {told}."
        yield Mistake("recommendation.key", told, Why.KEY_AND_REFERENCE if made.key else Why.WITHOUT_KEY)
    for kind in ("theme", "addressee", "effect", "assessment", "position"):
        if kind in records and "recommendation" not in records:
            told = "it belongs to a recommendation; add [recommendation], with a key alone where the site has it already."
            yield Mistake(kind, told, Why.WITHOUT_RECOMMENDATION)
    for kind in ("effect", "assessment", "position"):
        if kind in records and not addressed:
            told = "it belongs to a government; add [addressee] with government, or governments.all."
            yield Mistake(kind, told, Why.WITHOUT_GOVERNMENT)
    if "addressee" in records and "government" not in records["addressee"].fields and not profile.governments.all:
        told = "it is missing; say the column, or governments.all for the whole file."
        yield Mistake("addressee.government", told, Why.WITHOUT_GOVERNMENT)
    for kind in ("event", "effect"):
        if kind in records and "action" not in records:
            yield Mistake(kind, "it belongs to an action; add [action].", Why.WITHOUT_ACTION)
    for kind in ("theme", "event", "assessment", "position", "citation"):
        field = KINDS[kind].yields_by
        if kind in records and field not in records[kind].fields:
            yield Mistake(f"{kind}.{field}", "it is missing; without it no row yields one.", Why.WITHOUT_ITS_FIELD)
    if "action" in records and not {"title", "description"} & set(records["action"].fields):
        yield Mistake("action.title", "title and description are missing; one of them says what was done.", Why.WITHOUT_WHAT_WAS_DONE)
    if "action" in records and "government" not in records["action"].fields and not addressed:
        yield Mistake("action.government", "it is missing; say who acted, or governments.all for the whole file.", Why.WITHOUT_GOVERNMENT)
    if "document" in records and not records["document"].key:
        yield Mistake("document.key", "it is missing; say the columns that tell one document from another.", Why.WITHOUT_KEY)
    if "document" in records and "title" not in records["document"].fields:
        yield Mistake("document.title", "it is missing; without it no row yields one.", Why.WITHOUT_ITS_FIELD)
    yield from _of_sources_silence(profile)
    for served in records["citation"].serves if "citation" in records else ():
        if served not in SERVED:
            told = ended(f"“{served}” is not one of {', '.join(SERVED)}{close_to(served, SERVED)}")
            yield Mistake("citation.serves", told, Why.IN_THE_TEXT)
        elif served not in records:
            yield Mistake("citation.serves", f"there is no [{served}] in this profile that it could serve.", Why.IN_THE_TEXT)


def _of_sources_silence(profile: Profile) -> Iterator[Mistake]:
    """What the file's document would have said, where it is here already under a key alone and the profile says nothing of it."""
    source, records = profile.source, profile.records
    named = source.fields.get("author") or source.fields.get("publisher")
    also, why = (".", Why.AS_IT_SAYS) if source.refers_only else (", or source.publisher.", Why.WITHOUT_ITS_MAKER)
    if (made := records.get("recommendation")) and "statement" in made.fields and "made_by" not in made.fields and not named:
        yield Mistake("recommendation.made_by", f"it is missing; say who makes the recommendation{also}", why)
    if (verdict := records.get("assessment")) and "assessor" not in verdict.fields and not named:
        kind = verdict.fields.get("assessor_kind")
        if kind is None or kind.constant != "government":
            yield Mistake("assessment.assessor", f"it is missing; say whose verdict it is{also}", why)
    if not source.fields.get("published_on"):
        also, dated = (".", Why.AS_IT_SAYS) if source.refers_only else (", or source.published_on.", Why.WITHOUT_ITS_DATE)
        dated_by_document = "document" in records and "published_on" in records["document"].fields
        if made and "statement" in made.fields and "recommended_on" not in made.fields and not dated_by_document:
            yield Mistake("recommendation.recommended_on", f"it is missing; say when the recommendation was made{also}", dated)
        if (answered := records.get("position")) and "answer" in answered.fields and "on" not in answered.fields:
            yield Mistake("position.on", f"it is missing; say when the government answered{also}", dated)


def _of_field(profile: Profile, place: str, column: Column, rule: FieldRule) -> Iterator[Mistake]:
    if rule.lookup and rule.lookup not in profile.lookups:
        told = ended(f"there is no [lookups.{rule.lookup}]{close_to(rule.lookup, profile.lookups)}")
        yield Mistake(f"{place}.lookup", told, Why.IN_THE_TEXT)
    if (rule.formats or rule.languages or rule.serial) and not is_date(column):
        yield Mistake(place, "it is no date, so that formats, languages and serial say nothing.", Why.IN_THE_TEXT)
    given = [("constant", rule.constant), ("default", rule.default), *(("map", meant) for meant in rule.map.values())]
    for key, text in given:
        # A name of a government is resolved when the file is read, and a theme is made of whatever stands there.
        if text and not column.is_reference:
            yield from _of_value(f"{place}.{key}", column, text)


def _of_value(place: str, column: Column, text: str) -> Iterator[Mistake]:
    if wrong := _refused(column, text):
        yield Mistake(place, f"“{text}” {wrong}", Why.NOT_A_WORD if column.words and text not in column.words else Why.AS_IT_SAYS, text)


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
