"""How fast an account may send: a bucket of tokens for the account, and one for each person.

One limiter a process: with several sending processes, give each its share in the account's settings (`per_second`).
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from tsela.messaging.channels import Limits

MOST_PEOPLE = 50_000  # remembered at once; whoever was written to longest ago has a full bucket again


@dataclass(slots=True)
class Bucket:
    """Holds `size` tokens and gains `rate` of them a second. `full_at`: when it is full again; so an idle one costs nothing."""

    rate: float
    size: float
    full_at: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until there is a token; 0: there is one."""
        wait = self.full_at - now - (self.size - 1) / self.rate
        return wait if wait > 1e-6 else 0.0  # below, adding it to a clock may change nothing

    def take(self, now: float) -> None:
        self.full_at = max(self.full_at, now) + 1 / self.rate


class Limiter:
    """Of one account. `now` is any clock that only rises, in seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # Nothing is saved up for later: the provider counts each second by itself.
        self._account = Bucket(limits.per_second or 1, 1.0)
        self._people: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def account_wait(self, now: float) -> float:
        """Seconds until the account may send to anyone."""
        with self._lock:
            return self._account.wait(now) if self._limits.per_second else 0.0

    def room(self, now: float, ahead: float) -> float:
        """How many messages may leave within `ahead` seconds from now, whoever they are for."""
        if not self._limits.per_second:
            return float("inf")
        with self._lock:
            return max(0.0, 1 + (ahead - self._account.wait(now)) * self._account.rate)

    def take(self, address: str, now: float, ahead: float = 0.0) -> float:
        """The seconds until it may leave. No more than `ahead`: the tokens are taken, and then it leaves; else none is."""
        with self._lock:
            person = self._person(address)
            wait = self._account.wait(now) if self._limits.per_second else 0.0
            wait = max(wait, person.wait(now) if person else 0.0)
            if wait <= ahead:
                self._account.take(now)
                if person:
                    person.take(now)
            return wait

    def _person(self, address: str) -> Bucket | None:
        if not self._limits.per_person:
            return None
        bucket = self._people.pop(address, None) or Bucket(1 / self._limits.per_person, self._limits.burst)
        self._people[address] = bucket
        if len(self._people) > MOST_PEOPLE:
            self._people.popitem(last=False)
        return bucket
