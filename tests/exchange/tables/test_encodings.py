"""Which encoding a text is in: guessed after rules, shown, and overridden."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.exchange.tables import Options, TableError, guess, open_table
from tracker.exchange.tables.encodings import ENCODINGS

SENTENCES = {
    "French": [
        "L’administration a répondu à côté de la question posée.",
        "Un décret paraîtra avant la fin de l'année.",
        "Les élus réclament un calendrier précis",
        "Réforme achevée, contrôle prévu à l’été",
        "Où les données manquent, rien n’a été évalué.",
        "Le comité a reçu la réponse du préfet",
    ],
    "German": [
        "Die Behörde hat die Prüfung für nötig erklärt.",
        "Bürger müssen früher gehört werden",
        "Das Gesetz wurde geändert; Gebühren fließen zurück.",
        "Vollständig umgesetzt, läuft über das nächste Jahr",
    ],
    "Spanish": [
        "La inspección señaló más carencias en la región.",
        "El año próximo se revisará el artículo único.",
        "Según el régimen jurídico, la petición caducó",
        "¿Quién pagará la reparación?",
    ],
    "Polish": [
        "Urząd ogłosił przetarg, lecz później go unieważnił.",
        "Zalecenie zostało wdrożone w całości",
        "Obywatele złożyli skargę na bezczynność wójta.",
        "Następny przegląd odbędzie się jesienią",
        "Właściwy minister nie zajął stanowiska; dalsze kroki są możliwe",
    ],
    "Czech": [
        "Úřad zveřejnil výsledky šetření až po lhůtě.",
        "Doporučení bylo splněno částečně",
        "Nejvyšší kontrolní úřad žádá nápravu ještě letos.",
        "Ředitel navrhl změnu předpisů, věc trvá",
    ],
    "Hungarian": [
        "A hatóság később közölte a döntését.",
        "Az ajánlást részben teljesítették, a költségvetés nőtt",
        "Felelős: a külügyért felelős miniszter",
        "Új szabályok születtek az önkormányzatok működéséről.",
        "A jelentés szerint két ügy függőben maradt, határidő jövő tél",
    ],
}
WRITTEN_IN = {
    "French": ["windows-1252", "mac-roman", "utf-8"],
    "German": ["windows-1252", "windows-1250", "mac-roman", "utf-8"],
    "Spanish": ["windows-1252", "mac-roman", "utf-8"],
    "Polish": ["windows-1250", "utf-8"],
    "Czech": ["windows-1250", "utf-8"],
    "Hungarian": ["windows-1250", "utf-8"],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("encodings") / "table.csv"


@settings(max_examples=300, deadline=None)
@given(data=st.data(), language=st.sampled_from(sorted(SENTENCES)), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_two_or_more_ordinary_sentences_are_read_as_written(path, data, language, end):
    encoding = data.draw(st.sampled_from(WRITTEN_IN[language]))
    sentences = data.draw(st.lists(st.sampled_from(SENTENCES[language]), min_size=2, unique=True))
    text = end.join(["Number|Text", *(f"{number}|{sentence}" for number, sentence in enumerate(sentences, start=1)), ""])
    path.write_bytes(text.encode(encoding))
    table = open_table(path)
    assert [record.values["Text"] for record in table] == sentences


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_a_guess_is_shown_with_its_reason_and_what_else_could_be_chosen(path, language):
    encoding = WRITTEN_IN[language][0]
    path.write_bytes(("Text;x\n" + "\n".join(f"{line};y" for line in SENTENCES[language])).encode(encoding))
    found = guess(path)
    assert found.options.encoding == encoding
    assert found.encodings[0] == encoding
    assert set(found.encodings) == set(ENCODINGS)
    assert f"spelt right in {ENCODINGS[encoding]} (“" in found.reasons[0]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b""])
def test_utf8_with_a_mark_or_without(path, mark):
    path.write_bytes(mark + "Názov,x\nŽilina,1\n".encode())
    table = open_table(path)
    assert (table.options.encoding, table.columns) == ("utf-8", ("Názov", "x"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("text", ["Name,Où\nRuritanie,été\n", "اسم,شرح\nایران,گزارش شورا\nعراق,پاسخ داده نشد\n"])
def test_utf16_with_a_mark_and_without(path, encoding, marked, text):
    path.write_bytes(("\ufeff" if marked else "").encode(encoding) + text.encode(encoding))
    table = open_table(path)
    assert table.options.encoding == encoding
    assert [list(table.columns), *(list(record.values.values()) for record in table)] == [line.split(",") for line in text.splitlines()]


def test_plain_ascii_is_utf8(path):
    path.write_bytes(b"a,b\n1,2\n")
    assert "plain ASCII" in guess(path).reasons[0]


def test_a_letter_far_down_tells(path):
    path.write_bytes(b"Name,Note\n" + b"plain,row\n" * 150_000 + "dernière,évaluation\n".encode("windows-1252"))
    table = open_table(path)
    assert table.options.encoding == "windows-1252"
    assert list(table)[-1].values == {"Name": "dernière", "Note": "évaluation"}


def test_letters_cut_by_the_end_of_a_block_are_whole(path):
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        text = "a,b\n" + "x" * 65_529 + "水水水\n" + "é" * 70_001 + ",水\n"
        path.write_bytes(text.encode(encoding))
        read = [list(record.values.values()) for record in open_table(path, Options(encoding=encoding, delimiter=",", header=True, skip=0))]
        assert read == [["x" * 65_529 + "水水水", None], ["é" * 70_001, "水"]]


@pytest.mark.parametrize("encoding", [*ENCODINGS, "UTF-16", "cp1252", "MacRoman", "UTF_8"])
def test_every_encoding_that_can_be_chosen_reads(path, encoding):
    path.write_bytes("Name,Note\nRuritania,ok\n".encode(encoding))
    assert [record.values for record in open_table(path, Options(encoding=encoding))] == [{"Name": "Ruritania", "Note": "ok"}]


def test_the_guess_can_be_overridden(path):
    raw = "Name,x\nПетров,1\n".encode("windows-1251")
    path.write_bytes(raw)
    assert next(iter(open_table(path, Options(encoding="windows-1251")))).values["Name"] == "Петров"
    with pytest.raises(TableError, match=r"row 2: byte 8 of the file \(0xCF\) is not UTF-8; choose another encoding"):
        list(open_table(path, Options(encoding="utf-8")))


def test_a_byte_that_windows_1252_does_not_have_is_told(path):
    path.write_bytes(b"Name,x\nA,1\nB\x81,2\n")
    with pytest.raises(TableError, match=r"row 3: byte 13 of the file \(0x81\) is not Windows-1252"):
        list(open_table(path, Options(encoding="windows-1252")))


def test_utf32_is_refused_with_a_sentence(path):
    path.write_bytes("a,b\n1,2\n".encode("utf-32"))
    with pytest.raises(TableError, match="UTF-32"):
        open_table(path)
