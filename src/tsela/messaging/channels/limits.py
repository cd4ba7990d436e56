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

    def held(self, now: float) -> float:
        return self.size - max(0.0, self.full_at - now) * self.rate

    def take(self, now: float) -> None:
        self.full_at = max(self.full_at, now) + 1 / self.rate


class Limiter:
    """Of one account. `now` is any clock that only rises, in seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # A tenth of a second at once at most: the provider counts each second by itself.
        self._account = Bucket(limits.per_second or 1, max(1.0, limits.per_second / 10))
        self._people: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def account_wait(self, now: float) -> float:
        """Seconds until the account may send to anyone."""
        with self._lock:
            return self._account.wait(now) if self._limits.per_second else 0.0

    def tokens(self, now: float) -> float:
        """How many messages the account may send at this moment, whoever they are for."""
        with self._lock:
            return self._account.held(now) if self._limits.per_second else float("inf")

    def take(self, address: str, now: float) -> float:
        """0: send now, the tokens are taken. Else the seconds to wait, and none is taken."""
        with self._lock:
            person = self._person(address)
            wait = self._account.wait(now) if self._limits.per_second else 0.0
            wait = max(wait, person.wait(now) if person else 0.0)
            if wait == 0:
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
