"""Comments on a field at the desk: written beside the field on a version's page, shown on the record's form, settled on a page of their own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.admin.comparing import place_in_words, title_of_part
from tracker.admin.content import OF_KIND, OF_PART, words_of
from tracker.admin.forms import EitherWay
from tracker.editorial.comments import comment, may_settle, open_comments, settle, takes_part
from tracker.editorial.freeze import KINDS, Body
from tracker.editorial.paths import NOWHERE, same_place, value_at
from tracker.editorial.verbs import Refused
from tracker.models import Comment, State, Submission, Version
from tracker.signin.keeping import outlives_session, sent

TEXT = "text:"
"""What the name of a text field of the form begins with; the path of the field commented on follows."""

FORM_FIELD = {"measure_name": "measure", "recommendation": "addressee", "government": "addressee"}
"""Entries of a body that the form asks for under another name."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as pages show it. ``then`` and ``now``: what the field said when it was made, and says in the version that is read."""

    comment: Comment
    place: str
    settle_url: str
    then: str = ""
    now: str = ""
    gone: bool = False


class SettleForm(EitherWay, forms.Form):
    """How a comment was dealt with."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"), required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("What was done about it, or why nothing was. It stands beside the comment."),
    )  # fmt: skip


def remark_on(found: Comment, body: Body, *, settles: bool) -> Remark:
    """A comment with its place in words."""
    url = reverse("admin:tracker_version_settle", args=[found.version_id, found.pk]) if settles and not found.settled_at else ""
    return Remark(found, place_in_words(body, found.field, found.version.kind), url)


def mended(found: Comment, body: Body, *, settles: bool) -> Remark:
    """A comment on an older version, with what its field said then and says in this body."""
    old, kind = found.version.body, found.version.kind
    there = same_place(old, found.field, body)
    now = NOWHERE if there is None else value_at(body, there)
    name = found.field.rpartition(".")[2]
    plain = remark_on(found, old, settles=settles)
    if not found.field:
        return plain
    models_of = _models_at(found.field, kind)
    then = _in_words(value_at(old, found.field), name, models_of, found.field)
    return Remark(plain.comment, plain.place, plain.settle_url, then, _in_words(now, name, models_of, found.field), now is NOWHERE)


def _models_at(field: str, kind: str) -> tuple[type, ...]:
    part = next((step for step in reversed(field.split(".")[:-1]) if step in OF_PART), None)
    return OF_PART[part] if part else OF_KIND[kind]


def _in_words(value: Any, name: str, models_of: tuple[type, ...], field: str) -> str:
    if value is NOWHERE:
        return ""
    if isinstance(value, Mapping):
        return title_of_part(next(step for step in reversed(field.split(".")) if step in OF_PART), dict(value))
    if isinstance(value, list):
        return "; ".join(title_of_part(name, item) for item in value)
    return words_of(name, value, models_of)


def with_open(submissions: models.QuerySet[Submission]) -> models.QuerySet[Submission]:
    """Submissions with how many comments on them nobody settled."""
    waiting = Comment.objects.filter(version__submission=models.OuterRef("pk"), settled_at=None).order_by().values("version__submission")
    return submissions.annotate(_open_comments=models.Subquery(waiting.annotate(n=models.Count("pk")).values("n")))


def count_in_words(number: int) -> str:
    """How many are open; empty for none."""
    return ngettext("%(number)s open comment", "%(number)s open comments", number) % {"number": number} if number else ""


# On the record's form


def onto_form(request: HttpRequest, context: dict[str, Any], record: Any) -> None:
    """Put the open comments on a record at the top of its form, and each beside the field that it concerns."""
    found = list(open_comments([(KINDS[type(record)], record.public_key)]))
    if not found:
        return
    user: Any = request.user
    remarks = [remark_on(one, one.version.body, settles=may_settle(user)) for one in found]
    context["open_remarks"] = remarks
    form = context["adminform"].form
    for remark in remarks:
        name, _dot, deeper = remark.comment.field.partition(".")
        name = name if name in form.fields else FORM_FIELD.get(name, "")
        if deeper or name not in form.fields:
            continue
        beside = render_to_string("admin/tracker/remark_beside.html", {"remark": remark})
        form.fields[name].help_text = format_html("{}{}", form.fields[name].help_text, beside)


# Pages, below a version's


def urls(page: Any) -> list[Any]:
    """The addresses below a version's, for its ModelAdmin."""

    def view(function: Any) -> Any:
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            return function(page, request, **kwargs)

        return page.admin_site.admin_view(answer)

    return [
        path("<int:pk>/comment/", view(write), name="tracker_version_comment"),
        path("<int:pk>/comments/<int:number>/settle/", view(settle_one), name="tracker_version_settle"),
    ]


@outlives_session
def write(page: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Keep every comment that was typed on a version's page, whichever button was pressed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    version = _version(page, request, pk)
    user: Any = request.user
    if not takes_part(version, user):
        raise PermissionDenied
    written = {name.removeprefix(TEXT): request.POST.get(name, "") for name in request.POST if name.startswith(TEXT)}
    typed = {field: text for field, text in written.items() if text.strip()}
    back = reverse("admin:tracker_submission_change", args=[version.submission_id])
    if request.POST.get("page") == "version":
        back = reverse("admin:tracker_version_change", args=[version.pk])
    if not sent(request):
        rows = [(f"{TEXT}{field}", place_in_words(version.body, field, version.kind), text) for field, text in typed.items()]
        again = {"rows": rows, "to": request.POST.get("page", ""), "back": back}
        return _page(page, request, "admin/tracker/comments_again.html", _("Comments"), again)
    try:
        with transaction.atomic():
            for field, text in typed.items():
                comment(version, field=field, text=text, by=user)
    except Refused as error:
        return _refused(page, request, version, str(error), typed, back)
    if typed:
        messages.success(request, ngettext("%(n)s comment is kept.", "%(n)s comments are kept.", len(typed)) % {"n": len(typed)})
    else:
        messages.warning(request, _("Nothing was written, so that no comment was kept."))
    return HttpResponseRedirect(f"{back}#version-{version.pk}")


@outlives_session
def settle_one(page: Any, request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Say that a comment is dealt with, with an answer, or answer with a comment of one's own and leave it open."""
    version = _version(page, request, pk)
    found = get_object_or_404(Comment.objects.select_related("by", "settled_by"), pk=number, version=version)
    found.version = version
    user: Any = request.user
    if not may_settle(user):
        raise PermissionDenied
    record = _record_url(version)
    form = SettleForm(request.POST or None)
    errors: list[str] = []
    if form.is_valid() and sent(request):
        try:
            settle(found, by=user, answer=form.cleaned_data["answer"])
        except Refused as error:
            errors = [str(error)]
        else:
            messages.success(request, _("The comment is settled."))
            under_review = version.submission.state in (State.SUBMITTED, State.APPROVED)
            return HttpResponseRedirect(_page_of(version) if under_review or not record else record)
    context = {
        "remark": remark_on(found, version.body, settles=False),
        "said": _in_words(value_at(version.body, found.field), found.field.rpartition(".")[2], _models_at(found.field, version.kind), found.field)
        if found.field
        else "",
        "form": form,
        "version": version,
        "version_url": _page_of(version),
        "record_url": record,
        "errors": errors,
    }
    return _page(page, request, "admin/tracker/settle.html", _("Settle a comment"), context)


def _page_of(version: Version) -> str:
    return f"{reverse('admin:tracker_submission_change', args=[version.submission_id])}#version-{version.pk}"


def _record_url(version: Version) -> str:
    from tracker.admin.reading import records_of

    return records_of([version]).get((version.kind, version.key), "")


def _refused(page: Any, request: HttpRequest, version: Version, error: str, typed: Mapping[str, str], back: str) -> HttpResponse:
    """Nothing that was typed is lost: it stands on the page that says why it was not kept."""
    rows: Iterable[tuple[str, str]] = [(place_in_words(version.body, field, version.kind), text) for field, text in typed.items()]
    return _page(page, request, "admin/tracker/comments_refused.html", _("Comments"), {"errors": [error], "typed": rows, "back": back})


def _version(page: Any, request: HttpRequest, pk: int) -> Version:
    version = get_object_or_404(Version.objects.select_related("submission"), pk=pk)
    if not page.has_view_permission(request, version):
        raise PermissionDenied
    return version


def _page(page: Any, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
    each = page.admin_site.each_context(request)
    return TemplateResponse(
        request,
        template,
        {**each, "title": title, "opts": Submission._meta, "list_url": reverse("admin:tracker_submission_changelist"), **context},
    )
