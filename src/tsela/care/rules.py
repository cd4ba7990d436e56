"""The rules in force where a client is at home: the programme of her site, by her country's policy."""

from functools import lru_cache

from tsela.care.engine import Rules
from tsela.programme import Programme
from tsela.record.programme import current


def rules_at(site: str) -> Rules:
    """The rules of a site (SPEC S41), by the policy of its country (S3)."""
    programme = current(site)
    return _rules(programme, programme.policy_of(site[:2]))


@lru_cache(maxsize=64)
def _rules(programme: Programme, policy: str) -> Rules:
    return Rules(programme.tables_for(policy))
