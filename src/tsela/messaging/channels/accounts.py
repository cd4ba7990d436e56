"""Reads the channel accounts of a server: channels.toml, one table an account, secrets in the environment.

docs/channels.md says what stands in it. A fault is E720, a secret that is missing, published or written into the file E721.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

from tsela.kernel.errors import TselaError, fail, nearest, problem
from tsela.messaging.channels import Channel, Kind, Limits
from tsela.messaging.channels.africas_talking import AfricasTalking
from tsela.messaging.channels.console import Console
from tsela.messaging.channels.http import Http
from tsela.messaging.channels.simulator import Simulator
from tsela.messaging.channels.whatsapp import WhatsApp
from tsela.programme.talk.leaks import Leaks

CHANNELS: dict[str, type] = {
    "whatsapp": WhatsApp,
    "africas_talking": AfricasTalking,
    "http": Http,
    "console": Console,
    "simulator": Simulator,
}
SECRETS = {"token", "app_secret", "verify_token", "api_key", "key"}
LIMITS = {"per_second", "per_person", "burst"}
FIXED = {"account", "live", "settles", "limits"}  # not for a file to say
PUBLISHED = ("change-me", "changeme", "secret", "insecure", "example", "default", "password")
SHORTEST = 16
SENDERS = {"from", "sender", "sender_id", "senderid", "originator", "source"}  # keys of a gateway's requests
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_FROM_ENVIRONMENT = re.compile(r"\$([A-Z][A-Z0-9_]*)")


def accounts(file: Path | None, *, production: bool) -> dict[str, Channel]:
    """Every account, by name, in the order of the file. Where nobody real is served, a simulator of each kind too."""
    found = {name: account(name, table, file, production=production) for name, table in _tables(file).items()}
    if not production:
        found.setdefault("simulator", Simulator("simulator"))
        found.setdefault("simulator-sms", Simulator("simulator-sms", kind="sms"))
    return found


def account(name: str, table: Mapping[str, Any], file: Path | None, *, production: bool) -> Channel:
    """One account from its table."""
    where = f"{file or 'channels'}: {name}"
    if not _NAME.fullmatch(name):
        fail(
            "E720", where=where, reason="an account's name has small letters, digits and hyphens, at most 40"
        )
    type = CHANNELS.get(table.get("channel", ""))
    if type is None:
        fail("E720", where=where, reason=f"its channel is none of {', '.join(CHANNELS)}")
    given = {key: value for key, value in table.items() if key != "channel"}
    _check_names(given, type, where)
    found: Channel = type(account=name, **_values(given, type, where, production=production))
    if production and not found.live:
        fail("E720", where=where, reason="nobody receives what goes this way; it is for trying out")
    return found


def require_neutral(known: Mapping[str, Channel], leaks: Leaks) -> None:
    """E702 where a sender tells (M12): it stands on her screen before a word is read. Not at the reading of the file: only
    the programme knows which words tell."""
    senders = [(name, sender) for name, account in known.items() for sender in senders_of(account)]
    found = [(name, sender, leak) for name, sender in senders for leak in leaks.find_in_name(sender)[:1]]
    problems = [
        problem(
            "E702", where=f"channels.toml: {name}", text=sender, term=leak.term, kind=leak.kind, language=leak.language, read="the sender"
        )
        for name, sender, leak in found
    ]  # fmt: skip
    if problems:
        raise TselaError(*problems)


def senders_of(account: Channel) -> list[str]:
    """The names that an account writes as the sender, as far as its settings say them."""
    if isinstance(account, AfricasTalking):
        return [account.sender] if account.sender else []
    body = account.body if isinstance(account, Http) else {}
    asked = dict(parse_qsl(urlsplit(account.url).query)) if isinstance(account, Http) else {}
    return [
        str(value)
        for key, value in _leaves([body, asked])
        if key.lower() in SENDERS and "{" not in str(value)
    ]


def _leaves(tree: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from _leaves(value, name)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _leaves(value, key)
    else:
        yield key, tree


def channel(name: str) -> Channel | None:
    """The account of this server with that name."""
    from django.conf import settings

    found: Channel | None = settings.CHANNELS.get(name)
    return found


def route(kind: Kind, country: str) -> Channel | None:
    """Through which account a person in this country is reached: one of the country before one of all countries."""
    from django.conf import settings

    mine = [one for one in settings.CHANNELS.values() if one.kind == kind]
    local = [one for one in mine if country in one.countries]
    return next(iter(local or [one for one in mine if not one.countries]), None)


def _tables(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fail("E720", where=str(file), reason=str(error))
    for name, table in tables.items():
        if not isinstance(table, dict):
            fail("E720", where=str(file), reason=f"{name} stands outside a table")
    return tables


def _check_names(given: Mapping[str, Any], type: type, where: str) -> None:
    known = {field.name for field in fields(type)} - FIXED | LIMITS
    needed = {
        field.name for field in fields(type) if field.default is MISSING and field.default_factory is MISSING
    }
    for name in given:
        if name not in known:
            hint = nearest(name, known)
            fail(
                "E720",
                where=where,
                reason=f"{name} is no setting of it{f'; did you mean {hint}?' if hint else ''}",
            )
    missing = sorted(needed - FIXED - given.keys())
    if missing:
        fail("E720", where=where, reason=f"{', '.join(missing)} is missing")


def _values(given: Mapping[str, Any], type: type, where: str, *, production: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        values[name] = _resolved(name, value, where, secret=name in SECRETS, production=production)
    _check_values(values, type, where)
    if "countries" in values:
        values["countries"] = frozenset(values["countries"])
    if "media_hosts" in values:
        values["media_hosts"] = tuple(values["media_hosts"])
    if LIMITS & values.keys():
        usual = next(field.default for field in fields(type) if field.name == "limits")
        set_here = {name: values.pop(name) for name in LIMITS & values.keys()}
        values["limits"] = Limits(**{name: set_here.get(name, getattr(usual, name)) for name in LIMITS})
    return values


def _resolved(name: str, value: Any, where: str, *, secret: bool, production: bool) -> Any:
    """With $NAME replaced by what the environment holds. In headers a secret may stand behind a word: Token $NAME."""
    if isinstance(value, dict):
        inside = name in ("headers", "media_headers")
        return {
            key: _resolved(f"{name}.{key}", one, where, secret=inside, production=production)
            for key, one in value.items()
        }
    if not isinstance(value, str):
        return value
    found = _FROM_ENVIRONMENT.sub(lambda match: _secret(match[1], name, where, production=production), value)
    if secret and production and found == value and name != "headers.Content-Type":
        fail("E721", where=where, name=name, state="it stands in the file", length=SHORTEST)
    return found


def _secret(variable: str, name: str, where: str, *, production: bool) -> str:
    value = os.environ.get(variable, "").strip()
    if not value:
        fail("E721", where=where, name=name, state=f"{variable} is not set", length=SHORTEST)
    if production and (len(value) < SHORTEST or any(word in value.lower() for word in PUBLISHED)):
        fail(
            "E721",
            where=where,
            name=name,
            state=f"{variable} is short or comes from an example",
            length=SHORTEST,
        )
    if not value.isascii() or not value.isprintable():
        fail(
            "E721",
            where=where,
            name=name,
            state=f"{variable} holds letters that no header can carry",
            length=SHORTEST,
        )
    return value


def _check_values(values: Mapping[str, Any], type: type, where: str) -> None:
    kinds = {field.name: field.type for field in fields(type)} | dict.fromkeys(LIMITS, float)
    for name, value in values.items():
        kind = kinds[name]
        number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        if (kind is str and not isinstance(value, str)) or (kind is float and not number):
            fail("E720", where=where, reason=f"{name} must be {'a text' if kind is str else 'a number'}")
    for name in {"url", "api"} & values.keys():
        if not values[name].startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            fail("E720", where=where, reason=f"{name} must start with https://")
    if not values.get("media_url", "https://{media}").startswith("https://"):
        fail("E720", where=where, reason="media_url must start with https://")
    for host in values.get("media_hosts", []):
        if not (isinstance(host, str) and re.fullmatch(r"[a-z0-9.-]+\.[a-z]+", host)):
            fail(
                "E720",
                where=where,
                reason=f"{host!r} in media_hosts is no host; write for example files.example.org",
            )
    if values.get("kind", "sms") not in get_args(Kind):
        fail("E720", where=where, reason=f"kind is none of {', '.join(get_args(Kind))}")
    for country in values.get("countries", []):
        if not re.fullmatch("[A-Z]{2}", str(country)):
            fail("E720", where=where, reason=f"{country!r} is no country; write for example ZA")
