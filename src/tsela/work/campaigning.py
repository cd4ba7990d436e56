"""Campaigns: who is meant (evaluation), what each would get, and what each gets once the hour has come (messaging)."""

from collections.abc import Iterator
from functools import partial

from django.utils import timezone
from duckdb import DuckDBPyConnection

from tsela.evaluation.audience import Lot, audience
from tsela.evaluation.own import own_layer
from tsela.kernel.dates import parse_date
from tsela.messaging import campaign_preview, campaigns
from tsela.messaging.models import Campaign
from tsela.programme import Programme
from tsela.record.programme import current


def plan_campaigns() -> int:
    """Those whose hour has come, and then what somebody wants to see; how many messages were put in the queue."""
    now = timezone.now()
    waiting, wanted = campaigns.to_plan(now), campaigns.to_preview()
    planned = 0
    if waiting or wanted:
        programme = current()
        today = parse_date(timezone.localdate(now).isoformat()) or 0
        with own_layer(programme) as layer:
            meant = partial(_meant, programme, layer, today)
            planned = sum(campaigns.plan(one, meant(one, after=one.planned_to), now) for one in waiting)
            for one in wanted:
                campaign_preview.keep(one, meant(one), now)
    campaigns.finish()
    return planned


def _meant(
    programme: Programme, layer: DuckDBPyConnection, today: int, one: Campaign, after: str = ""
) -> Iterator[list[Lot]]:
    return audience(programme, layer, one.audience, today, one.sites, salt=str(one.pk), after=after)
