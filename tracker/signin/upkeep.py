"""The job that forgets what signing in leaves behind."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.jobs import job
from tracker.signin import events, keeping, throttle


@job("forget_sign_ins", title=gettext_lazy("Forget old addresses, counts and forms of sign-ins"), cron="27 3 * * *", alone=True)
def forget_sign_ins() -> str:
    """Remove addresses and browsers of old sign-ins, counts of failures that are past, and forms that nobody came back for.

    Safe to run twice: the second time nothing old is left.
    """
    events.forget_old()
    throttle.forget_past()
    keeping.forget_old()
    return _("What was old is forgotten.")
