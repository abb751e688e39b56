"""Troubles that a person makes by hand at the stand-ins, as the Official Account's channel meets them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from markupsafe import Markup

from bot.channels.base import Outgoing
from bot.channels.zalo.oa import ZaloOa
from bot.channels.zalo.oa_errors import Blocked, Kept
from bot.standins.by_hand import ByHand
from bot.standins.telegram import TelegramServer
from bot.standins.troubles import Troubles
from bot.standins.zalo_bot import ZaloBotServer
from bot.standins.zalo_oa import Json, Person, ZaloOaServer
from handlers.messages import Reply
from knowledge.errors import Gone, Refused, SlowDown, TryLater, Uncertain
from tests.channels.zalo_desk import WHO, Clock, begun, served, settings


@dataclass
class Bot:
    """The webhook of a bot: what it was told."""

    told: list[Json] = field(default_factory=list)

    def application(self) -> web.Application:
        async def webhook(request: web.Request) -> web.Response:
            self.told.append(await request.json())
            return web.Response()

        application = web.Application()
        application.add_routes([web.post("/", webhook)])
        return application


@dataclass
class Stands:
    """The stand-ins, as `motcua standins` serves them."""

    oa: ZaloOaServer
    webhook: str

    def application(self) -> web.Application:
        bot, telegram = ZaloBotServer(self.oa.clock), TelegramServer()
        application = self.oa.application()
        application.add_routes(ByHand(self.oa, bot, telegram, self.webhook).routes())
        application.add_routes([*bot.routes(), *Troubles(self.oa, bot, telegram).routes()])
        return application


@dataclass
class Table:
    """The channel before the stand-ins, and a hand that makes troubles."""

    server: ZaloOaServer
    zalo: ZaloOa
    root: str
    session: aiohttp.ClientSession
    bot: Bot

    async def does(self, path: str, data: str = "", method: str = "POST") -> tuple[int, str]:
        """Ask for something as with curl."""
        async with self.session.request(method, self.root + path, data=data.encode()) as answer:
            return answer.status, await answer.text()

    async def sends(self) -> str | None:
        """Let the bot send something."""
        return await self.zalo.send(Outgoing(WHO, Reply(Markup("Có kết quả")), repeated=False))


@pytest.fixture
async def at() -> AsyncIterator[Table]:
    """The stand-ins know one person, who wrote just now."""
    clock, bot = Clock(), Bot()
    server = ZaloOaServer(clock)
    server.people[WHO] = Person(clock())
    async with (
        served(bot) as webhook,
        served(Stands(server, f"{webhook}/")) as root,
        aiohttp.ClientSession() as session,
    ):
        zalo = ZaloOa(settings(root, server), clock)
        with begun(zalo, server):
            yield Table(server, zalo, root, session, bot)
        await zalo.close()


@pytest.mark.parametrize(
    ("trouble", "met"),
    [
        ("/fault/oa/code?number=-224&times=2", Blocked),
        ("/fault/oa/status?times=2&path=/message/cs", TryLater),
        ("/fault/oa/lost?number=504&times=2", Uncertain),
        ("/fault/oa/drop-before?times=2", Uncertain),
        ("/fault/oa/drop-after?times=2", Uncertain),
        ("/fault/oa/garbage?times=2", Uncertain),
    ],
)
async def test_the_next_calls_go_wrong_as_ordered_and_then_all_is_well(
    at: Table, trouble: str, met: type[Exception]
) -> None:
    assert (await at.does(trouble))[0] == 200
    for _ in range(2):
        with pytest.raises(met):
            await at.sends()
    assert await at.sends() is not None


@pytest.mark.parametrize(
    ("trouble", "met"),
    [
        (f"/days/{WHO}/8", Kept),
        (f"/block/{WHO}", Gone),
        ("/quota/minute/0", SlowDown),
        ("/quota/day/1", Refused),
    ],
)
async def test_windows_close_people_block_and_quotas_end(at: Table, trouble: str, met: type[Exception]) -> None:
    await at.sends()
    assert (await at.does(trouble))[0] == 200
    with pytest.raises(met):
        await at.sends()


async def test_a_call_is_slow_for_as_long_as_ordered_and_what_waits_can_be_forgotten(
    at: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo.oa.SEND_SECONDS", 0.1)
    await at.does("/fault/oa/slow?number=5&times=2")
    with pytest.raises(Uncertain):
        await at.sends()
    assert await at.does("/fault", method="DELETE") == (200, "1 faults that waited are forgotten\n")
    assert await at.sends() is not None


async def test_an_ended_token_is_renewed_and_a_withdrawn_consent_lets_no_renewal_work(at: Table) -> None:
    before = at.server.account.renewals
    assert (await at.does("/tokens/end"))[0] == 200
    assert await at.sends() is not None
    assert at.server.account.renewals == before + 1
    assert (await at.does("/tokens/revoke"))[0] == 200
    form = {"app_id": at.server.account.app_id, "grant_type": "refresh_token", "refresh_token": "refresh-0"}
    secret = {"secret_key": at.server.account.app_secret}
    async with at.session.post(f"{at.root}/v4/oa/access_token", data=form, headers=secret) as answer:
        assert "access_token" not in await answer.json()


async def test_a_fault_waits_for_the_calls_of_its_own_server_and_path(at: Table) -> None:
    await at.does("/fault/oa/status?path=/access_token")
    await at.does("/fault/telegram/status")
    assert (await at.does(f"/say/{WHO}", "xin chào"))[0] == 200, "what a person does goes well"
    assert await at.sends() is not None


async def test_people_are_let_do_what_the_webhook_is_told_of(at: Table) -> None:
    await at.sends()
    for what in ("say", "share", "console", "seen", "unfollow", "follow", "withdraw"):
        assert (await at.does(f"/{what}/{WHO}", "84900000001"))[0] == 200
    assert [event["event_name"] for event in at.bot.told] == [
        *("user_send_text", "user_submit_info", "oa_send_text", "user_seen_message"),
        *("unfollow", "follow", "user_withdraw"),
    ]
    assert (await at.does("/seen/somebody"))[0] == 404


@pytest.mark.parametrize("path", ["/fault/oa/flood", "/fault/nobody/status", "/quota/year/1", "/quota/day/all"])
async def test_a_trouble_that_is_not_known_is_told_with_those_that_are(at: Table, path: str) -> None:
    status, said = await at.does(path)
    assert status == 404
    assert "|" in said


@pytest.mark.parametrize("path", ["/fault/oa/status?times=many", f"/days/{WHO}/long"])
async def test_what_should_be_a_number_and_is_none_is_told(at: Table, path: str) -> None:
    assert (await at.does(path))[0] == 400
