"""Where providers call us."""

from django.urls import path

from tsela.messaging import views

urlpatterns = [path("hooks/<slug:account>/", views.hook)]
