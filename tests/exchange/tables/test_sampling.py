"""What an admin sees of each column before mapping it."""

import datetime as dt
import json

import openpyxl
import pytest

from tracker.exchange.tables import Options, open_table, samples


@pytest.fixture
def column(tmp_path):
    """The sample of a column of texts."""

    def sampled(*cells):
        path = tmp_path / "table.jsonl"
        path.write_text("".join(json.dumps({"Column": cell, "other": 1}) + "\n" for cell in cells))
        return samples(open_table(path))[0]

    return sampled


def test_first_different_values_share_of_empty_ones_and_the_longest(column):
    found = column("open", "done", "open", "", None, "x" * 500, *[f"value {n}" for n in range(14)])
    assert found.name == "Column"
    assert found.values[:3] == ("open", "done", "x" * 119 + "…")
    assert len(found.values) == 8
    assert found.different == 17
    assert found.empty == pytest.approx(2 / 20)
    assert found.longest == 500


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2024-01-31", "2023-12-01"], "date"),
        (["31/01/2024", "01/02/2024"], "date"),
        (["01/02/2024", "03/04/2024"], "date"),
        (["01/31/2024", "03/04/2024"], "date"),
        (["1.2.2024", "3.4.24"], "text"),
        (["3 January 2024", "14 March 2023"], "date"),
        (["2024-01-31T10:00:00Z"], "date"),
        (["2024", "2023"], "number"),
        (["12", "1,200.50", "-3", "45 %"], "number"),
        ([1, 2.5], "number"),
        ([True, False], "true or false"),
        (["yes", "No", "yes"], "true or false"),
        (["Ruritania", "2024-01-31"], "text"),
        ([{"a": 1}, "x"], "nested"),
        ([[1]], "nested"),
        (["", None], "empty"),
    ],
)
def test_the_kind_of_a_column(column, cells, kind):
    assert column(*cells).kind == kind


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["Ruritania; Graustark", "Graustark", "Grand Fenwick ; Ruritania"], ";"),
        (["Ruritania | Graustark", "Graustark"], "|"),
        (["Ruritania, Graustark", "Graustark", "Ruritania"], ","),
        (["Adopt the law, then report.", "Report yearly, and publish."], ""),
        (["Ruritania\nGraustark", "Graustark"], "\n"),
        (["- Ruritania\n- Graustark", "- Graustark"], "- "),
        (["• one\r\n• two", "x"], "- "),
        (["one", "two"], ""),
        (["The government should act; it has not done so although a long time has passed since the first of the recommendations was made." * 3], ""),
    ],
)
def test_what_separates_lists_in_cells(column, cells, separator):
    found = column(*cells)
    assert (found.separator, found.kind) == (separator, "list" if separator else "text")


def test_dates_and_formulas_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["When", "Text"], [dt.date(2024, 1, 31), "=A2"], [dt.date(2024, 2, 1), "x"]):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    when, text = samples(open_table(tmp_path / "table.xlsx"))
    assert (when.kind, when.values) == ("date", ("2024-01-31", "2024-02-01"))
    assert text.formulas == 1


def test_cells_come_along_as_often_as_they_stand_there(column):
    assert column("a", "b", "", "a").cells == ("a", "b", "a")
    assert column({"a": 1}, ["x", 2], "z" * 500, [{"b": 1}]).cells == ("x; 2", "z" * 400)


def test_only_so_many_rows_are_looked_at_and_the_table_can_still_be_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("Name,N\n" + "".join(f"name {n},{n}\n" for n in range(1_000)))
    table = open_table(path, Options(header=True))
    assert samples(table, rows=10)[0].different == 10
    assert len(list(table)) == 1_000


def test_columns_met_beyond_the_header_are_shown(tmp_path):
    path = tmp_path / "table.jsonl"
    path.write_text('{"a": 1}\n' * 510 + '{"late": 2}\n')
    assert [sample.name for sample in samples(open_table(path), rows=600)] == ["a", "late"]
