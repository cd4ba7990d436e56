"""Followers of the log: each keeps its place at every site, and moves it in the transaction of its work."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from tsela.record.models import Event, Position
from tsela.record.queries import decode, heads


class Overtaken(Exception):
    """Another worker did this work meanwhile: what was computed here may be stale, and is dropped."""


class Stretch(NamedTuple):
    """Numbers of a site that a follower has not seen: after < number <= upto."""

    site: str
    after: int
    upto: int


def behind(follower: str, most: int) -> list[Stretch]:
    """Where there is work, at most so many numbers a site. Read before the events: later ones have later numbers."""
    places = positions(follower)
    return [
        Stretch(site, places.get(site, 0), min(head, places.get(site, 0) + most))
        for site, head in sorted(heads().items())
        if head > places.get(site, 0)
    ]


def positions(follower: str) -> dict[str, int]:
    return dict(Position.objects.filter(follower=follower).values_list("site", "seq"))


def events_in(stretch: Stretch, forms: frozenset[str] | None = None) -> list[dict[str, Any]]:
    """The events of a stretch; of these forms, if any are named."""
    wanted = Q(site=stretch.site, seq__gt=stretch.after, seq__lte=stretch.upto)
    if forms is not None:
        wanted &= Q(form__in=forms)
    return [
        decode(body) for body in Event.objects.filter(wanted).order_by("seq").values_list("body", flat=True)
    ]


def advance(follower: str, seen: Mapping[str, int], to: Mapping[str, int]) -> None:
    """Within the work's transaction: move these positions, if none of those `seen` has moved. Raises Overtaken."""
    assert transaction.get_connection().in_atomic_block
    for site in sorted(seen.keys() | to.keys()):
        Position.objects.get_or_create(follower=follower, site=site)
        expected = seen.get(site, 0)
        if (
            Position.objects.filter(follower=follower, site=site, seq=expected).update(
                seq=to.get(site, expected)
            )
            != 1
        ):
            raise Overtaken(site)
