"""Every address of the server, by room. A room's own addresses stand in its urls.py."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("tsela.sync.urls")),
    # path("", include("tsela.exchange.urls")),
    path("", include("tsela.messaging.urls")),
    path("", include("tsela.console.urls")),
]
