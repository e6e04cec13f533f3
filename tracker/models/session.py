"""What the desk keeps of people at work between two requests: forms whose session ended, failures counted, values shared by processes."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class KeptForm(models.Model):
    """A form that was sent after its session had ended, as it was typed. Shown to nobody but the person who typed it; nothing of it is saved."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("typed by"))
    form = models.CharField(_("form"), max_length=40, help_text=_("Made up when the form was opened: sending it twice keeps it once."))
    address = models.CharField(_("address"), max_length=2000, help_text=_("Path and query of the form."))
    typed = models.JSONField(_("typed"), help_text=_("Names and values, in their order, without files, passwords and buttons."))
    files = models.JSONField(_("names of files"), default=list, help_text=_("Files that were chosen: they are not kept, only named."))
    size = models.PositiveIntegerField(_("size in bytes"))
    at = models.DateTimeField(_("sent at"), default=timezone.now)

    class Meta:
        """Newest first."""

        ordering = ["-at", "-id"]
        verbose_name = _("kept form")
        verbose_name_plural = _("kept forms")
        constraints = [models.UniqueConstraint(fields=["user", "form"], name="a_form_is_kept_once")]


class Tally(models.Model):
    """Attempts of one kind from one place within a span of time, counted over all processes. The key tells nobody who and from where."""

    key = models.CharField(_("key"), max_length=64, primary_key=True, help_text=_("A keyed hash of what is counted."))
    count = models.PositiveIntegerField(_("attempts"))
    until = models.DateTimeField(_("until"), db_index=True, help_text=_("Then it counts anew."))

    class Meta:
        """Written by :mod:`tracker.signin.throttle` alone."""

        verbose_name = _("tally")
        verbose_name_plural = _("tallies")


class SharedValue(models.Model):
    """The table of Django's cache: what one process sets, the others see. Its columns are those of ``DatabaseCache``."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        """Named in ``CACHES`` of the settings."""

        db_table = "tracker_shared_value"
        verbose_name = _("shared value")
        verbose_name_plural = _("shared values")
