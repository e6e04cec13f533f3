"""A list of REST framework with django-filter, and a changelist of the admin, as their tutorials have them: over the addressees that stand today."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters, generics, pagination, renderers, serializers

from tracker.benchmarking.limits import SEARCHED
from tracker.editions.tables import AddresseeEdition, RecommendationEdition
from tracker.models import Recommendation as Desk

FIELDS = ("government", "status", "measure", "year", "disputed")
"""Those that the benchmark filters by."""


def standing(today: dt.date | None = None) -> Any:
    """The rows that both are given: one an addressee."""
    return AddresseeEdition.objects.known_at(None).true_on(today or timezone.now().date())


# --- REST framework ----------------------------------------------------------------------------------------------------------


class Page(pagination.PageNumberPagination):
    """As many rows as a page of the product has."""

    page_size = 50


class AddresseeSerializer(serializers.ModelSerializer):
    """Every column."""

    class Meta:
        """Of the narrow table."""

        model = AddresseeEdition
        fields = "__all__"


class RecommendationSerializer(serializers.ModelSerializer):
    """Every column."""

    class Meta:
        """Of one table."""

        model = RecommendationEdition
        fields = "__all__"


class Addressees(generics.ListAPIView):
    """A page of them, filtered by column and searched with ILIKE."""

    serializer_class = AddresseeSerializer
    renderer_classes = (renderers.JSONRenderer,)
    filter_backends = (DjangoFilterBackend, filters.SearchFilter)
    filterset_fields = FIELDS
    search_fields = ("short_title", "rationale")
    pagination_class: Any = Page
    throttle_classes = ()
    schema = None

    def get_queryset(self) -> Any:
        """Those that stand today."""
        return standing()


class EveryAddressee(Addressees):
    """All of them at once."""

    pagination_class = None


class Recommendation(generics.RetrieveAPIView):
    """One row, and nothing that belongs to it."""

    serializer_class = RecommendationSerializer
    renderer_classes = (renderers.JSONRenderer,)
    lookup_field = "reference"
    throttle_classes = ()
    schema = None

    def get_queryset(self) -> Any:
        """Those that the site shows now."""
        return RecommendationEdition.objects.known_at(None)


# --- The admin -----------------------------------------------------------------------------------------------------------------

site = admin.AdminSite()


class _Stock(admin.ModelAdmin):
    """By the admin's own templates."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Django's."""
        response = super().changelist_view(request, extra_context)
        if hasattr(response, "render"):
            response.using = "stock"
        return response


@admin.register(AddresseeEdition, site=site)
class AddresseeAdmin(_Stock):
    """Read, never changed."""

    list_display = ("recommendation", "short_title", "government_name", "status", "valid_from", "disputed")
    list_filter = FIELDS
    search_fields = ("short_title", "rationale")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that stand today."""
        return standing()


@admin.register(Desk, site=site)
class RecommendationAdmin(_Stock):
    """Those of the desk, drafts among them."""

    list_display = ("reference", "short_title", "made_by", "recommended_on", "measure")
    list_filter = ("measure", "statement_form")
    search_fields = SEARCHED
