"""How a file is read: what was guessed and why, its first rows as they come out, and everything that may be chosen instead."""

from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tracker.admin.importing import frame, reading
from tracker.exchange.tables import DELIMITERS, FORMATS, Guess, Options, TableError
from tracker.models import Import
from tracker.signin.keeping import outlives_session, sent

SHOWN_ROWS, SHOWN_COLUMNS = 8, 30
TELLING = 6
"""Cells with letters beyond the English ones that are shown, so that a wrong encoding is seen."""


@dataclass(frozen=True)
class Line:
    """A row as it was read."""

    number: int
    cells: list[str]


class FormatForm(forms.Form):
    """Everything that may be chosen; what is left open is guessed."""

    format = forms.ChoiceField(label=gettext_lazy("Kind of file"), required=False)
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"), required=False,
        help_text=gettext_lazy("Wrong where accents and other letters come out as signs that nobody wrote."),
    )  # fmt: skip
    delimiter = forms.ChoiceField(label=gettext_lazy("Between the cells"), required=False)
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    records = forms.ChoiceField(label=gettext_lazy("List of records"), required=False)
    path = forms.CharField(
        label=gettext_lazy("or another path"), required=False, max_length=200,
        help_text=gettext_lazy("Names with dots between them, as data.items; through lists as well, as reviews.recommendations."),
    )  # fmt: skip
    header = forms.ChoiceField(label=gettext_lazy("A row names the columns"), required=False)
    skip = forms.IntegerField(label=gettext_lazy("Rows above it to leave out"), required=False, min_value=0, max_value=1000)

    def __init__(self, data: Any, guess: Guess | None, chosen: Options) -> None:
        found = guess.options if guess else chosen
        initial = {
            "format": chosen.format, "encoding": chosen.encoding, "delimiter": chosen.delimiter, "sheet": chosen.sheet, "records": chosen.records,
            "header": "" if chosen.header is None else "yes" if chosen.header else "no", "skip": chosen.skip,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        self.chosen = chosen
        self.is_text = found.format in ("", "csv")
        encodings = [*(guess.encodings if guess else ()), chosen.encoding]
        sheets = [*(guess.sheets if guess else ()), chosen.sheet]
        records = [*(guess.record_paths if guess else ()), chosen.records]
        hidden = guess.hidden_sheets if guess else ()
        self._choose("format", [(name, str(words)) for name, words in FORMATS.items()], found.format)
        self._choose("encoding", [(name, name) for name in encodings], found.encoding)
        self._choose("delimiter", [(sign, _(words)) for sign, words in DELIMITERS.items()], found.delimiter)
        self._choose("sheet", [(name, _("%(sheet)s (hidden)") % {"sheet": name} if name in hidden else name) for name in sheets], found.sheet)
        self._choose("records", [(path, path or _("the file itself is the list")) for path in records], found.records)
        yes_no = [("yes", pgettext("a row names the columns", "yes")), ("no", pgettext("a row names the columns", "no"))]
        self._choose("header", yes_no, "" if found.header is None else "yes" if found.header else "no")
        kinds = {"csv": ("encoding", "delimiter"), "xlsx": ("sheet",), "json": ("encoding", "records", "path"), "jsonl": ("encoding",)}
        is_unknown = guess is None and not chosen.format  # nothing but another kind of file can make it one that is read
        shown = {"format", *(() if is_unknown else kinds.get(found.format, ("encoding", "delimiter")))}
        if found.format not in ("json", "jsonl") and not is_unknown:
            shown |= {"header", "skip"}
        for name in [name for name in self.fields if name not in shown]:
            del self.fields[name]
        if found.skip is not None and "skip" in self.fields:
            self.fields["skip"].widget.attrs["placeholder"] = str(found.skip)

    def _choose(self, name: str, choices: list[tuple[str, str]], found: str) -> None:
        words = dict(choices)
        guessed = _("guessed: %(what)s") % {"what": words.get(found, found)} if found else _("guess it")
        self.fields[name].choices = [("", guessed), *dict.fromkeys((value, text) for value, text in choices if value)]  # type: ignore[attr-defined]

    def options(self) -> Options:
        """As chosen; what was left open is open, and what the kind of file does not have is as it was: the profile may read files of others too."""
        data = self.cleaned_data
        said = Options(
            format=data.get("format", ""), encoding=data.get("encoding", ""), delimiter=data.get("delimiter", ""), sheet=data.get("sheet", ""),
            records=data.get("path") or data.get("records", ""), header={"yes": True, "no": False}.get(data.get("header", "")),
            skip=data.get("skip"),
        )  # fmt: skip
        return replace(said, **{name: value for name, value in asdict(self.chosen).items() if name not in self.fields})

    def clean_path(self) -> str:
        """Without what stands around it."""
        return self.cleaned_data["path"].strip()


@outlives_session
def view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The step. "Look again" and "Go on" both keep what is chosen."""
    batch = frame.to_work_on(request, pk)
    if back := frame.refused_for_now(request, batch):
        return back
    chosen = reading.options_of(batch)
    guess, rows, errors = _looked_at(batch, chosen)
    form = FormatForm(request.POST if request.method == "POST" else None, guess, chosen)
    if sent(request) and form.is_valid():
        reading.keep_options(batch, form.options(), by=request.user)
        return HttpResponseRedirect(frame.url(batch, "columns" if "_on" in request.POST else "format"))
    columns = guess.columns if guess else ()
    return frame.page(
        admin, request, batch, "format", "format",
        title=_("How “%(file)s” is read") % {"file": batch.file_name}, step_title=frame.words_of("format"),
        form=form, guess=guess, rows=rows, errors=errors, columns=columns[:SHOWN_COLUMNS], more_columns=max(len(columns) - SHOWN_COLUMNS, 0),
        telling=_telling(batch, chosen) if guess and form.fields.get("encoding") else [],
    )  # fmt: skip


def _looked_at(batch: Import, chosen: Options) -> tuple[Guess | None, list[Line], list[str]]:
    """How it would be read, its first rows, and why it cannot be."""
    try:
        table = reading.table_of(batch, chosen)
        shown = table.columns[:SHOWN_COLUMNS]
        rows = [Line(record.number, [reading.as_text(record.values.get(column)) for column in shown]) for record in islice(iter(table), SHOWN_ROWS)]
    except TableError as error:
        try:
            return reading.guess_of(batch, Options()), [], [str(error)]
        except TableError:
            return None, [], [str(error)]
    return table.guess, rows, [] if rows else [reading.why_unread(batch, chosen)]


def _telling(batch: Import, chosen: Options) -> list[str]:
    """The first different cells with other letters than the English ones."""
    found: dict[str, None] = {}
    try:
        for record in islice(iter(reading.table_of(batch, chosen)), reading.LOOKED_AT):
            for value in record.values.values():
                if isinstance(value, str) and not value.isascii():
                    found[reading.cut(value, 80)] = None
            if len(found) >= TELLING:
                break
    except TableError:
        pass
    return list(found)[:TELLING]
