"""The pages of signing in and of second factors, in the frame of the desk. None needs JavaScript."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery
from allauth.mfa.totp.internal.flows import activate_totp
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from tracker.models import AccountEventKind
from tracker.signin import events, factors, throttle
from tracker.signin.forms import CodeForm, SetUpForm, SignInForm


class DeskPage:
    """The frame of the desk around a page of its entrance: no nouns, as nothing of them is open yet."""

    title: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the admin's templates need."""
        request: Any = self.request  # type: ignore[attr-defined]
        frame = {**admin.site.each_context(request), "title": self.title, "available_apps": []}
        return {**frame, **super().get_context_data(**kwargs), "next": self.next_url()}  # type: ignore[misc]

    def next_url(self) -> str:
        """Where the person wanted to go; empty unless it is on this host."""
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        url = request.POST.get("next") or request.GET.get("next") or ""
        return url if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure()) else ""


class SignIn(DeskPage, LoginView):
    """Name and password. Where a second factor is set up, its code is asked for next."""

    title = gettext_lazy("Sign in")
    form_class = SignInForm
    template_name = "admin/signin/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who may enter already goes on; anybody else may sign in as somebody else."""
        if request.user.is_authenticated and not admin.site.has_permission(request):
            from django.contrib.auth import logout

            logout(request)
        return super().dispatch(request, *args, **kwargs)

    def get_authenticated_redirect_url(self) -> str:
        """To where they wanted to go."""
        return self.next_url() or resolve_url(settings.LOGIN_REDIRECT_URL)


class GiveCode(DeskPage, AuthenticateView):
    """The code, once the password was right."""

    title = gettext_lazy("Second step")
    template_name = "admin/signin/code.html"
    extra_context = {"may_be_another": True}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A form without a code is the page again."""
        if request.method == "POST" and "code" not in request.POST and "another" not in request.POST:
            return HttpResponseRedirect(request.path)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The code, or the wish to sign in as somebody else."""
        return self.stage.abort() if "another" in request.POST else super().post(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        """Ours, which knows the request."""

        def form(**kwargs: Any) -> CodeForm:
            return CodeForm(request=self.request, **kwargs)

        return form


class SignedIn:
    """Pages for people who gave their password, whether or not they may go further."""

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """To the entrance with everybody else."""
        if not admin.site.has_permission(request):
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class WithCode(SignedIn, DeskPage, FormView):
    """A page that does something once a code of the second factor was given."""

    form_class = CodeForm
    template_name = "admin/signin/code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where there is no second factor yet, setting one up comes first."""
        if request.user.is_authenticated and not factors.has_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose code it is."""
        return {**super().get_form_kwargs(), "user": self.request.user, "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        """The session gave the second factor; then whatever the page is for."""
        form.save()
        return self.go_on()

    def go_on(self) -> HttpResponse:
        """What the page is for."""
        raise NotImplementedError


class Confirm(WithCode):
    """A session that began without the second factor gives it."""

    title = gettext_lazy("Second step")

    def go_on(self) -> HttpResponse:
        """To where the person wanted to go, under another session key."""
        self.request.session.cycle_key()
        return HttpResponseRedirect(self.next_url() or reverse("admin:index"))


class Remove(WithCode):
    """Take the authenticator app away, to link another one."""

    title = gettext_lazy("Replace the authenticator app")
    extra_context = {
        "advice": gettext_lazy(
            "The app linked now and the recovery codes stop working, and your sessions on other browsers end. Then link another app."
        ),
        "button": gettext_lazy("Remove it and link another one"),
    }

    def go_on(self) -> HttpResponse:
        """Removed; on to linking another one."""
        factors.remove_own(self.request)
        return HttpResponseRedirect(reverse("mfa_activate_totp"))


class NewCodes(WithCode):
    """Other recovery codes in place of the ones that there are."""

    title = gettext_lazy("New recovery codes")
    extra_context = {
        "advice": gettext_lazy("The recovery codes that you have now stop working."),
        "button": gettext_lazy("Make new recovery codes"),
    }

    def go_on(self) -> HttpResponse:
        """Made; shown once."""
        recovery.generate_recovery_codes(self.request)
        events.note(self.request, AccountEventKind.CODES_MADE, self.request.user)  # type: ignore[arg-type]
        return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))


class SetUp(SignedIn, DeskPage, ActivateTOTPView):
    """Link an authenticator app: a QR code, the same as text, and a first code."""

    title = gettext_lazy("Set up your second factor")
    template_name = "admin/signin/set_up.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where one is linked already, it is that one's page."""
        if request.user.is_authenticated and factors.has_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_index"))
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        """Ours."""
        return SetUpForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The password is asked for unless it was typed a moment ago."""
        return {**super().get_form_kwargs(), "request": self.request, "ask_password": not factors.gave_password_lately(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the key in groups, for typing."""
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return {**context, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), "needed": factors.required(self.request.user)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Linked: this session has given it, sessions on other browsers have not."""
        user: Any = self.request.user
        with transaction.atomic():
            linked, _codes = activate_totp(self.request, form)
            events.note(self.request, AccountEventKind.FACTOR_ADDED, user)
        record_authentication(self.request, user, "mfa", id=linked.pk, type=linked.type)
        self.request.session.cycle_key()
        url = reverse("mfa_view_recovery_codes")
        return HttpResponseRedirect(f"{url}?{urlencode({'next': self.next_url()})}" if self.next_url() else url)


class Codes(SignedIn, DeskPage, TemplateView):
    """The recovery codes, once."""

    title = gettext_lazy("Recovery codes")
    template_name = "admin/signin/codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The codes the first time; afterwards how many there are left."""
        held, shown = recovery.view_recovery_codes(self.request)
        unused = held.get_unused_codes() if held else []
        return {**super().get_context_data(**kwargs), "codes": unused if shown else [], "left": len(unused)}


class Factor(SignedIn, DeskPage, TemplateView):
    """The second factor of the person who looks: what there is, and what can be done with it."""

    title = gettext_lazy("Your second factor")
    template_name = "admin/signin/factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The app, when it was last used, and how many recovery codes are left."""
        held = {each.type: each for each in Authenticator.objects.filter(user=self.request.user)}  # type: ignore[misc]
        codes = held.get(Authenticator.Type.RECOVERY_CODES)
        return {
            **super().get_context_data(**kwargs),
            "app": held.get(Authenticator.Type.TOTP),
            "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
            "needed": factors.required(self.request.user),
        }


def change_own_password(request: HttpRequest, site: Any, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
    """The admin's page for a new password of one's own: guesses at the old one are counted, and the change is put on record.

    Sessions on other browsers end with it.
    """
    from django.contrib.admin.forms import AdminPasswordChangeForm
    from django.contrib.auth.views import PasswordChangeView

    class Form(AdminPasswordChangeForm):
        def clean_old_password(self) -> str:
            attempt = throttle.password_again(request, self.user)  # type: ignore[arg-type]
            old = super().clean_old_password()
            attempt.give_back()
            return old

    class View(PasswordChangeView):
        def form_valid(self, form: Any) -> HttpResponse:
            with transaction.atomic():
                response = super().form_valid(form)
                events.note(request, AccountEventKind.PASSWORD_CHANGED, request.user)  # type: ignore[arg-type]
            messages.success(request, _("Your password was changed; your sessions on other browsers have ended."))
            return response

    return View.as_view(
        form_class=Form,
        template_name="registration/password_change_form.html",
        success_url=reverse("admin:password_change_done", current_app=site.name),
        extra_context={**site.each_context(request), **(extra_context or {})},
    )(request)
