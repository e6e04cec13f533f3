"""The application of background jobs: its own tables beside Procrastinate's, and the modules in which jobs are declared."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """What a job reported, and how people see the queue."""

    name = "tracker.jobs"
    label = "jobs"
    verbose_name = _("Service")

    def ready(self) -> None:
        """Every process knows every job: one may be put into the queue, shown and run anywhere."""
        for module in settings.JOB_MODULES:
            import_module(module)
