"""What may be said to whom, when, how openly (MESSAGES M1, M2, M32, M33, M40). Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Text = Literal["covert", "overt"]

WINDOW = timedelta(hours=24)  # after her own message she may be answered (M40, and WhatsApp's rule)
MOST_A_DAY = 3  # messages that she did not ask for, in one local day
DAY = 24 * 60  # minutes
HOURS = (8 * 60, 18 * 60)  # minutes after midnight, local
STOPPED = "stop"  # text_version of a consent that she ended herself, by writing so
PURPOSES = {  # what a message is for → the consent that it needs (M30)
    "reminders": "messages",
    "support": "messages",
    "information": "information",
    "research": "research",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads what is sent to a contact point, as far as a decision needs it. `adult_age`: the country's, in years."""

    consents: frozenset[str] = frozenset()
    agreed: str = "covert"
    owner: str = "unknown"
    readers_know: bool = False
    born_on: date | None = None
    adult_age: int = 18
    assent: bool = False
    hours: tuple[int, int] = HOURS
    zone: str = "UTC"
    stopped: bool = False
    again: bool = False  # she has written since she said stop
    suspended: bool = False
    wrote_at: datetime | None = None

    @property
    def alone(self) -> bool:
        """What is shown there tells nobody who does not know (M1)."""
        return self.owner == "own" or self.readers_know

    def answering(self, now: datetime) -> bool:
        """Whether she wrote within the last 24 hours; a time ahead of us was told by a clock that was wrong."""
        return self.wrote_at is not None and abs(now - self.wrote_at) < WINDOW

    def back(self, now: datetime) -> bool:
        """Whether she has written since she said stop, and a person may answer her now (M40)."""
        return self.again and not self.suspended and self.answering(now)

    def minor(self, now: datetime) -> bool:
        """Below the age from which her country lets her decide alone."""
        if self.born_on is None:
            return False
        return years_between(self.born_on, local(now, self.zone).date()) < self.adult_age


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be said. `purpose` blank: an answer to her; `personal`: of a person, in words of her own. `asked`: within the
    conversation that she began."""

    purpose: str = ""
    personal: bool = False
    tier: Text = "covert"
    asked: bool = False
    reviewed: bool = True
    empty: bool = False
    reachable: bool = True  # the window is open, or there is a template, or the channel needs none
    sent_today: int = 0
    current: bool = True  # its task still stands


def tier_of(reader: Reader) -> str:
    """The tier that holds: what was agreed, where it can hold at all (M1), and until she says stop."""
    return reader.agreed if reader.alone and not reader.stopped else "covert"


def text_tier(reader: Reader, now: datetime, *, asked: bool) -> Text:
    """Whether an overt text may be said now (M2). `asked`: she began the conversation that it belongs to."""
    tier = tier_of(reader)
    open_now = tier == "overt" or (tier == "overt_on_request" and asked and reader.answering(now))
    return "overt" if open_now else "covert"


def may_send(reader: Reader, saying: Saying, now: datetime) -> str:
    """Blank where it may be sent, or the first reason of M33 why not."""
    answer = not saying.purpose and reader.answering(now)
    minor = reader.minor(now) and not (reader.owner == "own" and reader.assent)
    reasons = {
        "stopped": reader.stopped and not (answer and saying.personal and reader.again),
        "suspended": reader.suspended,
        "no_consent": not answer and PURPOSES.get(saying.purpose, "messages") not in reader.consents,
        "minor": not answer and minor,
        "not_alone": saying.tier == "overt" and text_tier(reader, now, asked=saying.asked) == "covert",
        "not_reviewed": not saying.reviewed,
        "no_text": saying.empty,
        "outside_window": not saying.reachable,
        "hours": not answer and not in_hours(reader, now),
        "limit": bool(saying.purpose) and saying.sent_today >= MOST_A_DAY,
        "cancelled": not saying.current,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


WAITS = frozenset({"hours", "limit"})  # reasons that pass by themselves


def in_hours(reader: Reader, now: datetime) -> bool:
    """Within her safe hours, local."""
    return within(reader.hours, local(now, reader.zone))


def within(hours: tuple[int, int], at: datetime) -> bool:
    """Whether a clock on a wall shows one of these hours; they may run over midnight."""
    minute, (opens, closes) = at.hour * 60 + at.minute, hours
    return opens <= minute < closes if opens < closes else minute >= opens or minute < closes


def next_time(reader: Reader, now: datetime, reason: str) -> datetime:
    """When a reason to wait is gone: her next safe hour, today or (after a full day) tomorrow."""
    here = local(now, reader.zone)
    day = here.date() + timedelta(days=1) if reason == "limit" else here.date()
    for ahead in range(3):
        opens = datetime.combine(
            day + timedelta(days=ahead), _time(reader.hours[0]), tzinfo=ZoneInfo(reader.zone)
        ).astimezone(UTC)
        if opens > now:
            return opens
    raise AssertionError("one of three days has an opening hour ahead")


def local(moment: datetime, zone: str) -> datetime:
    """Her clock on the wall."""
    return moment.astimezone(ZoneInfo(zone))


def start_of_day(moment: datetime, zone: str) -> datetime:
    """When her day began."""
    return datetime.combine(local(moment, zone).date(), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def years_between(born: date, today: date) -> int:
    """Whole years of age."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def safe_hours(text: object) -> tuple[int, int] | None:
    """'09:00-16:00' as minutes after midnight, '00:00-24:00' is the whole day; None where it says nothing that can be kept."""
    parts = text.replace(" ", "").split("-") if isinstance(text, str) else []
    minutes = [found for part in parts if (found := _minutes(part)) is not None]
    if len(minutes) != len(parts) or len(minutes) != 2:
        return None
    opens, closes = minutes[0] % DAY, minutes[1]
    return None if opens == closes else (opens, closes)


def _minutes(part: str) -> int | None:
    hours, _, minutes = part.partition(":")
    if not (hours.isdigit() and (minutes or "0").isdigit()):
        return None
    found = int(hours) * 60 + int(minutes or "0")
    return found if int(minutes or "0") < 60 and found <= DAY else None


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
