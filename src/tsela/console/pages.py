"""What every page has in common: who may open it, how errors look, signing in and out."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tsela.access import audit, devices, policy
from tsela.access.models import Staff
from tsela.access.policy import Action
from tsela.kernel.errors import TselaError, problem

View = Callable[..., HttpResponse]

# The tabs, in order: the first that her role opens is her home; None opens it to all staff.
TABS: list[tuple[str, str, Action | None]] = [
    ("team", "Team", Action.TEAM_READ),
    ("messages", "Messages", None),
    ("evaluation", "Evaluation", Action.EVALUATION_READ),
    ("devices", "Phones", Action.DEVICE_WRITE),
    ("problems", "Data problems", Action.TEAM_READ),
    ("programme", "Programme", None),
    ("audit", "Audit", Action.AUDIT_READ),
]


def page(action: Action | None) -> Callable[[View], View]:
    """A page for signed-in staff who may do `action` (None: all staff). Catalogue errors become a page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **given: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect(f"/login/?next={request.path}")
            try:
                if action is not None:
                    policy.require(staff_of(request), action)
                return unkept(view(request, **given))
            except TselaError as error:
                return unkept(refusal(request, error))

        checked.action = action  # type: ignore[attr-defined]
        return checked

    return decorate


def unkept(response: HttpResponse) -> HttpResponse:
    """Not kept by the browser: after signing out on a shared computer, nobody goes back to what was shown."""
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "private, no-store"
    return response


def staff_of(request: HttpRequest) -> Staff:
    """The signed-in member of staff."""
    return cast(Staff, request.user)


def show(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page with the tabs that she may open."""
    staff = staff_of(request)
    signed_in = request.user.is_authenticated
    may = [tab for tab in TABS if signed_in and (tab[2] is None or policy.may(staff, tab[2]))]
    return render(request, f"console/{template}.html", {"tabs": may, **context}, status=status)


def refusal(request: HttpRequest, error: TselaError) -> HttpResponse:
    """An error as a page: what is wrong and what to do. 403 for what her role may not do, else 400."""
    status = 403 if error.code in {"E503", "E504"} else 400
    return show(request, "refusal", status=status, error=error.problem)


@page(None)
def home(request: HttpRequest) -> HttpResponse:
    """Her first tab; a field worker comes here to answer those who write."""
    for name, _, action in TABS:
        if action is not None and policy.may(staff_of(request), action):
            return redirect(name)
    return redirect("inbox" if policy.may(staff_of(request), Action.INBOX) else "/app/")


def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password. Too many tries from one address have to wait (E506)."""
    if request.method != "POST":
        return show(request, "login", next=request.GET.get("next", ""))
    try:
        devices.limit_attempts(f"login:{request.META.get('REMOTE_ADDR', '')}")
    except TselaError as error:
        return show(request, "login", status=429, error=error.problem)
    form = AuthenticationForm(request, data=request.POST)
    if not form.is_valid():
        return show(
            request, "login", status=403, error=problem("E512"), username=request.POST.get("username", "")
        )
    login(request, form.get_user())
    audit.note(staff_of(request), "console.login")
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if target and safe else "home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")
