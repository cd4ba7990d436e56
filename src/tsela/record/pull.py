"""What is new for a phone (SPEC S30-S35): one page, and the cursor that asks for the next.

Two shapes. A site that the phone has not seen, or has not seen for long, comes client by client, whole histories
(`first`). A site near its head comes by number, and a change of scope among the numbers brings or removes a whole
history. Heads are read before scopes, scopes before rows: what changes meanwhile has a number beyond the heads, and
comes with the next pull.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from tsela.access.policy import Scope
from tsela.kernel.errors import fail
from tsela.record.models import Client, Event, ScopeChange
from tsela.record.queries import clients_in, heads

PAGE = 2_000  # rows (S31)
FAR = 10_000  # numbers behind a head: from here on, whole histories are cheaper than the site's numbers
CLIENTS = 300  # clients looked at together in a first sync

Key = tuple[str, str, int]  # client, site, number
Row = tuple[int, str]  # number, body


class First(msgspec.Struct, array_like=True, frozen=True):
    """A first sync in progress: the heads when it began, and the last row sent."""

    heads: dict[str, int]
    at: Key | None


class Cursor(msgspec.Struct, array_like=True, frozen=True):
    """What the phone has seen: under which scope, each site's number, and where it is in a first sync (S32)."""

    scope: str
    seen: dict[str, int]
    first: First | None = None


@dataclass
class Page:
    """What one pull answers."""

    cursor: Cursor
    more: bool = False
    rows: list[Row] = field(default_factory=list)
    enter: list[str] = field(default_factory=list)
    leave: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.rows or self.enter or self.leave or self.more)


def pull(scope: Scope, cursor: Cursor | None) -> Page:
    """The next page for a scope. The caller answers 204 where it is empty and the cursor is what it was."""
    now = heads()
    name = f"{scope.kind}:{scope.staff}"
    seen = cursor.seen if cursor else {}
    if cursor is not None and cursor.scope == name and cursor.first is not None:
        return first_page(scope, cursor, now)
    followed = {site: now.get(site, 0) for site in sites_of(scope)}
    near = {
        site: number for site, number in seen.items() if site in followed and now.get(site, 0) - number <= FAR
    }
    if cursor is not None and cursor.scope != name:  # she has another role now: all she may see comes anew
        near = {}
        seen = seen | (cursor.first.heads if cursor.first else {})
    begin = {site: head for site, head in followed.items() if site not in near}
    everyone = scope.kind != "caseload" or not near
    gone = no_longer_seen(scope, {site: seen[site] for site in seen.keys() - near.keys()}, everyone)
    if begin and any(begin.values()):
        page = first_page(scope, Cursor(name, near, First(begin, None)), now)
        page.leave += gone
        return page
    page = next_page(scope, Cursor(name, near | begin), now)
    page.leave += gone
    return page


def sites_of(scope: Scope) -> set[str]:
    """The sites whose numbers she follows: her own, and wherever a client of her caseload is at home."""
    if scope.kind != "caseload":
        return set(scope.sites)
    return set(scope.sites) | set(clients_in(scope).values_list("home", flat=True).distinct())


def no_longer_seen(scope: Scope, seen: dict[str, int], everyone: bool) -> list[str]:
    """Who is out of scope at sites that she no longer follows by number: of those who changed since, or of everyone."""
    if not seen:
        return []
    changed = Q()
    for site, number in seen.items():
        changed |= Q(site=site, seq__gt=number)
    gone = Q(pk__in=ScopeChange.objects.filter(changed).values("client"))
    if everyone:
        gone |= Q(home__in=seen)
    others = Client.objects.filter(gone).exclude(pk__in=clients_in(scope).values("pk"))
    return list(others.values_list("pk", flat=True))


def first_page(scope: Scope, cursor: Cursor, now: dict[str, int]) -> Page:
    """Whole histories, client by client, of those in scope who are at home at the sites that she has not seen."""
    assert cursor.first is not None
    heads, at = cursor.first.heads, cursor.first.at
    clients = clients_in(scope).filter(home__in=heads).order_by("pk")
    rows, last, enter = histories(clients, at, PAGE + 1)
    more = len(rows) > PAGE
    if not more:
        seen = cursor.seen | heads
        rest = any(
            now.get(site, 0) > number for site, number in seen.items()
        )  # not 204, or she would never come to it
        return Page(Cursor(cursor.scope, seen), more=rest, rows=rows, enter=enter)
    del rows[PAGE:], last[PAGE:]
    at = last[-1]
    entered = [client for client in enter if client <= at[0]]
    return Page(Cursor(cursor.scope, cursor.seen, First(heads, at)), more=True, rows=rows, enter=entered)


def histories(
    clients: QuerySet[Client], at: Key | None, limit: int
) -> tuple[list[Row], list[Key], list[str]]:
    """Up to `limit` rows of these clients' histories after a place, their keys, and the clients who begin among them."""
    rows: list[Row] = []
    keys: list[Key] = []
    enter: list[str] = []
    rest = clients.filter(pk__gte=at[0]) if at else clients
    for chunk in chunks(rest.values_list("pk", flat=True).iterator(chunk_size=CLIENTS), CLIENTS):
        for client, site, seq, body in history_rows(chunk, at, limit - len(rows)):
            rows.append((seq, body))
            keys.append((client, site, seq))
        enter += [client for client in chunk if at is None or client > at[0]]
        if len(rows) >= limit:
            break
    return rows, keys, enter


def history_rows(clients: list[str], at: Key | None, limit: int) -> QuerySet[Any]:
    events = Event.objects.filter(client__in=clients)
    if at is not None and clients[0] == at[0]:
        client, site, seq = at
        events = events.exclude(Q(client=client) & (Q(site__lt=site) | Q(site=site, seq__lte=seq)))
    return events.order_by("client", "site", "seq").values_list("client", "site", "seq", "body")[:limit]


def next_page(scope: Scope, cursor: Cursor, now: dict[str, int]) -> Page:
    """What was numbered since, site by site. A page ends where the next whole history would not fit."""
    page = Page(cursor)
    seen = dict(cursor.seen)
    sent: set[str] = set()
    for site in sorted(seen):
        head = now.get(site, 0)
        if head == seen[site]:
            continue
        seen[site] = advance(scope, site, seen[site], head, page, sent)
        if seen[site] < head:
            page.more = True
            break
    page.cursor = Cursor(cursor.scope, seen)
    return page


def advance(scope: Scope, site: str, after: int, head: int, page: Page, sent: set[str]) -> int:
    """Add what this site numbered after `after` up to its head; the number that the page now reaches."""
    between = Q(site=site, seq__gt=after, seq__lte=head)
    changes = dict(ScopeChange.objects.filter(between).values_list("seq", "client"))
    inside = set(clients_in(scope).filter(pk__in=set(changes.values())).values_list("pk", flat=True))
    hers = Event.objects.filter(between, client__in=clients_in(scope).values("pk")).exclude(client__in=inside)
    room = max(PAGE - len(page.rows), 0)  # a long history may have filled more than the page
    events = {row[0]: row for row in hers.order_by("seq").values_list("seq", "body")[: room + 1]}
    if len(events) > room:
        head = min(head, max(events) - 1)
    for seq in sorted(number for number in changes.keys() | events.keys() if number <= head):
        if not add(seq, events.get(seq), changes.get(seq), inside, page, sent):
            return seq - 1
    return head


def add(seq: int, row: Row | None, client: str | None, inside: set[str], page: Page, sent: set[str]) -> bool:
    """Add one number's event, or what a change of scope brings or removes. False where the page has no room for it."""
    if row is not None:
        if len(page.rows) >= PAGE:
            return False
        page.rows.append(row)
        return True
    assert client is not None
    if client in sent:
        return True
    if client in inside:
        history = list(Event.objects.filter(client=client).order_by("site", "seq").values_list("seq", "body"))
        if page.rows and len(page.rows) + len(history) > PAGE:
            return False
        page.rows += history
        page.enter.append(client)
    else:
        page.leave.append(client)
    sent.add(client)
    return True


def chunks(values: Iterable[str], size: int) -> Iterable[list[str]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def encode_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor | None:
    """None for no cursor. E400 for one that we did not make."""
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.msgpack.decode(raw, type=Cursor)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return fail("E400", reason="the cursor is not one of ours", events=200, bytes=1 << 20)
