"""What SMS take and cost, in words; the price of one as somebody has typed it: kept for the session, so that it is typed once."""

from decimal import Decimal, InvalidOperation

from django.http import HttpRequest

KEY = "chat_price"  # in the session
LONGEST = 12
ENCODINGS = {"gsm7": "letters (GSM-7)", "ucs2": "wide letters (UCS-2): less than half as many fit"}


def keep(request: HttpRequest, typed: str) -> None:
    request.session[KEY] = typed.replace(",", ".").strip()[:LONGEST]


def price(request: HttpRequest) -> Decimal | None:
    """None where none was typed, or none that can be one."""
    if "price" in request.GET:
        keep(request, request.GET["price"])
    try:
        found = Decimal(request.session.get(KEY) or "x")
    except InvalidOperation:
        return None
    return found if found.is_finite() and found > 0 else None


def cost(parts: int, price: Decimal | None) -> str:
    """So many SMS, and what they cost where that is known."""
    return f"{parts:,} SMS" + (f", {parts * price:,.2f} at {price} each" if price else "")
