"""The desk's own AdminSite: its names, its front page and the order of its nouns."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

HEADINGS = (
    (_("Records"), ("Capture", "Document", "Citation", "Recommendation", "Addressee", "Action", "Effect", "Assessment")),
    (_("Review"), ("Submission",)),
    (_("Reference"), ("Government", "Measure", "Theme", "Party")),
    (_("Accounts"), ("User", "Group")),
    (_("Service"), ("BackgroundJob",)),
)
"""The nouns in the order of the work. A registered model that is named nowhere here stands under a last heading of its own."""


class TrackerAdminConfig(AdminConfig):
    """Puts our site in the place of Django's and registers the nouns."""

    default_site = "tracker.admin.site.TrackerAdminSite"

    def ready(self) -> None:
        """Find what the libraries register, then register ours (which replaces the library's page of groups)."""
        super().ready()
        from tracker.admin import (  # noqa: F401
            accounts,
            actions,
            assessments,
            captures,
            documents,
            governments,
            jobs,
            parties,
            recommendations,
            submissions,
        )


class TrackerAdminSite(admin.AdminSite):
    """The stock admin with our names, our queues on the front page and the nouns in the order of the work."""

    site_title = _("Desk")
    site_header = _("Desk · recommendations and what became of them")
    index_title = _("Work")
    index_template = "admin/tracker/index.html"
    empty_value_display = "–"
    enable_nav_sidebar = False  # the nouns stand in one row below the header: tables need the width

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The work queues of the person who looks."""
        from tracker.admin.worklists import queues

        return super().index(request, {"queues": queues(request.user, self), **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Django's list, regrouped under :data:`HEADINGS`; the list of one app stays as it is."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        grouped = [(heading, [models.pop(name) for name in names if name in models]) for heading, names in HEADINGS]
        grouped.append((_("Other"), list(models.values())))
        return [
            {
                "name": heading,
                "app_label": f"desk-{number}",
                "app_url": found[0]["admin_url"] or "",
                "has_module_perms": True,
                "models": found,
            }
            for number, (heading, found) in enumerate(grouped)
            if found
        ]
