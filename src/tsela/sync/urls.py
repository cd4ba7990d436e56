"""The phones' addresses, under /api/v1/ (contract/SPEC.md)."""

from django.urls import path

from tsela.sync import attachments, views

urlpatterns = [
    path("devices/claim", views.claim),
    path("push", views.push),
    path("pull", views.pull),
    path("programme", views.programme),
    path("attachments/<str:name>", attachments.put),
]
