"""The programme's handbook for all staff, and its versions for those who publish them."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from tsela.access.models import Staff
from tsela.access.policy import Action, may
from tsela.console.handbook import CHAPTERS, Page, contents
from tsela.console.pages import page, show, staff_of
from tsela.programme import Programme
from tsela.record import programme as in_force
from tsela.record.publishing import history, roll_back


@page(None)
def handbook(request: HttpRequest, name: str = "index") -> HttpResponse:
    """A page of the handbook of the programme that is in force where she works."""
    staff = staff_of(request)
    programme = in_force.current(min(staff.site_codes, default=""))
    made = _page(programme, f"{name}.html")
    body = mark_safe(made.body)  # noqa: S308 — made by handbook.markup, which escapes every text
    return show(
        request, "handbook", title=made.title, body=body, chapters=CHAPTERS, here=made.chapter, publishes=_publishes(staff)
    )  # fmt: skip


@page(Action.PROGRAMME_PUBLISH)
def versions(request: HttpRequest) -> HttpResponse:
    """Every publication: what, where, by whom; what is in force; and the way back."""
    everywhere, pilots = in_force.versions()
    rows = history()
    last = next((row for row in rows if row["withdrawn_at"] is None), None)
    return show(
        request, "versions", rows=rows, last=last, everywhere=everywhere, pilots=pilots, key=in_force.shelf().public_key
    )  # fmt: skip


@page(Action.PROGRAMME_PUBLISH)
@require_POST
def rollback(request: HttpRequest) -> HttpResponse:
    """Withdraw the last publication that is in force."""
    row = roll_back(by=staff_of(request))
    where = ", ".join(row.sites) or "everywhere"
    messages.success(
        request, f"{row.version} was withdrawn {where}. Phones take what was before at their next sync."
    )
    return redirect("versions")


@lru_cache(maxsize=256)
def _page(programme: Programme, name: str) -> Page:
    made = _contents(programme)
    if name not in made:
        raise Http404("the handbook has no such page")
    return made[name]()


@lru_cache(maxsize=4)
def _contents(programme: Programme) -> Mapping[str, Callable[[], Page]]:
    return contents(programme)


def _publishes(staff: Staff) -> bool:
    return may(staff, Action.PROGRAMME_PUBLISH)
