"""The entrance of the desk, in front of everything below /admin/."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tracker.signin import factors, keeping

ALWAYS = frozenset({"account_login", "mfa_authenticate", "login", "logout", "jsi18n"})
"""Pages for everybody, by the names of their addresses."""
ON_THE_WAY = {factors.SET_UP: frozenset({"mfa_activate_totp"}), factors.CONFIRM: frozenset({"mfa_reauthenticate"})}
NEXT_STEP = {factors.SET_UP: "mfa_activate_totp", factors.CONFIRM: "mfa_reauthenticate"}


class Entrance:
    """Whoever needs a second factor and has not given it in this session gives it or sets it up, and can do nothing else.

    What a role asks for is looked up at each request: a role granted later counts at the next one, a session begun earlier is no way around.
    A form that comes without the session that it was opened in is kept for the person who typed it (:mod:`tracker.signin.keeping`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before any view of the desk."""
        name = request.resolver_match.url_name if request.resolver_match else None
        if not request.path.startswith(reverse("admin:index")) or name in ALWAYS:
            return None
        opened = keeping.opened_by(request)
        if not admin.site.has_permission(request):
            return keeping.keep_and_go_on(request, opened) if opened else None
        if opened and opened.user != request.user.pk:
            # Somebody else has signed in on this browser meanwhile: nothing is saved in their name, and they see nothing of it.
            keeping.keep(request, opened)
            messages.warning(request, _("That form was opened by somebody else. It is kept for them; nothing of it was saved."))
            return HttpResponseRedirect(reverse("admin:index"))
        standing = factors.standing(request)
        if standing == factors.OPEN or name in ON_THE_WAY[standing]:
            return None
        if opened:
            return keeping.keep_and_go_on(request, opened, NEXT_STEP[standing])
        back = {"next": request.get_full_path()} if request.method == "GET" and name != "index" else {}
        return HttpResponseRedirect(f"{reverse(NEXT_STEP[standing])}{'?' if back else ''}{urlencode(back)}")
