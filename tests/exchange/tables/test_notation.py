"""JSON with its records under a path, and JSON lines: numbers exact, nested values kept, faults told with their record or line."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.exchange.tables import Options, TableError, guess, limits, open_table

DEEP = "[" * 100 + "]" * 100


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "table.json"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refusal(path, options: Options = Options()) -> str:  # noqa: B008
    with pytest.raises(TableError) as caught:
        list(open_table(path, options))
    assert str(caught.value).startswith(path.name)
    return str(caught.value)


def test_records_stand_under_a_path_that_is_guessed_or_chosen(file):
    path = file('{"meta": {"tags": [{"x": 1}]}, "data": {"items": [{"a": 1}, {"a": 2, "b": null}, {"a": 3}]}, "more": [{"c": 1}, {"c": 2}]}')
    found = guess(path)
    assert found.options.records == "data.items"
    assert found.record_paths == ("data.items", "more", "meta.tags")
    assert "The longest list of records stands under “data.items”." in found.reasons
    assert [(record.number, record.values) for record in open_table(path)] == [
        (1, {"a": 1, "b": None}),
        (2, {"a": 2, "b": None}),
        (3, {"a": 3, "b": None}),
    ]
    assert [record.values for record in open_table(path, Options(records="more"))] == [{"c": 1}, {"c": 2}]
    assert refusal(path, Options(records="data")) == (
        "table.json has no list of records under “data”; there is one under “data.items” and one under “more” and one under “meta.tags”."
    )


def test_a_list_at_the_top_has_no_path_and_lists_inside_records_are_values(file):
    path = file('[{"a": {"deep": [1, {"x": null}]}, "b": [{"c": 1}, {"c": 2}, {"c": 3}]}, null, {"a": []}]')
    assert guess(path).record_paths == ("", "b", "a.deep") and guess(path).options.records == ""
    assert [(record.number, record.values) for record in open_table(path)] == [
        (1, {"a": {"deep": [1, {"x": None}]}, "b": [{"c": 1}, {"c": 2}, {"c": 3}]}),
        (3, {"a": [], "b": None}),
    ]


REVIEWS = """{"session": "48", "reviews": [
    {"state": {"name": "Albania"}, "recommendations": [{"id": "1", "state": "Denmark"}, {"id": "2", "state": "Canada"}]},
    {"state": {"name": "Iceland"}, "recommendations": []}, null, {"state": {"name": "Malta"}},
    {"recommendations": [{"id": "3", "state": "Iran"}, null], "state": {"name": "Sweden"}}]}"""
"""What stands around the records may follow them."""


@pytest.mark.parametrize("records", ["reviews.recommendations", "reviews.*.recommendations"])
def test_a_path_leads_through_lists_and_what_stands_around_a_record_comes_with_it(file, records):
    path = file(REVIEWS)
    found = guess(path)
    assert (found.options.records, found.record_paths) == ("reviews", ("reviews", "reviews.recommendations"))
    assert "Within its records stand others, which may be meant: “reviews.recommendations”." in found.reasons
    table = open_table(path, Options(records=records))
    assert table.columns == ("reviews", "id", "state")
    assert [(record.number, record.values) for record in table] == [
        (1, {"reviews": {"state": {"name": "Albania"}}, "id": "1", "state": "Denmark"}),
        (2, {"reviews": {"state": {"name": "Albania"}}, "id": "2", "state": "Canada"}),
        (3, {"reviews": {"state": {"name": "Sweden"}}, "id": "3", "state": "Iran"}),
    ]
    assert refusal(path, Options(records="reviews.answers")) == (
        "table.json has no list of records under “reviews.answers”; there is one under “reviews” and one under “reviews.recommendations”."
    )


def test_a_path_leads_through_several_lists_and_from_a_list_at_the_top(file):
    text = '[{"state": "A", "rounds": {"all": [{"year": 1, "said": [{"x": 1}, {"x": 2}]}, {"year": 2, "said": [{"x": 3, "*": 4}]}]}}]'
    assert guess(file(text)).record_paths == ("", "rounds.all.said", "rounds.all")
    assert [record.values for record in open_table(file(text), Options(records="rounds.all.said"))] == [
        {"*": {"state": "A", "rounds": {"all": {"year": 1}}}, "x": 1, "* (2)": None},
        {"*": {"state": "A", "rounds": {"all": {"year": 1}}}, "x": 2, "* (2)": None},
        {"*": {"state": "A", "rounds": {"all": {"year": 2}}}, "x": 3, "* (2)": 4},
    ]
    under = file(f'{{"data": {{"of.all": {text}}}}}')
    first = next(iter(open_table(under, Options(records="data.of.all.rounds.all.said")))).values
    assert first == {"data": {"of.all": {"state": "A", "rounds": {"all": {"year": 1}}}}, "x": 1, "*": None}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": [{"b": [[1]]}]}', "has other things than records under “a.b”; each is an object in braces"),
        ('{"a": [{"b": ["x"]}]}', "has other things than records under “a.b”; each is an object in braces"),
        ('{"a": [{"b": [{"x": 1}]}, {"b": [{"x"', "is not JSON near record 2: it ends before its last bracket closes"),
        ('{"a": [{"b": [{"x": 1}]}, {"c": ' + DEEP + "}]}", "row 2: is nested more than 64 levels deep"),
    ],
)
def test_what_is_wrong_within_records_is_told(file, text, words):
    assert words in refusal(file(text), Options(records="a.b"))


def test_what_stands_around_records_is_not_repeated_beyond_what_is_read(file, monkeypatch):
    monkeypatch.setattr(limits, "REPEATED", 2_000_000)
    text = json.dumps({"a": [{"note": "x" * 1000, "b": [{}] * 3000}]})
    assert "has more than 2 MB around its records, counted with each; bring these as a list of their own" in refusal(
        file(text), Options(records="a.b")
    )
    monkeypatch.setattr(limits, "REPEATED", 4_000_000)
    assert sum(1 for _record in open_table(file(text), Options(records="a.b"))) == 3000


def test_lists_under_keys_that_are_data_are_told_apart_up_to_a_number(file):
    text = json.dumps({f"{number:04}" + "k" * 400: {"a": [{"x": 1}], "b": {"c" * 400: {"d" * 400: [{"x": 1}]}}} for number in range(300)})
    found = guess(file(text)).record_paths
    assert len(found) == 200 and all(path.endswith(".a") for path in found)


def test_keys_with_dots_are_parts_of_the_path(file):
    assert [record.values for record in open_table(file('{"a.b": {"c": [{"x": 1}]}}'), Options(records="a.b.c"))] == [{"x": 1}]


def test_records_that_are_lists_of_cells_are_rows(file):
    table = open_table(file('[["Name", "Since"], ["Ruritania", 2020], ["Graustark", 2021, "more"]]'))
    assert table.columns == ("Name", "Since", "3")
    assert [(record.number, record.values) for record in table] == [
        (2, {"Name": "Ruritania", "Since": 2020, "3": None}),
        (3, {"Name": "Graustark", "Since": 2021, "3": "more"}),
    ]


def test_a_key_met_only_later_is_not_lost(file):
    table = open_table(file(json.dumps([{"a": 1}] * 600 + [{"b": 2}])))
    assert table.columns == ("a",)
    assert list(table)[-1].values == {"a": None, "b": 2}
    assert table.wider == {"b": 601}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("1.0", 1),
        ("1e3", 1000),
        ("-0.10", -0.1),
        ("0.1", 0.1),
        ("12345678901234567890123", 12345678901234567890123),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("1e999", "1E+999"),
        ("true", True),
        ("null", None),
        ('""', ""),
        ('"=1+1"', "=1+1"),
        ('"\\u0627\\ud83d\\ude00"', "ا😀"),
    ],
)
@pytest.mark.parametrize("name", ["table.json", "table.jsonl"])
def test_no_digit_of_a_number_is_lost(file, name, written, value):
    records = [f'{{"a": {written}, "b": 1}}', '{"b": 2}']
    path = file("[" + ",".join(records) + "]" if name == "table.json" else "\n".join(records), name)
    read = next(iter(open_table(path))).values["a"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1}, {"a": 2}, {"a": ', "is not JSON near record 3: it ends before its last bracket closes"),
        ('[{"a": 1}] [{"a": 2}]', "something follows its end; if each line is a record by itself, read it as JSON lines"),
        ('[{"a": 1}, {"a": NaN}]', "is not JSON near record 2"),
        ('[{"a": 1}, 5]', "row 2: there is a single value where a record should be"),
        ('[{"a": 1}, {"a": 1, "a": 2}]', "row 2: the key “a” stands twice in one object"),
        ('[{"a": 1}, {"a": "x\\u0000"}]', "row 2: holds a NUL character"),
        (f'[{{"a": 1}}, {{"a": {DEEP}}}]', "levels deep"),
        (DEEP, "levels deep"),
        (f'[{{"a": 1}}, {{"a": {"9" * 5000}}}]', "holds a number with more digits than can be read"),
        ('[{"a": 1e99999999999999999999}]', "holds a number with more digits than can be read"),
        ('{"a": 1, "b": {"c": "x"}}', "holds no list of records"),
        ("[1, 2, 3]", "holds no list of records"),
        ("[]", "holds no list of records"),
        ('{"data": []}', "holds no list of records"),
    ],
)
def test_what_is_no_list_of_records_is_told(file, text, words):
    assert words in refusal(file(text))


def test_a_byte_that_is_not_of_the_encoding_is_told_with_its_record(file):
    raw = b'[{"a": "\xc3\xa9\xc3\xa9\xc3\xa9"}, {"a": "\xff"}]'
    assert f"row 2: byte {raw.index(0xFF) + 1} of the file (0xFF) is not UTF-8" in refusal(file(raw))


def test_json_lines_are_numbered_by_their_lines_and_empty_ones_left_out(file):
    path = file('{"a": 1}\r\n\r\n{"a": [1, {"b": null}], "c": "x\u2028y"}\r{"c": 2}\n', "table.jsonl")
    assert guess(path).line_ends == "mixed"
    assert [(record.number, record.values) for record in open_table(path)] == [
        (1, {"a": 1, "c": None}),
        (3, {"a": [1, {"b": None}], "c": "x\u2028y"}),
        (4, {"a": None, "c": 2}),
    ]


@pytest.mark.parametrize("name", ["table.txt", "table.json", "table.ndjson"])
def test_json_lines_are_known_by_their_contents_too(file, name):
    path = file('{"a": 1}\n{"a": 2}\n', name)
    assert guess(path).options.format == "jsonl"
    assert len(list(open_table(path))) == 2


def test_json_over_several_lines_is_not_json_lines(file):
    assert guess(file('[\n  {"a": 1},\n  {"a": 2}\n]')).options.format == "json"
    assert guess(file('[{"a": 1},\n{"a": 2}]')).options.format == "json"
    assert guess(file('{"a": [\n{"a": 2}]}', "x.json")).options.format == "json"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"a": }', "row 3: the line is no JSON record by itself, at its character 7"),
        ('{"a": 1', "row 3: the line is no JSON record by itself"),
        ('{"a": NaN}', "row 3: “NaN” is no number in JSON"),
        ('{"a": 1, "a": 2}', "row 3: the key “a” stands twice"),
        ('{"a": "\\ud800"}', "row 3: holds half of a character"),
        ('{"a": "\\u0000"}', "row 3: holds a NUL character"),
        (f'{{"a": {DEEP}}}', "row 3: is nested more than 64 levels deep"),
        (f'{{"a": {"[" * 5000}', "row 3: "),
        (f'{{"a": {"9" * 5000}}}', "row 3: holds a number with more digits"),
        ('"text"', "row 3: there is a single value"),
    ],
)
def test_a_bad_line_is_told_with_its_number(file, line, words):
    path = file('{"a": 1}\n{"a": 2}\n' + line + '\n{"a": 4}\n', "table.jsonl")
    assert words in refusal(path)


def test_json_in_utf16_and_with_a_mark_reads_the_same(file):
    text = '[{"a": "é"}, {"a": "ż"}]'
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be"):
        assert [record.values["a"] for record in open_table(file(text.encode(encoding)))] == ["é", "ż"]


def test_a_table_that_begins_with_a_bracket_is_no_json(file):
    assert guess(file("[draft] Name,Status\nRuritania,open\n", "table.csv")).options.format == "csv"
    assert guess(file("{draft} Name,Status\nRuritania,open\n", "table.csv")).options.format == "csv"


def test_progress(file):
    for name in ("table.json", "table.jsonl"):
        lines = [json.dumps({"a": "x" * 1000}) for _ in range(2_000)]
        path = file("[" + ",".join(lines) + "]" if name == "table.json" else "\n".join(lines), name)
        table = open_table(path)
        assert table.done == 0
        assert len([record for record, _ in zip(table, range(1_000), strict=False)]) == 1_000
        assert 0.3 < table.done < 0.7
        assert len(list(table)) == 2_000
        assert table.done == 1


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=10)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), min_size=2, max_size=5),
    kind=st.sampled_from(["json", "nested", "jsonl"]),
    ascii_only=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_the_json_module_writes_is_read_back(tmp_path, records, kind, ascii_only, encoding):
    path = tmp_path / f"table.{'jsonl' if kind == 'jsonl' else 'json'}"
    whole = records if kind == "json" else {"meta": {"n": 1}, "data": {"items": records}}
    text = (
        "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records)
        if kind == "jsonl"
        else json.dumps(whole, ensure_ascii=ascii_only, indent=1)
    )
    path.write_bytes(text.encode(encoding))
    options = Options(
        format="jsonl" if kind == "jsonl" else "json", records="data.items" if kind == "nested" else "", encoding=encoding.replace("-sig", "")
    )
    table = open_table(path, options)
    keys = dict.fromkeys(key for record in records for key in record)
    assert set(table.columns) == set(keys)
    read = [record.values for record in table]
    assert read == [{**dict.fromkeys(keys), **record} for record in records]
    assert not any(isinstance(value, float) and math.isnan(value) for record in read for value in record.values())
