"""The door of the providers: what comes is checked, kept and acknowledged; everything else happens later (M50)."""

import logging
import time
from collections import Counter

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tsela.access import audit
from tsela.kernel.errors import Problem, TselaError, fail, problem
from tsela.messaging import door
from tsela.messaging.channels import Handshake, Hook
from tsela.messaging.channels.accounts import channel
from tsela.record.writer import write

log = logging.getLogger(__name__)
MOST_BYTES = 4 << 20  # WhatsApp sends at most 3 MB at once
STATUS = {"E490": 503, "E710": 403, "E711": 413, "E712": 404}
TELL_EVERY = 60.0  # seconds; a flood of forged requests must not become a flood of audit entries

_forged: Counter[str] = Counter()
_told: dict[str, float] = {}


@csrf_exempt
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, account: str) -> HttpResponse:
    """A request of the provider of this account. 200 only once it is committed; anything else, and it will come again."""
    try:
        return answer(request, account)
    except TselaError as error:
        if error.code == "E710":
            note_forged(account)
        return refusal(error.problem)
    except DatabaseError:
        return refusal(problem("E490"))


def answer(request: HttpRequest, account: str) -> HttpResponse:
    found = channel(account)
    if found is None:
        fail("E712", where=account)
    accepted = found.open(read(request))
    if isinstance(accepted, Handshake):
        return HttpResponse(accepted.text, content_type="text/plain; charset=utf-8")
    door.keep(account, accepted)
    return HttpResponse(status=200)


def read(request: HttpRequest) -> Hook:
    """The request as channels see it. E711 before a byte of a body is read that is larger than any provider's."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        fail("E711", bytes=MOST_BYTES)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        body = request.body
    except OSError:  # cut off on its way
        fail("E710")
    return Hook(str(request.method), request.META.get("QUERY_STRING", ""), headers, body)


def refusal(problem: Problem) -> HttpResponse:
    said = {"code": problem.code, "what": problem.what, "remedy": problem.remedy}
    response = JsonResponse({"error": said}, status=STATUS.get(problem.code, 400))
    if problem.code == "E490":
        response["Retry-After"] = "30"
    return response


def note_forged(account: str) -> None:
    """In the audit and the log: how many since the last entry."""
    _forged[account] += 1
    now = time.monotonic()
    if now - _told.get(account, -TELL_EVERY) < TELL_EVERY:
        return
    _told[account], count = now, _forged.pop(account)
    log.warning("%s: %d requests without the provider's signature", account, count)
    try:
        write(lambda: audit.note("hook", "hook.refused", account, requests=count))
    except (TselaError, DatabaseError):
        log.warning("The audit could not be written")
