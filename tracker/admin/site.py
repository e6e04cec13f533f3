"""The desk's own AdminSite: its names, its front page and the order of its nouns."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

HEADINGS = (
    (_("Records"), ("Capture", "Document", "Citation", "Recommendation", "Addressee", "Action", "Effect", "Assessment")),
    (_("Imports"), ("Import",)),
    (_("Review"), ("Submission", "Challenge")),
    (_("Reference"), ("Government", "Measure", "Theme", "Party")),
    (_("Accounts"), ("User", "Group", "AccountEvent")),
    (_("Service"), ("BackgroundJob",)),
)
"""The nouns in the order of the work. A registered model that is named nowhere here stands under a last heading of its own."""


KEYS = (
    ("d", "Document"),
    ("c", "Citation"),
    ("r", "Recommendation"),
    ("a", "Action"),
    ("s", "Assessment"),
    ("v", "Submission"),
    ("o", "Government"),
    ("i", "Import"),
)
"""After "g", the key that leads to the list of a noun (static/tracker/desk.js)."""


class TrackerAdminConfig(AdminConfig):
    """Puts our site in the place of Django's and registers the nouns."""

    default_site = "tracker.admin.site.TrackerAdminSite"

    def ready(self) -> None:
        """Find what the libraries register, then register ours (which replaces the library's page of groups)."""
        super().ready()
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator

        for model in (EmailAddress, Authenticator):  # second factors have pages of their own; allauth's would show their secrets
            admin.site.unregister(model)
        from tracker.admin import (  # noqa: F401
            accounts,
            actions,
            assessments,
            captures,
            challenges,
            documents,
            governments,
            jobs,
            parties,
            recommendations,
            replies,
            submissions,
        )
        from tracker.admin.importing import pages, profiles  # noqa: F401


class TrackerAdminSite(admin.AdminSite):
    """The stock admin with our names, our queues on the front page and the nouns in the order of the work."""

    site_title = _("Desk")
    site_header = _("Desk · recommendations and what became of them")
    index_title = _("Work")
    index_template = "admin/tracker/index.html"
    empty_value_display = "–"
    enable_nav_sidebar = False  # the nouns stand in one row below the header: tables need the width

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """A new password of one's own: guesses at the old one are counted, the change is on record."""
        from tracker.signin.views import change_own_password

        return change_own_password(request, self, extra_context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The work queues of the person who looks."""
        from tracker.admin.queues.pages import front
        from tracker.signin.keeping import waiting_for

        return super().index(request, {**front(request.user), "kept_forms": waiting_for(request.user), **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the nouns that a key leads to."""
        context = super().each_context(request)
        urls = {model["object_name"]: model for app in context["available_apps"] for model in app["models"] if model.get("admin_url")}
        context["shortcuts"] = [(key, urls[name]["admin_url"], urls[name]["name"]) for key, name in KEYS if name in urls]
        return context

    def get_urls(self) -> list[Any]:
        """A page for each work queue, and one of releases, before Django's own."""
        return [
            path("queues/<slug:name>/", self.admin_view(self.queue_view), name="queue"),
            path("releases/", self.admin_view(self.releases_view), name="releases"),
            *super().get_urls(),
        ]

    def queue_view(self, request: HttpRequest, name: str) -> TemplateResponse:
        """All rows of one work queue."""
        from tracker.admin.queues.pages import queue_page

        return queue_page(self, request, name)

    def releases_view(self, request: HttpRequest) -> Any:
        """Releases, and a new one."""
        from tracker.admin.releases import releases_page

        return releases_page(self, request)

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
