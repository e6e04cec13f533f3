"""What is typed at the entrance: a name and a password, and codes."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import get_totp_secret, validate_totp_code
from cryptography.fernet import InvalidToken
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tracker.models import AccountEventKind, User
from tracker.signin import events, throttle

CODE_USED_FOR = 120
"""Seconds in which a code is refused a second time: longer than it would be right."""
CODE_WIDGET = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "autocapitalize": "off", "class": "code"}


class SignInForm(LoginForm):
    """Name and password, under the ids that password managers and the stock admin know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update(id="id_username", autofocus=True, autocapitalize="none", maxlength=150)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""


class CodeForm(AuthenticateForm):
    """A code of the app, or a recovery code. ``request`` says where it comes from, and whose it is."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["code"].label = _("Code")
        self.fields["code"].widget = forms.TextInput(attrs={**CODE_WIDGET, "autofocus": True, "maxlength": 40})
        self.fields["code"].help_text = _("Six digits that your authenticator app shows now, or one of your recovery codes.")

    def clean_code(self) -> str:
        """Right, not used before, and not the tenth guess."""
        attempt = throttle.code(self.request, self.user)
        code = "".join(self.cleaned_data["code"].split()).replace("-", "")
        for factor in Authenticator.objects.filter(user=self.user):
            try:
                right = factor.wrap().validate_code(code)
            except InvalidToken:
                raise ValidationError(
                    _("Your second factor cannot be read any more: the secret key of this site was changed. An administrator must reset it.")
                ) from None
            if right and cache.add(f"tracker.signin.code:{self.user.pk}:{code}", 1, CODE_USED_FOR):
                factor.user = self.user
                self.authenticator = factor
                attempt.give_back()
                if factor.type == Authenticator.Type.RECOVERY_CODES:
                    events.note(self.request, AccountEventKind.CODE_USED, self.user)
                return code
        events.note(self.request, AccountEventKind.CODE_FAILED, self.user)
        raise get_adapter().validation_error("incorrect_code")


class SetUpForm(forms.Form):
    """The first code of an authenticator app, and the password where it was not typed a moment ago."""

    password = forms.CharField(label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    code = forms.CharField(
        label=_("Code"), help_text=_("Six digits that the app shows now."), widget=forms.TextInput(attrs={**CODE_WIDGET, "maxlength": 20})
    )

    def __init__(self, *args: Any, user: User, request: HttpRequest, ask_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.request = user, request
        if not ask_password:
            del self.fields["password"]
        self.secret = get_totp_secret()  # the same one as long as the session lasts: reloading the page does not break what was scanned

    def clean_password(self) -> str:
        """Who finds a browser left open does not take the account over."""
        attempt = throttle.password_again(self.request, self.user)
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password."))
        attempt.give_back()
        return self.cleaned_data["password"]

    def clean_code(self) -> str:
        """The app counts as the page does."""
        code = "".join(self.cleaned_data["code"].split())
        if not validate_totp_code(self.secret, code):
            raise ValidationError(_("This code is not right: take the one that the app shows now, and see that the phone’s clock is."))
        return code
