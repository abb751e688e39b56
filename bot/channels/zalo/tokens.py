"""The access token of the Official Account: renewed ahead of its end, by one process for all.

The refresh token works once (Zalo OAuth v4). What is in the row of the database is the truth; here is a copy of it. A
new pair is kept there before it is used, and a renewal runs to its end whoever waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from bot.channels.zalo.http import Http
from bot.logs import hide
from bot.settings.zalo import ZaloOa
from bot.store import Store
from handlers.officials.channel_alarms import FAILING, OLD, REFUSED
from knowledge.errors import DeliveryError, TryLater, Unavailable
from storage import zalo_tokens
from storage.database import Connection
from storage.zalo_tokens import Kept, Life, Pair

log = logging.getLogger(__name__)

T = TypeVar("T")
Alarm = Callable[[str, str], Awaitable[None]]
"""Lets administrators hear of a channel's trouble (`App.alarm`); raises `Unavailable`."""

PATH = "/v4/oa/access_token"
LEASE_SECONDS = 45.0  # longer than a request may take, so that no second process asks meanwhile
WAIT_SECONDS, LOOK_SECONDS = 10.0, 0.2  # for another process that renews; between looks at what it did
AHEAD, AHEAD_PART = timedelta(hours=1), 0.2  # renewed so long before the end, or so early of a short life
UNTOLD_SECONDS = 3600.0  # the life of a token whose `expires_in` cannot be read: the shortest that Zalo ever gave
CLOSING_SECONDS = 20.0  # for a renewal that is under way: longer than its request may take
OUTAGE_SECONDS = 0.5  # between tries to keep a new pair
CHECK_SECONDS = 60.0  # between looks at the clock
LIMITED = -32  # too many requests: the only refusal that passes by itself
OLD_AGE, TOLD_AGAIN = timedelta(days=60), timedelta(days=1)  # an unrenewed pair that is told of, of 3 months; how often
CHANNEL = "zalo_oa"  # whose trouble it is
REFUSAL = "Zalo does not renew the token ({}): motcua zalo authorize"


class Tokens:
    """Gives the access token to whoever sends. Nothing works before `begin`."""

    def __init__(self, http: Http, given: ZaloOa, clock: Callable[[], datetime], owner: str) -> None:
        self._http = http
        self._given = given
        self._clock = clock
        self._owner = owner
        self._store: Store | None = None
        self._alarm: Alarm | None = None
        self._kept: Kept | None = None
        self._renewing: asyncio.Task[str] | None = None
        self._told: tuple[str, datetime] | None = None

    async def begin(self, store: Store, alarm: Alarm | None = None) -> None:
        """Use this database, and the refresh token of the settings if it is a new one. Raises `Unavailable`.

        `alarm` is called with the name of the channel and the trouble that a person must repair.
        """
        self._store, self._alarm = store, alarm
        seed = self._given.refresh_token.get_secret_value()
        await self._commit(partial(zalo_tokens.begin, app_id=self._given.app_id, seed=seed))
        await self._load()

    async def access(self) -> str:
        """Give the access token, renewed if it is time. Raises `TryLater`, `Unavailable`."""
        kept = self._kept or await self._load()
        pair, life = (None, None) if kept is None else (kept.pair, kept.life)
        if pair is not None and life is not None and self._clock() < life.renew_at:
            return pair.access
        try:
            return await self.renewed("" if pair is None else pair.access)
        except (DeliveryError, Unavailable):
            if pair is None or life is None or self._clock() >= life.expires_at:
                raise
            return pair.access  # it still works; there is time to renew it

    async def renewed(self, stale: str) -> str:
        """Give another access token than this one, which ended or was refused. Raises `TryLater`, `Unavailable`."""
        if self._kept is not None and self._kept.pair is not None and self._kept.pair.access not in ("", stale):
            return self._kept.pair.access
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew(stale))
        return await asyncio.shield(self._renewing)

    async def _renew(self, stale: str) -> str:
        for _ in range(int(WAIT_SECONDS / LOOK_SECONDS)):
            kept = await self._load()
            if kept is None or kept.pair is None:
                raise TryLater(await self._tell("there is no token yet: motcua zalo authorize"))
            if kept.fault is not None:
                raise TryLater(await self._tell(REFUSAL.format(kept.fault), REFUSED))
            if kept.pair.access not in ("", stale):
                return kept.pair.access
            app, owner = self._given.app_id, self._owner
            claim = partial(zalo_tokens.claim, app_id=app, owner=owner, stale=kept.pair.access, seconds=LEASE_SECONDS)
            refresh = await self._commit(claim)
            if refresh is not None:
                return await self._ask(refresh)
            await asyncio.sleep(LOOK_SECONDS)
        raise TryLater("another process renews the token")

    async def _ask(self, refresh: str) -> str:
        """Ask Zalo for the next pair and keep it."""
        app, owner = self._given.app_id, self._owner
        try:
            answer = await ask(self._http, self._given, {"grant_type": "refresh_token", "refresh_token": refresh})
        except DeliveryError as error:
            await self._keep(partial(zalo_tokens.let_go, app_id=app, owner=owner))
            raise TryLater(await self._tell(f"the token was not renewed: {error}", FAILING)) from None
        if answer.get("error") == LIMITED:
            await self._keep(partial(zalo_tokens.let_go, app_id=app, owner=owner))
            raise TryLater(await self._tell("the token was not renewed: too many requests", FAILING))
        now = self._clock()
        try:
            pair, life = read(answer, now)
        except ValueError as error:
            await self._keep(partial(zalo_tokens.spoil, app_id=app, owner=owner, fault=str(error)))
            raise TryLater(await self._tell(REFUSAL.format(error), REFUSED)) from None
        await self._keep(partial(zalo_tokens.keep, app_id=app, pair=pair, life=life))
        self._remember(Kept(pair, life, None))
        log.info("Zalo renewed the access token until %s", life.expires_at)
        return pair.access

    async def run(self) -> None:
        """Renew ahead of the end, and say early what a person must repair, until cancelled."""
        while True:
            try:
                await self._load()
                await self.access()
                await self._look_at_the_age()
            except (DeliveryError, Unavailable) as error:
                log.debug("the token waits: %s", error)
            await asyncio.sleep(CHECK_SECONDS)

    async def _look_at_the_age(self) -> None:
        life = None if self._kept is None else self._kept.life
        if life is not None and self._clock() - life.renewed_at > OLD_AGE:
            said = f"the refresh token is of {life.renewed_at:%Y-%m-%d} and ends after three months"
            await self._tell(said, OLD)

    async def _tell(self, trouble: str, alarm: str = "") -> str:
        """Tell the operator, at the first time and once a day, and administrators where there is an `alarm`."""
        now = self._clock()
        if self._told is None or self._told[0] != trouble or now - self._told[1] > TOLD_AGAIN:
            log.error("Zalo: %s", trouble)
            if alarm and self._alarm is not None:
                await self._alarm(CHANNEL, alarm)
            self._told = trouble, now
        return trouble

    async def _load(self) -> Kept | None:
        store = self._opened()
        self._remember(await store.read(lambda tx: zalo_tokens.load(tx, self._given.app_id)))
        return self._kept

    def _remember(self, kept: Kept | None) -> None:
        """Remember what is kept, and let no log show it."""
        if kept is not None and kept.pair is not None and kept != self._kept:
            hide([kept.pair.access, kept.pair.refresh])
        self._kept = kept

    def _opened(self) -> Store:
        if self._store is None:
            raise TryLater("the channel has not begun yet")
        return self._store

    async def _keep(self, job: Callable[[Connection], T]) -> T:
        """Write, trying while the database is out of reach: what Zalo gave it gives once."""
        while True:
            try:
                return await self._commit(job)
            except Unavailable:
                await asyncio.sleep(OUTAGE_SECONDS)

    async def _commit(self, job: Callable[[Connection], T]) -> T:
        return await self._opened().write("zalo_token", job)

    async def close(self) -> None:
        """Let a renewal come to its end, before the database is closed."""
        if self._renewing is not None:
            await asyncio.wait([self._renewing], timeout=CLOSING_SECONDS)
            self._renewing.cancel()


async def ask(http: Http, given: ZaloOa, fields: Mapping[str, str]) -> dict[str, Any]:
    """Ask Zalo's OAuth for a pair. Raises `DeliveryError`."""
    secret = {"secret_key": given.app_secret.get_secret_value()}
    return await http.ask(given.oauth_url + PATH, form={"app_id": given.app_id, **fields}, headers=secret)


def read(answer: Mapping[str, Any], now: datetime) -> tuple[Pair, Life]:
    """Read a new pair and its life. Raises ValueError with what Zalo said instead, without any token."""
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        said = answer.get("error_name") or answer.get("error_description") or answer.get("message") or "no token"
        raise ValueError(f"{answer.get('error', '')} {said}".strip()[:200])
    try:
        seconds = float(answer.get("expires_in", ""))  # a text: "90000"
    except (TypeError, ValueError):
        seconds = 0.0
    life = timedelta(seconds=seconds if 0 < seconds < 10**9 else UNTOLD_SECONDS)
    return Pair(access, refresh), Life(now + life, now + life - min(AHEAD, life * AHEAD_PART), now)
