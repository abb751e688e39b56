"""Troubles that a person makes by hand: calls that go wrong, tokens that end, days that pass, used up quotas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from aiohttp import web

from bot.standins.faults import Faults, Wrong
from bot.standins.telegram import TelegramServer
from bot.standins.zalo_bot import ZaloBotServer
from bot.standins.zalo_oa import Person, ZaloOaServer

TIMES_MOST = 1000  # calls that one order spoils
SECONDS = 30.0  # of silence, where no number says otherwise
STATUS = 503


class Troubles:
    """The routes; each answers with one line that says what will happen."""

    def __init__(self, oa: ZaloOaServer, bot: ZaloBotServer, telegram: TelegramServer) -> None:
        self._oa, self._bot = oa, bot
        self._faults: dict[str, Faults] = {"oa": oa.faults, "bot": bot.faults, "telegram": telegram.faults}

    def routes(self) -> list[web.RouteDef]:
        """Give the routes: what each does is in `docs/zalo.md`."""
        return [
            web.post("/fault/{server}/{wrong}", self._fault),
            web.delete("/fault", self._well),
            web.post("/tokens/end", self._end_tokens),
            web.post("/tokens/revoke", self._revoke),
            web.post("/days/{who}/{days}", self._days),
            web.post("/block/{who}", self._block),
            web.post("/quota/{of}/{number}", self._quota),
        ]

    async def _fault(self, request: web.Request) -> web.Response:
        """Let the next calls go wrong: `?times=3`, `&number=` the status, the seconds or the code, `&path=` its end."""
        faults, name = self._faults.get(request.match_info["server"]), request.match_info["wrong"]
        known = {one.name.lower().replace("_", "-"): one for one in Wrong}
        if faults is None or name not in known:
            said = f"/fault/{'|'.join(self._faults)}/{'|'.join(known)}?times=1&number=…&path=…"
            return web.Response(status=404, text=f"{said}\n")
        wrong = known[name]
        try:
            times = min(int(request.query.get("times", "1")), TIMES_MOST)
            number = float(request.query.get("number", _usual(wrong)))
        except ValueError:
            return web.Response(status=400, text="times and number are numbers\n")
        path = request.query.get("path", "")
        for _ in range(times):
            faults.add(wrong, number, path)
        return _said(f"the next {times} calls{f' of {path}' if path else ''} go wrong: {name} {number:g}")

    async def _well(self, _request: web.Request) -> web.Response:
        forgotten = sum(map(len, self._faults.values()))
        for faults in self._faults.values():
            faults.forget()
        return _said(f"{forgotten} faults that waited are forgotten")

    async def _end_tokens(self, _request: web.Request) -> web.Response:
        self._oa.end_tokens()
        return _said("the access token has ended (-220); the refresh token works")

    async def _revoke(self, _request: web.Request) -> web.Response:
        self._oa.end_tokens()
        self._oa.account.refresh = ""
        return _said("the account took its consent back: only motcua zalo authorize helps")

    async def _days(self, request: web.Request) -> web.Response:
        """Let somebody have been silent on the Official Account for so many days."""
        who, days = request.match_info["who"], _number(request.match_info["days"])
        if days is None:
            return web.Response(status=400, text="days are a number\n")
        self._oa.people.setdefault(who, Person()).last = self._oa.clock() - timedelta(days=days)
        return _said(f"{who} made contact {days:g} days ago")

    async def _block(self, request: web.Request) -> web.Response:
        who = request.match_info["who"]
        person = self._oa.people.setdefault(who, Person())
        person.blocks = not person.blocks
        return _said(f"{who} {'blocks' if person.blocks else 'no longer blocks'} the account")

    async def _quota(self, request: web.Request) -> web.Response:
        """Let only so many calls a minute be taken, or messages a day, or in all."""
        number = _number(request.match_info["number"])
        setting = self._quotas().get(request.match_info["of"])
        if setting is None or number is None:
            return web.Response(status=404, text=f"/quota/{'|'.join(self._quotas())}/NUMBER\n")
        setting(int(number))
        return _said(f"{request.match_info['of']}: {number:g}")

    def _quotas(self) -> dict[str, Callable[[int], None]]:
        return {
            "minute": lambda number: setattr(self._oa.account, "per_minute", number),
            "day": lambda number: setattr(self._oa.account, "per_day", number),
            "phone": lambda number: setattr(self._oa.zns, "quota", number),
            "bot": lambda number: setattr(self._bot, "quota", number),
        }


def _usual(wrong: Wrong) -> float:
    if wrong in (Wrong.STATUS, Wrong.LOST):
        return STATUS
    return SECONDS if wrong in (Wrong.SLOW, Wrong.SILENT) else 0.0


def _number(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None


def _said(what: str) -> web.Response:
    return web.Response(text=f"{what}\n")
