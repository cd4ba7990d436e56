"""The console's addresses. What each page needs is written at its view, by `page(action)`; tests try every role on all."""

from django.urls import include, path

from tsela.console import audit, client, devices, evaluation, pages, problems, programme, team

urlpatterns = [
    path("", pages.home, name="home"),
    path("login/", pages.sign_in, name="login"),
    path("logout/", pages.sign_out, name="logout"),
    path("team/", team.team, name="team"),
    path("clients/<uuid:client>/", client.client, name="client"),
    path("clients/<uuid:client>/attachments/<str:name>", client.attachment, name="attachment"),
    path("devices/", devices.devices, name="devices"),
    path("devices/new/<uuid:staff>/", devices.new_code, name="new_code"),
    path("devices/revoke/<uuid:device>/", devices.revoke, name="revoke"),
    path("problems/", problems.problems, name="problems"),
    path("evaluation/", evaluation.evaluation, name="evaluation"),
    path("evaluation/<slug:name>/<str:file>", evaluation.file, name="evaluation_file"),
    path("programme/", programme.handbook, name="programme"),
    path("programme/<slug:name>.html", programme.handbook, name="handbook"),
    path("programme/versions/", programme.versions, name="versions"),
    path("programme/rollback/", programme.rollback, name="rollback"),
    path("audit/", audit.log, name="audit"),
    path("", include("tsela.console.messages.urls")),
]
