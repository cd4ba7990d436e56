"""Plans the campaigns whose hour has come: who is meant (evaluation), and what each gets (messaging)."""

from django.utils import timezone

from tsela.evaluation.audience import audience
from tsela.evaluation.own import own_layer
from tsela.kernel.dates import parse_date
from tsela.messaging import campaigns
from tsela.record.programme import current


def plan_campaigns() -> int:
    """How many messages were put in the queue."""
    now = timezone.now()
    waiting = campaigns.to_plan(now)
    planned = 0
    if waiting:
        programme = current()
        today = parse_date(timezone.localdate(now).isoformat()) or 0
        with own_layer(programme) as layer:
            for campaign in waiting:
                meant = audience(
                    programme, layer, campaign.audience, today, campaign.sites, salt=str(campaign.pk), after=campaign.planned_to
                )  # fmt: skip
                planned += campaigns.plan(campaign, meant, now)
    campaigns.finish()
    return planned
