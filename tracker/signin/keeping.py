"""Forms that outlive their session: what was typed is kept for the person who typed it, and shown again once they have signed in.

Every form of the desk carries a token that we signed for its user when it was opened. A form that comes back without a session, in one
that must give its second factor first, or with a cookie lost, is kept if its token is good; strangers have no token and fill nothing. After
signing in as the same person the form stands there as it was sent. Nothing of it is saved before that person presses a button again.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tracker.models import KeptForm

TOKEN, KEPT = "_form", "kept"
"""The hidden field with the token; the parameter of the address (and hidden field) that names what was kept."""
SALT = "tracker.signin.keeping"
KEPT_FOR = 7 * 24 * 60 * 60
"""Seconds: for as long a form may lie open, and for as long what it held is kept."""
MOST_FORMS = 20
"""A person; the oldest goes first."""
MOST_BYTES = 2_621_440
"""What Django takes as one form, files apart."""
NOT_KEPT = (
    *("csrfmiddlewaretoken", TOKEN, f"_{KEPT}", "_save", "_addanother", "_continue", "_saveasnew"),
    *("_submit_for_review", "_assess", "confirmed", "post"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A form that we gave to a user, as its token says."""

    user: int
    form: str


def token(request: HttpRequest, path: str = "") -> str:
    """For the form that this page shows, where it goes to another path than the page's own."""
    return signing.dumps([request.user.pk, path or request.path, secrets.token_urlsafe(12)], salt=SALT)


def opened_by(request: HttpRequest) -> Opened | None:
    """Whose form was sent, by its token; None without one, or with one that is not ours, of another page, or too old."""
    if request.method != "POST" or not request.POST.get(TOKEN):
        return None
    try:
        user, path, form = signing.loads(request.POST[TOKEN], salt=SALT, max_age=KEPT_FOR)
    except (signing.BadSignature, ValueError):
        return None
    return Opened(user, form) if path == request.path else None


def keep(request: HttpRequest, opened: Opened) -> KeptForm | None:
    """Keep what was typed for the person who opened the form; None where it is too long or the account is gone."""
    typed = [(name, values) for name, values in request.POST.lists() if name not in NOT_KEPT and "password" not in name]
    size = sum(len(name) + sum(len(value) for value in values) for name, values in typed)
    address = address_without_mark(request)
    if size > MOST_BYTES or len(address) > 2000 or not _still_there(opened.user):
        return None
    kept, _made = KeptForm.objects.update_or_create(
        user_id=opened.user,
        form=opened.form,
        defaults={
            "address": address,
            "typed": _storable(typed),
            "files": _storable([file.name for _field, files in request.FILES.lists() for file in files if file.name]),
            "size": size,
            "at": timezone.now(),
        },
    )
    older = KeptForm.objects.filter(user_id=opened.user).order_by("-at", "-pk").values_list("pk", flat=True)[MOST_FORMS:]
    KeptForm.objects.filter(pk__in=list(older)).delete()
    forget_old()
    return kept


def _storable(value: Any) -> Any:
    """PostgreSQL keeps no NUL; no form of ours takes one."""
    if isinstance(value, str):
        return value.replace("\0", "")
    return [_storable(each) for each in value]


def _still_there(user: int) -> bool:
    from tracker.models import User

    return User.objects.filter(pk=user, is_active=True).exists()


def address_without_mark(request: HttpRequest) -> str:
    """Path and query of the page, without the name of an earlier kept form."""
    query = request.GET.copy()
    query.pop(KEPT, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def forget_old(now: dt.datetime | None = None) -> int:
    """Remove what nobody came back for; gives how many."""
    removed, _each = KeptForm.objects.filter(at__lt=(now or timezone.now()) - dt.timedelta(seconds=KEPT_FOR)).delete()
    return removed


def with_mark(kept: KeptForm) -> str:
    """The address at which the form stands again."""
    return f"{kept.address}{'&' if '?' in kept.address else '?'}{urlencode({KEPT: kept.form})}"


def keep_and_go_on(request: HttpRequest, opened: Opened, step: str = "account_login") -> HttpResponse:
    """Keep the form, and lead the person to what must come first: signing in, or the second factor."""
    kept = keep(request, opened)
    if kept is None:
        back = address_without_mark(request)
        messages.error(request, _("Your session had ended, and the form was too long to be kept. Go back in your browser to copy what you typed."))
    else:
        back = with_mark(kept)
        messages.warning(request, _("Your session had ended. What you typed is kept: sign in again, and it stands in its form, not yet saved."))
    return HttpResponseRedirect(f"{reverse(step)}?{urlencode({'next': back})}")


def waiting_for(user: Any) -> list[tuple[str, dt.datetime]]:
    """The forms that are kept for a person: where each stands again, and when it was sent."""
    return [(with_mark(kept), kept.at) for kept in KeptForm.objects.filter(user=user).defer("typed")]


def find(request: HttpRequest) -> KeptForm | None:
    """What the address names, if it is this person's and of this page."""
    form = request.GET.get(KEPT, "")
    if request.method != "GET" or not form or "\0" in form or not request.user.is_authenticated:
        return None
    kept = KeptForm.objects.filter(user=request.user, form=form).first()
    return kept if kept and kept.address.partition("?")[0] == request.path else None


def put_back(request: HttpRequest, kept: KeptForm) -> None:
    """Make the request look as it was sent, for showing the form; say what happened. The view must save nothing."""
    typed = QueryDict(mutable=True)
    for name, values in kept.typed:
        typed.setlist(name, values)
    request.method = "POST"
    request.POST = typed  # type: ignore[assignment]
    request._files = MultiValueDict()  # type: ignore[attr-defined]
    say_kept(request, kept)


def say_kept(request: HttpRequest, kept: KeptForm) -> None:
    """Say what happened; the form of this page is the one that was kept."""
    request.kept_form = kept  # type: ignore[attr-defined]
    messages.warning(request, _("Your session had ended before this form was saved. Here it is as you typed it; nothing of it is saved yet."))
    if kept.files:
        messages.warning(request, _("Choose these files again, they were not kept: %(names)s.") % {"names": ", ".join(kept.files)})


def outlives_session(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view with a form of its own: the form comes back as it was typed, and what was kept is forgotten once it went through.

    The view writes only where :func:`sent` says that somebody pressed a button.
    """

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        request = next(each for each in args if isinstance(each, HttpRequest))
        if kept := find(request):
            put_back(request, kept)
        return forget_saved(request, view(*args, **kwargs))

    return answer


def sent(request: HttpRequest) -> bool:
    """Whether somebody pressed a button: a form that was put back is shown, and nothing is done with it."""
    return request.method == "POST" and not hasattr(request, "kept_form")


class KeepsForms:
    """Mixed into a ModelAdmin: its forms carry a token, come back as they were typed, and forget what was kept once they are saved."""

    def changeform_view(self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None) -> Any:
        """The form, as it was typed where that was kept."""
        if kept := find(request):
            # Who lost the right meanwhile reads the record, as others do.
            record = self.get_object(request, admin.utils.unquote(object_id)) if object_id else None  # type: ignore[attr-defined]
            if self.has_change_permission(request, record) if object_id else self.has_add_permission(request):  # type: ignore[attr-defined]
                put_back(request, kept)
        return forget_saved(request, super().changeform_view(request, object_id, form_url, extra_context))  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The page of a step, which belongs to the list, the same: with its reason and its ticks, and without having been confirmed."""
        if kept := find(request):
            put_back(request, kept)
        if KEPT in request.GET:  # it is no filter
            query = request.GET.copy()
            del query[KEPT]
            request.GET = query  # type: ignore[assignment]
        return forget_saved(request, super().changelist_view(request, extra_context))  # type: ignore[misc]

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """The page that asks before deleting: with its reason again, and asking again, as Django takes any other form for the answer."""
        if kept := find(request):
            say_kept(request, kept)
        return forget_saved(request, super().delete_view(request, object_id, extra_context))  # type: ignore[misc]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A form that was put back is never valid: it is shown, not saved."""
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        return type(form.__name__, (NotYetSent, form), {}) if hasattr(request, "kept_form") else form


def forget_saved(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What was kept has been sent again and went through."""
    if request.method == "POST" and response.status_code == 302 and (form := request.POST.get(f"_{KEPT}")):
        KeptForm.objects.filter(user=request.user, form=form[:40].replace("\0", "")).delete()  # type: ignore[misc]
    return response


def fields(request: HttpRequest, path: str = "") -> dict[str, str]:
    """What a form says of itself in its hidden fields (``{% kept_fields %}``); ``path`` is where it goes, unless to the page itself."""
    kept = getattr(request, "kept_form", None)
    name = kept.form if kept else request.POST.get(f"_{KEPT}", "")
    return {"form_token": token(request, path), "kept_form": name if path in ("", request.path) else ""}


class NotYetSent:
    """Shows what is wrong with what was typed, and is saved in no case."""

    def is_valid(self) -> bool:
        """No."""
        super().is_valid()  # type: ignore[misc]
        return False


def not_from_our_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Where Django refuses a form because its cookie is gone or of an earlier session: a form of the desk is kept, not lost.

    Nothing is done with it, so it does not matter who had it sent.
    """
    if opened := opened_by(request):
        if request.user.is_authenticated and opened.user == request.user.pk and admin.site.has_permission(request):
            kept = keep(request, opened)
            return HttpResponseRedirect(with_mark(kept) if kept else request.path)
        if not request.user.is_authenticated:
            return keep_and_go_on(request, opened)
        keep(request, opened)
        messages.warning(request, _("That form was opened by somebody else. It is kept for them; nothing of it was saved."))
        return HttpResponseRedirect(reverse("admin:index"))
    if request.path == reverse("account_login"):
        messages.warning(request, _("The page had been open for too long; please sign in again."))
        wanted = request.POST.get("next") or request.GET.get("next")
        return HttpResponseRedirect(f"{request.path}{'?' + urlencode({'next': wanted}) if wanted else ''}")
    return render(request, "403_csrf.html", status=403)
