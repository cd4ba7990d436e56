"""The rules in force where a client is at home: the running programme, by her country's policy."""

from functools import lru_cache

from tsela.care.engine import Rules
from tsela.record.programme import current


def rules_at(site: str) -> Rules:
    """The rules of a site's country (SPEC S3)."""
    programme = current()
    return _rules(programme.version, programme.policy_of(site[:2]))


@lru_cache(maxsize=8)
def _rules(version: str, policy: str) -> Rules:
    """Kept by version: a programme that changes has another one."""
    return Rules(current().tables_for(policy))
