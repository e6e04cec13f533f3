"""/challenge/: a reader says what is wrong in a published record; a person at the desk answers."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

import tracker
from tracker.challenges import limits
from tracker.challenges.forms import ChallengeForm
from tracker.editions.tables import DESK, RecordEdition
from tracker.models import Change
from tracker.public.clocks import read_clocks
from tracker.public.servers import once_more
from tracker.signin.browsers import neighbourhood_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest) -> HttpResponse:
    """The form, and what becomes of it. 404 for what is no public record; 429 where too many came; 303 to a word of thanks."""
    record = _public_record(request.GET)
    form = ChallengeForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            number = _take(form, record, request)
            if number is not None:
                return HttpResponseRedirect(f"{reverse('challenges:received')}?number={number}", status=303)
            form.add_error(None, _("Too many challenges came in a short time, so that this one was not taken. Please send it again in an hour."))
            status = 429
    return _page(request, "tracker/challenge.html", {"form": form, "record": record}, status)


@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """Thanks, and the number under which the desk has it."""
    number = request.GET.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        raise Http404
    return _page(request, "tracker/challenge_received.html", {"number": int(number)}, 200)


def _public_record(parameters: QueryDict) -> RecordEdition:
    """The record that the address names, as it is public now."""
    named = {"kind": parameters.get("kind", ""), "key": parameters.get("key", "")}
    if any("\0" in value for value in named.values()):
        raise Http404
    found = RecordEdition.objects.known_at(None).defer("body").filter(change=Change.PUBLISH.value, **named)
    record: RecordEdition | None = once_more(found.first)
    if record is None:
        raise Http404
    return record


def _take(form: ChallengeForm, record: RecordEdition, request: HttpRequest) -> int | None:
    """Write the challenge over the desk's connection and give its number; None where the limits are reached."""
    now, address = timezone.now(), neighbourhood_of(request)
    with transaction.atomic(using=DESK):
        if limits.are_reached(address, now):
            return None
        written = form.save(commit=False)
        written.kind, written.key, written.edition = record.kind, record.key, record.edition
        written.sender = limits.digest(address, now.date())
        written.save(using=DESK)
    return written.pk


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    clocks = read_clocks(QueryDict(), now=timezone.now())
    shared = {"clocks": clocks, "edition": once_more(clocks.edition), "today_url": request.path, "site_version": tracker.__version__}
    return render(request, template, shared | context, status=status)
