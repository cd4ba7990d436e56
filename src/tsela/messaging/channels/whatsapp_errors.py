"""What each error of WhatsApp means for us: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes."""

from typing import Any

from tsela.messaging.channels import AccountProblem, Failed, Reason, Retry
from tsela.messaging.channels.reading import dig, text

_RETRY = {1, 2, 131000, 131016, 131057, 133004, 133005, 135000}  # its own trouble
_SLOW_ACCOUNT = {4, 80007, 130429}  # too many from this number or application
_SLOW_PERSON = {131056: 6.0}  # too many to this person: one in six seconds
_TOKEN = {0, 3, 10, 190, *range(200, 300)}  # expired, or without the permission
_RESTRICTED = {
    368,
    131031,
    131037,
    131042,
    131045,
    131048,
    133010,
}  # locked, unpaid, unregistered, called spam
_FAILED: dict[int, Reason] = {
    131026: "unreachable",  # no WhatsApp, an old version, or she has not accepted its terms
    131049: "unreachable",  # withheld, so that nobody gets too much advertising
    130472: "unreachable",  # she is in an experiment of Meta's
    130497: "unreachable",  # her country
    131047: "outside_window",
    131050: "stopped",
}


def outcome(code: int, problem: str) -> Failed | Retry | AccountProblem:
    """What follows from an error, of a send or of a status."""
    if code in _RETRY:
        return Retry(problem)
    if code in _SLOW_ACCOUNT:
        return Retry(problem, account=True)
    if code in _SLOW_PERSON:
        return Retry(problem, after=_SLOW_PERSON[code])
    if code in _TOKEN:
        return AccountProblem("E713", problem)
    if code in _RESTRICTED:
        return AccountProblem("E714", problem)
    if 132000 <= code < 133000:
        return Failed("template", problem)
    return Failed(_FAILED.get(code, "rejected"), problem)


def problem(error: Any) -> str:
    """An error object in words, with its number."""
    said = text(dig(error, "error_data.details")) or text(dig(error, "message")) or text(dig(error, "title"))
    return f"WhatsApp {text(dig(error, 'code'))}: {said}"[:300]
