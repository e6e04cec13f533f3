"""Addresses of the form that readers write in."""

from django.urls import path

from tracker.challenges import views

app_name = "challenges"

urlpatterns = [
    path("challenge/", views.challenge, name="challenge"),
    path("challenge/received/", views.received, name="received"),
]
