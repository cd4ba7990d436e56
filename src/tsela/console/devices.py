"""The team's phones: give a code, see when each was last heard of, revoke a lost one."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from tsela.access import policy
from tsela.access.actions import make_device_code, revoke_device
from tsela.access.models import Device, Staff
from tsela.access.policy import Action
from tsela.console.pages import page, show, staff_of


@page(Action.DEVICE_WRITE)
def devices(request: HttpRequest) -> HttpResponse:
    """Everyone whose phones she may manage, with their phones."""
    team = [person for person in _visible(request) if policy.may_manage(staff_of(request), person)]
    return show(request, "devices", team=team)


@page(Action.DEVICE_WRITE)
@require_POST
def new_code(request: HttpRequest, staff: str) -> HttpResponse:
    """A one-time code for one phone, as letters and as QR (SPEC S10). It is shown this once."""
    person = get_object_or_404(Staff, pk=staff)
    code = make_device_code(person, by=staff_of(request))
    link = request.build_absolute_uri(f"/app/#claim={code}")
    picture = mark_safe(segno.make(link, error="m").svg_inline(omitsize=True, border=2))  # noqa: S308 — drawn from our own link
    return show(request, "code", person=person, code=f"{code[:4]} {code[4:]}", qr=picture)


@page(Action.DEVICE_WRITE)
@require_POST
def revoke(request: HttpRequest, device: str) -> HttpResponse:
    """Tell a lost phone to wipe itself at its next contact (SPEC S11)."""
    phone = get_object_or_404(Device.objects.select_related("staff"), pk=device)
    revoke_device(phone, by=staff_of(request))
    messages.success(request, f"The phone of {phone.staff.name} will delete everything at its next contact.")
    return redirect("devices")


def _visible(request: HttpRequest) -> list[Staff]:
    people = policy.visible_staff(staff_of(request)).filter(employed=True)
    return list(people.prefetch_related("sites", "devices"))
