"""A profile is read strictly, every mistake is told with its key, and what is written is read as the same."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.profiles.helping import HEAD, PLAIN
from tracker.exchange.profiles import ProfileError, keys, parse, reference, shipped, to_toml
from tracker.exchange.profiles.keys import TAKES
from tracker.exchange.profiles.kinds import KINDS, is_date
from tracker.exchange.profiles.model import Condition, FieldRule, FileRules, GovernmentRules, Heading, Join, Profile, RecordRules, RowRules, Source
from tracker.exchange.schema import BY_NAME


def refused(text: str) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        parse(text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x =", "The profile is not TOML: invalid value (at end of document)."),
        ("a = " + "[" * 5000, "The profile is not TOML that can be read: it is nested too deep."),
        ("#" * 200_001, "The profile has 200,001 characters; at most 200,000 are read."),
        (PLAIN.replace("[addressee]", "[adressee]"), "adressee: there is no such key; did you mean “addressee”?"),
        (PLAIN + "goverment = 'X'", "addressee.goverment: there is no such key; did you mean “government”?"),
        (PLAIN.replace('statement = "Text"', "statement = 3"), f"recommendation.statement: it takes {TAKES['field']}."),
        (PLAIN.replace('"Text"', "{ column = 'A', path = 'b' }"), "column and path are given"),
        (PLAIN.replace('"Text"', "{ html = true }"), "none is given"),
        (PLAIN.replace('"Text"', "{ column = 'A', html = 'yes' }"), "recommendation.statement.html: it takes true or false."),
        (PLAIN.replace('"Text"', "{ column = 'A', colum = 'B' }"), "recommendation.statement.colum: there is no such key; did you mean “column”?"),
        (PLAIN.replace('"Text"', "{ column = 'A', split = '' }"), "recommendation.statement.split: an empty text parts nothing"),
        (PLAIN.replace('key = ["No"]', ""), "recommendation.key: either key"),
        (PLAIN.replace('key = ["No"]', "key = [1]"), "recommendation.key: it takes a list of texts, or one text."),
        (PLAIN.replace('key = "DOC"', 'key = "D O"'), "source.key: “D O” is refused: Use letters, digits, dots and hyphens"),
        (PLAIN.replace('key = "DOC"', ""), "source.key: it is missing"),
        (PLAIN.replace('interest = "official"', ""), "source.interest: it is missing"),
        (PLAIN.replace('interest = "official"', 'interest = "oficial"'), "did you mean “official”?"),
        (PLAIN.replace('"2020-01"', '"Jan 2020"'), "source.published_on: “Jan 2020” is not a date as files write it: 2019-02-01, 2019-02 or 2019"),
        (PLAIN.replace("en", "xx", 1).replace('language = "en"', 'language = "xx"'), "source.language: “xx” is refused"),
        (PLAIN + "[assessment]\nstatus = { column = 'S', map = { Done = 'implmented' } }", "assessment.status.map: “implmented” is not one of"),
        (PLAIN + "[assessment]\nstatus = { column = 'S', map = { Done = [1] } }", "assessment.status.map: “Done” takes a text"),
        (PLAIN + "[assessment]\nrationale = 'R'", "assessment.status: it is missing; without it no row yields one."),
        (PLAIN + "[assessment]\nstatus = { column = 'S', formats = ['yyyy'] }", "assessment.status: it is no date"),
        (
            PLAIN + "[assessment]\nstatus='S'\neffective_on = { column = 'S', formats = ['dd'] }",
            "assessment.effective_on.formats: “dd” has no year in it",
        ),
        (PLAIN + "[assessment]\nstatus='S'\neffective_on = { column = 'S', serial = '1905' }", "“1905” is neither 1900 nor 1904"),
        (PLAIN + "[assessment]\nstatus='S'\neffective_on = { column = 'S', languages = ['xx'] }", "“xx” is not one of en, fr, es, ar, fa"),
        (
            PLAIN + "[position]\nanswer = { column = 'S', lookup = 'answrs' }\n[lookups.answers]\na='b'",
            "there is no [lookups.answrs]; did you mean “answers”?",
        ),
        (PLAIN + "[effect]\ndirection = 'D'", "effect: it belongs to an action; add [action]."),
        (PLAIN.replace('[addressee]\ngovernment = "Country"', "[assessment]\nstatus = 'S'"), "assessment: it belongs to a government"),
        (PLAIN + "[citation]\nsays = 'X'\nserves = ['asessment']", "citation.serves: “asessment” is not one of recommendation, action"),
        (PLAIN + "[rows]\nskip = [{ column = 'A' }]", "rows.skip: a condition names a column and what stands there"),
        (PLAIN + "[rows]\nskip = 'A'", f"rows.skip: it takes {TAKES['conditions']}."),
        (PLAIN + "[rows]\nunite = ['addressee.note']", "rows.unite: “addressee.note” is no field of [recommendation]"),
        (PLAIN + "[[heading]]\ncolumn = 'A'", "heading: when and name are missing"),
        (PLAIN + "[[join]]\nname = 'A'", "join: key is missing"),
        (PLAIN + "[lookups]\na = 'b'", "lookups.a: it takes a table of texts"),
        (PLAIN + "[file]\nskip = -1", "file.skip: it takes a whole number."),
        (PLAIN.replace('name = "test"', 'name = "Test it"'), "name: “Test it” has other signs"),
        (PLAIN.replace('name = "test"', ""), "name: it is missing"),
        (HEAD, "A profile yields something: add one of the tables"),
        (HEAD + "[file]\nformat = 'package'", 'file.format: a "package" says everything itself'),
    ],
)
def test_each_mistake_is_told_with_its_key(text: str, told: str) -> None:
    assert any(told in problem for problem in refused(text)), refused(text)


def test_all_mistakes_are_told_at_once() -> None:
    text = PLAIN.replace('"Text"', "3").replace('"Country"', "{ colum = 'X' }") + "[files]\n"
    assert len(refused(text)) == 4


@settings(max_examples=200)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=5), st.data()
)
def test_a_wrong_value_is_refused_and_never_an_exception(value: Any, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(keys.KEYS))
    text = f"{PLAIN}\n[zz]\n" if value is None else PLAIN
    place = key.place if key.place in KINDS or key.place in ("", "file", "rows", "governments") else "rows"
    written = to_text(value)
    text = f"{key.name} = {written}\n{PLAIN}" if not place else PLAIN.replace(f"[{place}]", f"[{place}]\n{key.name} = {written}", 1)
    if place and f"[{place}]" not in PLAIN:
        text = f"{PLAIN}\n[{place}]\n{key.name} = {written}"
    try:
        parse(text)
    except ProfileError as error:
        assert error.problems
        assert all(problem.endswith((".", "?")) for problem in error.problems)


def to_text(value: Any) -> str:
    match value:
        case None:
            return "1979-05-27"
        case bool():
            return str(value).lower()
        case int():
            return str(value % 10**18)
        case str():
            return '"' + "".join(letter for letter in value if letter.isalnum() and letter.isascii()) + '"'
    return "[" + ", ".join(map(to_text, value)) + "]"


# Written and read again

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
names = st.dictionaries(texts, texts, max_size=3)
conditions = st.builds(Condition, texts, equals=st.tuples(texts), contains=st.just("") | texts, empty=st.none() | st.booleans())
files = st.builds(
    FileRules, format=st.sampled_from(["", "csv"]), sheet=st.just("") | texts, header=st.none() | st.booleans(), skip=st.none() | st.integers(0, 9)
)
plain_rules = st.builds(
    FieldRule,
    column=texts,
    default=st.just("") | texts,
    split=st.just(()) | st.tuples(texts),
    join=st.just("") | texts,
    map=names,
    html=st.booleans(),
    required=st.booleans(),
    empty=st.just(()) | st.tuples(texts, texts),
)
other_rules = (
    st.builds(FieldRule, path=texts) | st.builds(FieldRule, constant=texts) | st.builds(FieldRule, columns=st.tuples(texts, texts), join=texts)
)
free = [
    name
    for name, column in KINDS["recommendation"].fields.items()
    if not column.words and not is_date(column) and name not in ("reference", "statement", "language")
]
profiles = st.builds(
    lambda title, file, source, governments, rows, lookups, joins, fields, when: Profile(
        "test", title, title, file, source, governments, rows, lookups, joins,
        {
            "recommendation": RecordRules("recommendation", ("No",), when, fields={**fields, "statement": FieldRule(column="Text")}),
            "addressee": RecordRules("addressee", fields={"government": FieldRule(column="Country", map={"A": "FR"})}),
        },
    ),
    st.just("") | texts,
    files,
    st.builds(lambda note: Source("DOC", "P", "{row}", {**parse(PLAIN).source.fields, "note": note}), texts),
    st.builds(GovernmentRules, aliases=names),
    st.builds(
        RowRules, skip=st.lists(conditions, max_size=2).map(tuple), only=st.lists(conditions, max_size=1).map(tuple),
        headings=st.lists(st.builds(Heading, st.tuples(conditions), texts, texts), max_size=2).map(tuple),
    ),
    st.dictionaries(texts, names, max_size=2),
    st.lists(st.builds(Join, texts, st.tuples(texts), st.tuples(texts), files), max_size=2).map(tuple),
    st.dictionaries(st.sampled_from(free), plain_rules | other_rules, max_size=4),
    st.lists(conditions, max_size=1).map(tuple),
)  # fmt: skip


@given(profiles)
def test_a_profile_that_is_written_is_read_as_the_same(profile: Profile) -> None:
    written = to_toml(profile)
    tomllib.loads(written)
    try:
        assert parse(written) == profile
    except ProfileError as error:
        # Texts that are too long for their field, or conditions that say nothing, are refused, and rightly; nothing else is.
        assert all("characters; at most" in problem for problem in error.problems), error.problems


@pytest.mark.parametrize("name", sorted(shipped()))
def test_what_is_shipped_is_written_and_read_as_the_same(name: str) -> None:
    profile = parse(shipped()[name])
    assert profile.name == name
    assert profile.title
    assert parse(to_toml(profile)) == profile


def test_a_written_profile_says_what_its_fields_are() -> None:
    written = to_toml(parse(PLAIN))
    assert "# What is recommended.\nstatement = " in written
    assert written.count("\n#") >= 5


def test_every_key_is_documented() -> None:
    documented = {(key.place, key.name) for key in reference()}
    for key in reference():
        assert key.takes in TAKES, key
        assert key.meaning.strip(), f"{key.place}.{key.name} says nothing"
    for kind in KINDS.values():
        assert {(kind.name, field) for field in kind.fields} <= documented
    for place, model in (("file", FileRules), ("a field", FieldRule), ("a condition", Condition), ("heading", Heading), ("join", Join)):
        assert {(place, name) for name in model.__dataclass_fields__} == {each for each in documented if each[0] == place}


@pytest.mark.parametrize("key", [key for key in reference() if key.example and key.place == "a field"], ids=lambda key: key.name)
def test_an_example_of_the_reference_is_right(key: keys.Key) -> None:
    given = "" if key.name in ("column", "columns", "path", "constant") else "column = 'A', "
    field = "effective_on" if key.name in ("formats", "languages", "serial") else "status" if key.name == "map" else "note"
    more = "" if field == "status" else "status = 'S'\n"
    parse(f"{PLAIN}\n[assessment]\n{more}{field} = {{ {given}{key.name} = {key.example} }}\n[lookups.sessions]\na = 'b'")


def test_fields_are_columns_of_the_package() -> None:
    for kind in KINDS.values():
        assert kind.resource is BY_NAME[kind.resource.name]
        assert set(kind.fields) - {"stance", "searched_on"} <= set(kind.resource.by_name)
        assert not set(kind.made_here) & set(kind.fields)
