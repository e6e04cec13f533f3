"""The addresses of the peers that are built on Django."""

from django.urls import path

from tracker.benchmarking.peers import stock

urlpatterns = [
    path("addressees/", stock.Addressees.as_view()),
    path("addressees/all/", stock.EveryAddressee.as_view()),
    path("recommendations/<str:reference>/", stock.Recommendation.as_view()),
    path("admin/", stock.site.urls),
]
