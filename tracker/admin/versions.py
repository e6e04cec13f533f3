"""The versions of a record: a list to choose from, two of them compared, one as it was on a day, and writing the record back to one."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.admin.comparing import compare
from tracker.admin.content import as_html
from tracker.admin.reviewstate import review_states
from tracker.editions.tables import RecordEdition
from tracker.editorial import thaw
from tracker.editorial.freeze import KINDS, MODELS, PREFETCH, Body, content_hash, freeze
from tracker.editorial.rebuild import body_at, event_model
from tracker.editorial.verbs import Refused
from tracker.models import Change, RecordKind, State, User, Version
from tracker.models.base import Publishable
from tracker.signin.keeping import outlives_session, sent

NOW = "now"
LISTED_AT_ONCE = 200
OVER = "_over"
"""The hidden field of the page of a restoration: what it would be written over, as the page showed it, signed."""

signer = signing.Signer(salt="tracker.admin.versions")


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stood somewhere: ``ref`` is how the address of a page names it. ``body`` None: there was none, and ``label`` says so."""

    ref: str
    label: str
    body: Body | None


class OnADay(forms.Form):
    """Which day, by whose clock."""

    clock = forms.ChoiceField(
        label=gettext_lazy("The record"), choices=[("site", gettext_lazy("as the site knew it on")), ("desk", gettext_lazy("as the desk had it on"))]
    )
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))


# Finding them


def standing(kind: RecordKind, record: Publishable, ref: str) -> Standing:
    """What ``ref`` names: ``now``, ``version-7``, ``site-2026-01-31``, ``desk-2026-01-31`` or ``desk-`` and an instant. Http404 for anything else."""
    where, _dash, value = ref.partition("-")
    if ref == NOW:
        fresh = MODELS[kind].objects.prefetch_related(*PREFETCH[kind]).get(pk=record.pk)
        return Standing(ref, _("the record as it stands at the desk now"), freeze(fresh))
    if where == "version" and value.isdecimal():
        version = Version.objects.filter(pk=int(value), kind=kind, key=record.public_key).select_related("submission").first()
        if version is None:
            raise Http404
        return Standing(ref, label_of_version(version), version.body)
    if where in ("site", "desk") and (instant := _end_of(value)) is not None:
        words = {"day": _in_words(value)}
        if where == "desk":
            body = body_at(kind, record.pk, instant)
            return Standing(ref, _("the desk on %(day)s") % words, body)
        row = RecordEdition.desk.known_at(instant).filter(kind=kind, key=record.public_key, change=Change.PUBLISH.value).first()
        return Standing(ref, _("the site on %(day)s") % words, row.body if row else None)
    raise Http404


def label_of_version(version: Version) -> str:
    """What a version is called: the edition that it became, or the submission that holds it."""
    number = {"number": version.submission_id, "edition": version.submission.edition}
    return _("edition %(edition)s") % number if version.submission.edition else _("the version of submission #%(number)s") % number


def _end_of(value: str) -> dt.datetime | None:
    """The last instant of a day here, or the very instant; None for anything else."""
    try:
        if "T" in value:
            instant = parse_datetime(value)
            return instant if instant is not None and timezone.is_aware(instant) else None
        return timezone.make_aware(dt.datetime.combine(dt.date.fromisoformat(value), dt.time.max))
    except (ValueError, OverflowError):
        return None


def _in_words(value: str) -> str:
    if "T" in value:
        instant = parse_datetime(value)
        return date_format(timezone.localtime(instant), "DATETIME_FORMAT") if instant else value
    return date_format(dt.date.fromisoformat(value))


# Pages


def urls(page: Any) -> list[Any]:
    """The addresses below a noun's, for its ModelAdmin."""
    name = page.opts.model_name

    def view(function: Any) -> Any:
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            return function(page, request, **kwargs)

        return page.admin_site.admin_view(answer)

    return [
        path("versions/deleted/", view(deleted), name=f"tracker_{name}_deleted"),
        path("versions/deleted/<int:pk>/", view(restore_deleted), name=f"tracker_{name}_restore_deleted"),
        path("<int:pk>/versions/compare/", view(compare_two), name=f"tracker_{name}_compare"),
        path("<int:pk>/versions/read/", view(read), name=f"tracker_{name}_read"),
        path("<int:pk>/versions/restore/", view(restore), name=f"tracker_{name}_restore"),
    ]


def on_history(page: Any, request: HttpRequest, object_id: str) -> dict[str, Any]:
    """What the page of a record's history shows besides: its versions, and the form for a day."""
    record = page.get_object(request, object_id)
    if record is None or not page.has_view_or_change_permission(request, record):
        return {}
    held = Version.objects.filter(kind=KINDS[type(record)], key=record.public_key).select_related("submission", "edited_by").defer("body")
    rows = [
        {
            "ref": f"version-{version.pk}",
            "label": capfirst(label_of_version(version)),
            "version": version,
            "state": State(version.submission.state),
            "read_url": _url(page, "read", record, at=f"version-{version.pk}"),
            "restore_url": _url(page, "restore", record, at=f"version-{version.pk}"),
        }
        for version in held.order_by("-id")[:LISTED_AT_ONCE]
    ]
    return {
        "versions": rows,
        "compare_url": _url(page, "compare", record),
        "read_url": _url(page, "read", record),
        "may_restore": page.has_change_permission(request, record),
        "day_form": OnADay(initial={"clock": "site", "day": timezone.localdate()}),
    }


def compare_two(page: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Two standings of a record, in one text or side by side."""
    record = _record(page, request, pk)
    kind = KINDS[type(record)]
    before, after = (standing(kind, record, request.GET.get(name, "")) for name in ("from", "to"))
    view = "side" if request.GET.get("view") == "side" else "one"
    context = {
        "before": before,
        "after": after,
        "view": view,
        "views": [
            (name, label, _url(page, "compare", record, **{"from": before.ref, "to": after.ref, "view": name}))
            for name, label in (("one", _("In one text")), ("side", _("Side by side")))
        ],
        "swap_url": _url(page, "compare", record, **{"from": after.ref, "to": before.ref, "view": view}),
        "restore_url": _url(page, "restore", record, at=before.ref) if before.ref != NOW and before.body else "",
    }
    if before.body is not None and after.body is not None:
        context["comparison"] = compare(before.body, after.body, kind)
    return _page(page, request, record, "admin/tracker/compare.html", _("Two versions of %(record)s") % {"record": record}, context)


def read(page: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A record as it stood: ``at`` names where, or the form's ``clock`` and ``day``."""
    record = _record(page, request, pk)
    kind = KINDS[type(record)]
    form = OnADay(request.GET if "day" in request.GET else None, initial={"clock": "site", "day": timezone.localdate()})
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(_url(page, "read", record, at=f"{form.cleaned_data['clock']}-{form.cleaned_data['day'].isoformat()}"))
    found = None if form.is_bound else standing(kind, record, request.GET.get("at", NOW))
    context: dict[str, Any] = {"standing": found, "day_form": form, "read_url": _url(page, "read", record)}
    if found is not None and found.body is not None:
        context |= {
            "content": as_html(found.body, kind),
            "hash": content_hash(found.body),
            "compare_url": _url(page, "compare", record, **{"from": found.ref, "to": NOW}) if found.ref != NOW else "",
            "restore_url": _url(page, "restore", record, at=found.ref) if found.ref != NOW else "",
        }
    return _page(page, request, record, "admin/tracker/standing.html", _("%(record)s as it stood") % {"record": record}, context)


@outlives_session
def restore(page: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What would change if the record were written back, then why, then it is."""
    record = _record(page, request, pk)
    if not page.has_change_permission(request, record):
        raise PermissionDenied
    kind = KINDS[type(record)]
    wanted = standing(kind, record, request.GET.get("at", ""))
    if wanted.body is None or wanted.ref == NOW:
        raise Http404
    return _restoration(page, request, kind, wanted, record)


def deleted(page: Any, request: HttpRequest) -> HttpResponse:
    """Drafts of this noun that were deleted and are not there again: who deleted them, when and why."""
    if not _may_bring_back(page, request):
        raise PermissionDenied
    return _page(
        page, request, None, "admin/tracker/deleted.html",
        _("Deleted drafts: %(nouns)s") % {"nouns": page.opts.verbose_name_plural}, {"deleted": _deleted(page, request)},
    )  # fmt: skip


@outlives_session
def restore_deleted(page: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The same as :func:`restore`, of a record that is no longer there."""
    if not _may_bring_back(page, request):
        raise PermissionDenied
    kind = KINDS[page.model]
    end = event_model(page.model).objects.filter(pgh_obj_id=pk, pgh_label="delete").order_by("-pgh_id").first()
    if end is None or page.model._default_manager.filter(pk=pk).exists():
        raise Http404
    # All that one deletion takes along has one time; a moment before it, everything stood.
    body = body_at(kind, pk, end.pgh_created_at - dt.timedelta(microseconds=1))
    label = _("the draft deleted on %(day)s") % {"day": date_format(timezone.localtime(end.pgh_created_at), "DATETIME_FORMAT")}
    return _restoration(page, request, kind, Standing(f"deleted-{pk}", label, body), None)


def _restoration(page: Any, request: HttpRequest, kind: RecordKind, wanted: Standing, record: Publishable | None) -> HttpResponse:
    if wanted.body is None:
        raise Http404
    errors: list[str] = []
    again = request.method == "GET"
    chosen = request.POST.getlist("shared")
    if sent(request):
        user: Any = request.user
        try:
            restored = thaw.restore(
                kind, wanted.body, record, by=user, reason=request.POST.get("why", ""), source=wanted.label, shared=chosen, over=_shown(request)
            )  # fmt: skip
        except Refused as error:
            errors, again = [str(error)], isinstance(error, thaw.Overtaken)
        else:
            messages.success(
                request, _("The draft is now as in %(source)s. Readers see no change before it is published.") % {"source": wanted.label}
            )
            return HttpResponseRedirect(reverse(f"admin:tracker_{page.opts.model_name}_change", args=[restored.pk]))
    plan = thaw.plan(kind, wanted.body, record)
    # Before what is shown of it: who reads more than the hash stands for is asked once too often, never once too seldom.
    over = plan.stands if again else _shown(request)
    now = standing(kind, record, NOW).body if record else None
    context = {
        "standing": wanted,
        "plan": plan,
        "over": signer.sign(over),
        "shared": [
            {
                "item": item,
                "noun": item.row._meta.verbose_name,
                "lines": [(capfirst(str(_column_words(item.row, name))), item.before[name], item.after[name])
                          for name in item.after if item.before[name] != item.after[name]],
                "chosen": item.value in chosen,
            }
            for item in plan.shared
        ],
        "comparison": compare(now, plan.body, kind) if now else None,
        "content": "" if now else as_html(plan.body, kind),
        "nothing": now == plan.body,
        "errors": plan.refusals or errors,
        "why": request.POST.get("why", ""),
    }  # fmt: skip
    title = _("Make this the draft") if record else _("Bring back a deleted draft")
    return _page(page, request, record, "admin/tracker/restore.html", title, context)


# Small parts


def _shown(request: HttpRequest) -> str:
    """What the page showed that was to be written over; "", which nothing is, where it does not say so."""
    try:
        return signer.unsign(request.POST.get(OVER, ""))
    except signing.BadSignature:
        return ""


def _record(page: Any, request: HttpRequest, pk: int) -> Any:
    record = page.get_object(request, str(pk))
    if record is None:
        raise Http404
    if not page.has_view_or_change_permission(request, record):
        raise PermissionDenied
    return record


def _may_bring_back(page: Any, request: HttpRequest) -> bool:
    return page.has_add_permission(request) and page.has_review_permission(request)


def may_see_deleted(page: Any, request: HttpRequest) -> str:
    """The address of the deleted drafts; empty for those who may not bring one back."""
    return reverse(f"admin:tracker_{page.opts.model_name}_deleted") if _may_bring_back(page, request) else ""


def _deleted(page: Any, request: HttpRequest) -> Iterable[dict[str, Any]]:
    events = event_model(page.model).objects.filter(pgh_label="delete").exclude(pgh_obj_id__in=page.model._default_manager.values("pk"))
    ends = list(events.order_by("-pgh_id")[:LISTED_AT_ONCE])
    people = {person.pk: person.public_name for person in User.objects.filter(pk__in={(end.pgh_context or {}).get("user") for end in ends} - {None})}
    return [
        {
            "key": getattr(end, page.key_field),
            "title": getattr(end, "short_title", None) or getattr(end, "title", None) or getattr(end, "rationale", ""),
            "who": people.get((end.pgh_context or {}).get("user") or 0, _("The software")),
            "when": end.pgh_created_at,
            "why": (end.pgh_context or {}).get("reason") or "",
            "url": reverse(f"admin:tracker_{page.opts.model_name}_restore_deleted", args=[end.pgh_obj_id]),
        }
        for end in ends
    ]


def _column_words(row: Any, name: str) -> Any:
    return row._meta.get_field(name).verbose_name


def _url(page: Any, name: str, record: Any, **query: str) -> str:
    address = reverse(f"admin:tracker_{page.opts.model_name}_{name}", args=[record.pk])
    return f"{address}?{urlencode(query)}" if query else address


def _page(page: Any, request: HttpRequest, record: Any, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
    name = f"admin:tracker_{page.opts.model_name}"
    return TemplateResponse(
        request,
        template,
        {
            **page.admin_site.each_context(request),
            "title": title,
            "opts": page.opts,
            "record": record,
            "list_url": reverse(f"{name}_changelist"),
            "record_url": reverse(f"{name}_change", args=[record.pk]) if record else "",
            "history_url": reverse(f"{name}_history", args=[record.pk]) if record else "",
            "may_restore": record is None or page.has_change_permission(request, record),
            "review": review_states([record])[record.pk] if record else None,
            **context,
        },
    )
