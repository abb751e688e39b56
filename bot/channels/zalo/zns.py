"""Messages by telephone number (ZNS): for who agreed to them, when Zalo takes no other message to the person.

Such a message is a template that Zalo approved before; what it says are values. Which of ours are which of the
template's is a setting. It is charged, and not sent at night. There is no key by which Zalo would know a repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.channels.base import Outgoing
from bot.channels.begun import Begun
from bot.channels.zalo.calling import call
from bot.channels.zalo.http import Http
from bot.channels.zalo.oa_errors import MINUTE_SECONDS, Blocked, Class, Kept
from bot.channels.zalo.tokens import Tokens
from bot.settings.zalo import ZaloOa as Settings
from handlers.messages import Reply
from knowledge.errors import DeliveryError, TryLater

log = logging.getLogger(__name__)

PATH = "/message/template"
SEND_SECONDS = 7.0  # of silence after a message, as for any other
VIETNAM = timezone(timedelta(hours=7))
MORNING, NIGHT = 6, 22  # o'clock there: nothing is pushed outside (Zalo, transaction messages: 06:00-21:59)
TRACKING = "motcua"  # begins the name that we give to a message; the row's number follows, and a receipt brings it back

CLASSES: dict[int, Class] = {
    -124: Class.REFRESH,
    -216: Class.REFRESH,
    -220: Class.REFRESH,
    -32: Class.RETRY,
    -100: Class.RETRY,
    -108: Class.UNREACHABLE,  # no telephone number
    -110: Class.UNREACHABLE,  # the person's Zalo is too old
    -118: Class.UNREACHABLE,  # no account has this number
    -107: Class.PERMANENT,
    -111: Class.PERMANENT,
    -112: Class.PERMANENT,
    -101: Class.ALERT,
    -102: Class.ALERT,
    -103: Class.ALERT,
    -104: Class.ALERT,
    -105: Class.ALERT,
    -106: Class.ALERT,
    -109: Class.ALERT,
    -1241: Class.ALERT,
}
"""Zalo's codes for messages by phone → what follows (Zalo, ZNS, error codes); `zalo_oa.zns_codes` adds others."""


class NoPhone(Kept):
    """Nobody can be told at this number."""


@dataclass(slots=True)
class _Table:
    """What follows from each code, with what the operator knows better."""

    own: Mapping[int, Class]

    def classed(self, code: int) -> Class:
        found = self.own.get(code, CLASSES.get(code))
        if found is None:
            log.warning("Zalo answered a message by phone with a code that is not listed: %d", code)
        return found or Class.PERMANENT

    def ours(self, code: int, said: str) -> DeliveryError:
        """Turn a refusal into ours: none of them loses the message, which is kept for the person's next contact."""
        told = f"{code} {said[:200]}".rstrip()
        match self.classed(code):
            case Class.REFRESH:
                return TryLater(f"the access token was refused: {told}")
            case Class.RETRY:
                return TryLater(told, MINUTE_SECONDS)
            case Class.UNREACHABLE:
                return NoPhone()
            case Class.ALERT:
                log.error("Zalo refuses messages by phone until somebody acts: %s (docs/zalo.md)", told)
                return Blocked(told)
            case _:
                log.error("Zalo did not take a message by phone: %s", told)
                return Kept()


class Zns:
    """Sends messages by phone, where a template is set."""

    def __init__(self, http: Http, given: Settings, used_up: Callable[[], Awaitable[None]]) -> None:
        """`used_up` is called when the last message of the day was sent."""
        self._http = http
        self._given = given
        self._used_up = used_up
        self._table = _Table({code: Class[name.upper()] for code, name in given.zns_codes})
        self._begun = Begun()

    def can_tell(self, reply: Reply) -> bool:
        """Whether this message says what the template wants to know."""
        wanted = {ours for _, ours in self._given.zns_values}
        is_told = bool(reply.by_phone) and all(wanted <= {name for name, _ in values} for values in reply.by_phone)
        return bool(self._given.zns_template) and is_told

    async def send(self, tokens: Tokens, phone: str, message: Outgoing, now: datetime) -> str:
        """Send what a message tells, each matter by itself, and give Zalo's id of the last. Raises `DeliveryError`."""
        wait = until_morning(now)
        if wait:
            raise Kept(wait)
        key = (message.address, message.reply)
        done = self._begun.take(key)
        sent = ""
        for number, values in enumerate(message.reply.by_phone[done:], done):
            try:
                sent = await self._post(tokens, phone, dict(values), f"{TRACKING}{message.number}n{number}")
            except TryLater:
                self._begun.remember(key, number)
                raise
        return sent

    async def _post(self, tokens: Tokens, phone: str, said: Mapping[str, str], tracking: str) -> str:
        body = {
            "phone": phone,
            "template_id": self._given.zns_template,
            "template_data": {theirs: said[ours] for theirs, ours in self._given.zns_values},
            "tracking_id": tracking,
        }
        url, table = self._given.business_url + PATH, self._table
        given = await call(
            self._http, tokens, url, classed=table.classed, ours=table.ours, silence=SEND_SECONDS, body=body
        )
        quota = given.get("quota")
        if isinstance(quota, dict) and str(quota.get("remainingQuota", "")) == "0":
            log.error("Zalo: the messages by phone of today are used up; what comes now is kept")
            await self._used_up()
        return f"zns:{str(given.get('msg_id', ''))[:90]}"


def until_morning(now: datetime) -> float:
    """Give the seconds until messages by phone may go; 0 by day."""
    local = now.astimezone(VIETNAM)
    if MORNING <= local.hour < NIGHT:
        return 0.0
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return (morning + timedelta(days=local.hour >= NIGHT) - local).total_seconds()
