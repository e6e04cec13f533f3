"""What holds for the file as a whole: the document that it is, its one government, which rows count, and the second file."""

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from tracker.admin.importing import conditions, frame, reading
from tracker.admin.importing.draft import Slot, addressed, column_of, field_words, record_words, rule_of
from tracker.admin.importing.lacking import OF_THE_SOURCE, ONE_GOVERNMENT
from tracker.admin.importing.vocabulary import code_or_typed, words_of
from tracker.exchange.profiles import Governments, Mistake, Profile
from tracker.exchange.profiles.governments import LEFT_OUT
from tracker.exchange.profiles.kinds import SERVED
from tracker.exchange.profiles.model import Condition, FieldRule, FileRules, GovernmentRules, Heading, Join, RowRules, Source
from tracker.exchange.schema import BY_NAME
from tracker.exchange.tables import DELIMITERS, TableError
from tracker.models import Document, Government
from tracker.signin.keeping import outlives_session, sent

FIRST = ("title", "publisher", "author", "kind", "interest", "published_on", "language", "url")
"""What is asked of a document at once; the rest stands in a part that opens."""
JOIN_KEYS = 3


@outlives_session
def view(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The step."""
    batch = frame.to_work_on(request, pk)
    if back := frame.refused_for_now(request, batch):
        return back
    profile, mistakes = reading.profile_of(batch)
    errors: list[str] = []
    if request.method == "POST":
        profile = _sent(request.POST, profile, batch)
        if sent(request):
            reading.keep_profile(batch, profile, by=request.user)
            return HttpResponseRedirect(frame.url(batch, "change" if "_on" in request.POST else "whole"))
    try:
        columns = reading.columns_of(batch, profile)
        joins = _joins(batch, profile)
    except TableError as error:
        columns, joins, errors = [], [], [str(error)]
    return frame.page(
        admin, request, batch, "whole", "whole", reading.still(batch),
        title=_("“%(file)s” as a whole") % {"file": batch.file_name}, step_title=frame.words_of("whole"), errors=errors, profile=profile,
        columns=columns, tests=conditions.TESTS, source_fields=_source_fields(profile), source_labels=OF_THE_SOURCE,
        statement_form=_statement_form(profile), more_open=_more_open(mistakes), one_government=ONE_GOVERNMENT,
        standing=Document.objects.order_by("-pk")[:200],
        governments=Government.objects.order_by("name").values_list("code", "name"),
        aliases="\n".join(f"{name} = {code}" for name, code in profile.governments.aliases.items()),
        skip=conditions.lines(profile.rows.skip), only=conditions.lines(profile.rows.only), headings=_headings(profile),
        unite=_unite(profile), joins=joins, records=_records(profile),
    )  # fmt: skip


def _source_fields(profile: Profile) -> list[dict[str, Any]]:
    found = []
    for column in BY_NAME["documents"].columns:
        if column.name == "key":
            continue
        help_text = _("By its name or its tag, as French or fr.") if column.name == "language" else column.own.help_text
        found.append({
            "name": column.name, "words": words_of(column), "label": field_words(column), "value": profile.source.fields.get(column.name, ""),
            "help": help_text, "first": column.name in FIRST, "required": column.name in ("title", "kind", "interest", "language"),
        })  # fmt: skip
    order = {name: place for place, name in enumerate(FIRST)}
    return sorted(found, key=lambda one: order.get(one["name"], len(order)))


STATEMENT_FORM = Slot("recommendation", "statement_form")


def _statement_form(profile: Profile) -> dict[str, Any] | None:
    """Whether what it recommends is in its own words, as it is asked: None where it recommends nothing, or where a column says it of each row."""
    column = column_of(profile, STATEMENT_FORM)
    rule = rule_of(profile, STATEMENT_FORM)
    if column is None or rule_of(profile, Slot("recommendation", "statement")) is None or (rule is not None and not rule.constant):
        return None
    return {"value": rule.constant if rule else "", "words": words_of(column)}


def _with_statement_form(profile: Profile, form: str | None) -> Profile:
    """The same profile, with what was answered; as it was where nothing was asked."""
    if form is None or _statement_form(profile) is None:
        return profile
    record = profile.records["recommendation"]
    fields = {name: rule for name, rule in record.fields.items() if name != STATEMENT_FORM.field}
    if form:
        fields[STATEMENT_FORM.field] = FieldRule(constant=form)
    return dataclasses.replace(profile, records={**profile.records, "recommendation": dataclasses.replace(record, fields=fields)})


def _more_open(mistakes: Iterable[Mistake]) -> bool:
    """Whether something is wrong with what is folded away about the source."""
    at_fault = {name for table, _dot, name in (mistake.key.partition(".") for mistake in mistakes) if table == "source"}
    return bool(at_fault - {"key", *FIRST})


def _headings(profile: Profile) -> list[dict[str, Any]]:
    empty = Heading((), "", "")
    return [
        {"index": index, "key": str(index), "heading": heading, "lines": conditions.lines(heading.when, spare=1)}
        for index, heading in enumerate([*profile.rows.headings, empty])
    ]


def _unite(profile: Profile) -> list[tuple[str, str, bool]]:
    record = profile.records.get("recommendation")
    found = []
    for field in record.fields if record else ():
        if column := column_of(profile, Slot("recommendation", field)):
            place = f"recommendation.{field}"
            found.append((place, field_words(column), place in profile.rows.unite))
    return found


def _records(profile: Profile) -> list[dict[str, Any]]:
    """Each record with the conditions under which a row yields one; a citation with what it serves."""
    return [
        {
            "name": name, "words": record_words(profile, name), "lines": conditions.lines(rules.when), "any": bool(rules.when or rules.serves),
            "serves": [(served, record_words(profile, served), served in rules.serves) for served in SERVED if served in profile.records]
            if rules.kind == "citation" else [],
        }
        for name, rules in profile.records.items()
    ]  # fmt: skip


def _joins(batch: Any, profile: Profile) -> list[dict[str, Any]]:
    """The files that came along, each with how its rows are found."""
    found = []
    own = list(reading.table_of(batch).columns)
    for name, file in batch.joined.items():
        join = next((join for join in profile.joins if join.name == name), Join(name, (), ()))
        pairs = [*zip(join.key, join.other_key, strict=False), *[("", "")] * JOIN_KEYS][: max(JOIN_KEYS, len(join.key))]
        try:
            table = reading.joined_table(batch, join)
            columns, error = list(table.columns) if table else [], ""
            guess = table.guess if table else None
        except TableError as refused:
            columns, error, guess = [], str(refused), None
        found.append({
            "name": name, "file_name": file.get("file_name", name), "own": own, "columns": columns, "pairs": pairs, "error": error, "file": join.file,
            "delimiters": [(sign, _(words)) for sign, words in DELIMITERS.items()], "encodings": guess.encodings if guess else (),
            "sheets": guess.sheets if guess else (), "header": "" if join.file.header is None else "yes" if join.file.header else "no",
        })  # fmt: skip
    return found


# What was sent


def _sent(post: QueryDict, profile: Profile, batch: Any) -> Profile:
    fields = {}
    governments = Governments.of_the_desk()
    for column in BY_NAME["documents"].columns:
        if column.name != "key" and (value := post.get(f"source-{column.name}", "").strip()):
            fields[column.name] = code_or_typed(column, value, governments)
    if "source-known" in post:
        fields = {}
    rows = RowRules(
        skip=conditions.conditions(conditions.sent_lines(post, "skip"), together=False),
        only=conditions.conditions(conditions.sent_lines(post, "only"), together=True),
        headings=_sent_headings(post),
        unite=tuple(post.getlist("unite")),
    )
    records = {}
    for name, rules in profile.records.items():
        when = conditions.conditions(conditions.sent_lines(post, f"when-{name}"), together=True)
        serves = tuple(post.getlist(f"serves-{name}")) if rules.kind == "citation" else rules.serves
        records[name] = dataclasses.replace(rules, when=when, serves=serves)
    made = dataclasses.replace(
        profile,
        source=Source(
            key=post.get("source-key", "").strip(), prefix="" if "source-bare" in post else post.get("source-prefix", "").strip() or None,
            locator=post.get("source-locator", "").strip(), fields=fields,
        ),
        governments=GovernmentRules(all=post.get("all", ""), aliases=_aliases(post.get("aliases", ""), governments)),
        rows=rows, joins=_sent_joins(post, profile, batch), records=records,
    )  # fmt: skip
    return addressed(_with_statement_form(made, post.get("statement-form")))


def _aliases(text: str, governments: Governments) -> dict[str, str]:
    """Lines as ``name = code``; a government that the desk knows by its name is taken for its code."""
    found = {}
    for line in text.splitlines():
        name, sign, code = line.rpartition("=")
        if sign and name.strip() and code.strip():
            found[name.strip()] = code.strip() if code.strip() == LEFT_OUT else governments.resolve(code.strip()) or code.strip()
    return found


def _sent_headings(post: QueryDict) -> tuple[Heading, ...]:
    found = []
    for index in (int(number) for number in post.getlist("heading") if re.fullmatch(r"\d{1,3}", number)):
        when: tuple[Condition, ...] = conditions.conditions(conditions.sent_lines(post, f"heading-{index}"), together=True)
        column, name = post.get(f"heading-{index}-text", ""), post.get(f"heading-{index}-name", "").strip()
        if when and column and name:
            found.append(Heading(when, column, name))
    return tuple(found)


def _sent_joins(post: QueryDict, profile: Profile, batch: Any) -> tuple[Join, ...]:
    found = []
    for name in batch.joined:
        old = next((join for join in profile.joins if join.name == name), Join(name, (), ()))
        pairs = [pair for pair in zip(post.getlist(f"join-{name}-own"), post.getlist(f"join-{name}-other"), strict=False) if all(pair)]
        if not pairs:
            continue
        header = {"yes": True, "no": False}.get(post.get(f"join-{name}-header", ""))
        file: FileRules = dataclasses.replace(
            old.file, encoding=post.get(f"join-{name}-encoding", ""), delimiter=post.get(f"join-{name}-delimiter", ""),
            sheet=post.get(f"join-{name}-sheet", ""), header=header,
        )  # fmt: skip
        found.append(Join(name, tuple(own for own, _other in pairs), tuple(other for _own, other in pairs), file))
    kept = [join for join in profile.joins if join.name not in batch.joined]
    return (*found, *kept)
