"""Photos and recordings at the phones' door, piece by piece (SPEC S61-S63)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tsela.access import policy
from tsela.access.models import Device
from tsela.kernel.errors import fail
from tsela.record.attachments import MOST_BYTES, Upload, receive
from tsela.sync.answers import answer
from tsela.sync.views import for_device


@for_device
@require_http_methods(["PUT"])
def put(request: HttpRequest, device: Device, name: str) -> HttpResponse:
    """One piece; the answer says how much of the file is here, so that the phone goes on from there."""
    policy.require(device.staff, policy.Action.RECORD_WRITE)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        fail("E421", where=name, bytes=MOST_BYTES)
    offset, size = (_number(request.GET.get(field, "")) for field in ("offset", "size"))
    upload = Upload(name, request.GET.get("event", ""), offset, size, request.body)
    return answer(request, {"have": receive(upload, by=device)})


def _number(text: str) -> int:
    """A small whole number; -1 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
