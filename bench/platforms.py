"""Telegram, Zalo's Bot Platform and its Official Account, for the benchmarks: a share of the calls fails.

A call fails by a 5xx, by silence before or after it was done, or by a connection that drops, before or after. The
Official Account's tokens may live for seconds only, and end before their time.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiohttp import web

from bot.channels.zalo.tokens import read
from bot.standins.faults import Fault, Faults, Wrong
from bot.standins.telegram import Limits as Enforced
from bot.standins.telegram import TelegramServer
from bot.standins.zalo_bot import ZaloBotServer
from bot.standins.zalo_oa import Account, Person, ZaloOaServer
from bot.store import Store
from storage import zalo_tokens

SEED = 20201120
CHANNELS = ("telegram", "zalo_bot", "zalo_oa")
SENDS = ("sendMessage", "/message/cs")
TOKEN = "/oa/access_token"
Key = tuple[str, str]
"""A message: the chat (channel and address) and its text."""


def now() -> datetime:
    return datetime.now(UTC)


class Share(Faults):
    """Lets a share of the calls go wrong, each way as often as the others."""

    def __init__(self, wrong: float, silence: float) -> None:
        super().__init__()
        self._wrong = wrong
        self._silence = silence
        self._chance = random.Random(SEED)
        self.made: Counter[str] = Counter()

    def take(self, path: str) -> Fault | None:
        """Choose whether and how this call goes wrong."""
        if not path.endswith((*SENDS, TOKEN)) or self._chance.random() >= self._wrong:
            return None
        faults = [Fault(Wrong.STATUS, 500), Fault(Wrong.LOST, 502), Fault(Wrong.SILENT, self._silence)]
        faults += [Fault(Wrong.SLOW, self._silence), Fault(Wrong.DROP_BEFORE), Fault(Wrong.DROP_AFTER)]
        chosen = self._chance.choice(faults)
        self.made[f"{'token ' if path.endswith(TOKEN) else ''}{chosen.wrong.name.lower()}"] += 1
        return chosen


@dataclass
class Platforms:
    """The servers, what arrived at them and when (monotonic seconds), and the Official Account's administrator.

    `wrong`: the share of the calls that fails; `silence`: seconds of one; `token_seconds`: how long a token lives.
    """

    limits: Enforced
    wrong: float = 0.0
    silence: float = 0.0
    token_seconds: float = 90_000.0
    clock: Callable[[], datetime] = now
    came: list[Key] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    authorised: int = 0

    def __post_init__(self) -> None:
        self.telegram = TelegramServer(limits=self.limits)
        self.zalo_bot = ZaloBotServer(self.clock)
        self.zalo_oa = ZaloOaServer(self.clock, Account(expires_in=self.token_seconds))
        self.faults = Share(self.wrong, self.silence)
        self.telegram.faults = self.zalo_bot.faults = self.zalo_oa.faults = self.faults
        self.telegram.heard = lambda chat, text: self._note(f"telegram {chat}", text)
        self.zalo_bot.heard = lambda sent: self._note(f"zalo_bot {sent['chat_id']}", sent["text"])
        self.zalo_oa.heard = lambda sent: self._note(f"zalo_oa {sent.to}", sent.message["text"])

    def _note(self, chat: str, text: str) -> None:
        self.times.append(time.monotonic())
        self.came.append((chat, text))

    @property
    def refused(self) -> int:
        """How often one of them said "too many"."""
        return len(self.telegram.refusals) + self.zalo_oa.limited

    def know(self, channel: str, address: str) -> None:
        """Let somebody have written to the bot just now."""
        if channel == "zalo_bot":
            self.zalo_bot.chats.add(address)
        if channel == "zalo_oa":
            self.zalo_oa.people[address] = Person(self.clock())

    def application(self) -> web.Application:
        """Make the application of all of them."""
        application = self.zalo_oa.application()
        application.add_routes([*self.telegram.routes("/telegram"), *self.zalo_bot.routes()])
        return application

    def orders(self, root: str) -> dict[str, Any]:
        """Say where a process finds them, and its secrets."""
        known = self.zalo_oa.account
        secrets = {"app_id": known.app_id, "app_secret": known.app_secret, "oa_secret": known.oa_secret}
        urls = dict.fromkeys(("openapi_url", "oauth_url", "business_url"), root)
        return {
            "telegram": {"token": self.telegram.token, "base_url": f"{root}/telegram"},
            "zalo_bot": {"token": self.zalo_bot.token, "base_url": root},
            "zalo_oa": {**secrets, **urls, "refresh_token": Account.refresh},
        }

    def end_the_token(self) -> None:
        """Let the Official Account's token end before its time."""
        self.zalo_oa.end_tokens()

    async def authorise(self, store: Store) -> None:
        """Do what the account's administrator does with `motcua zalo authorize` where a pair was lost on its way."""
        app_id = self.zalo_oa.account.app_id
        kept = await store.read(lambda tx: zalo_tokens.load(tx, app_id))
        if kept is not None and kept.fault is not None:
            pair, life = read(self.zalo_oa.renew(), self.clock())
            await store.write("chaos", partial(zalo_tokens.keep, app_id=app_id, pair=pair, life=life))
            self.authorised += 1
