"""The token of the Official Account: renewed ahead of its end, by one process, kept before it is used."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.channels.zalo import tokens as zalo_tokens
from bot.channels.zalo.http import Http
from bot.channels.zalo.tokens import Alarm, Tokens
from bot.standins.faults import Wrong
from bot.standins.zalo_oa import ZaloOaServer
from bot.store import Store
from handlers.officials.channel_alarms import REFUSED
from knowledge.errors import TryLater, Unavailable
from storage import zalo_tokens as rows
from storage.database import Database
from tests.channels.zalo_desk import Clock, served, settings

TOKEN = "/v4/oa/access_token"


@dataclass
class Office:
    """A database, the stand-in, and any number of processes that share both, each with connections of its own."""

    database: Database
    server: ZaloOaServer
    clock: Clock
    root: str
    seed: str = "refresh-0"
    opened: list[Http] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)

    async def process(self, owner: str = "one", seed: str | None = None, alarm: Alarm | None = None) -> Tokens:
        self.opened.append(Http())
        given = settings(self.root, self.server, refresh_token=SecretStr(self.seed if seed is None else seed))
        tokens = Tokens(self.opened[-1], given, self.clock, owner)
        await tokens.begin(self.another_store(), alarm)
        return tokens

    def another_store(self) -> Store:
        url = self.database.engine.url.render_as_string(hide_password=False)
        self.stores.append(Store(Database(url, self.database.vault)))
        return self.stores[-1]

    @property
    def renewals(self) -> int:
        return self.server.account.renewals


@asynccontextmanager
async def office(database: Database) -> AsyncIterator[Office]:
    clock = Clock()
    server = ZaloOaServer(clock)
    async with served(server) as root:
        at = Office(database, server, clock, root)
        yield at
        for http in at.opened:
            await http.close()
        for store in at.stores:
            await store.close()


async def test_the_first_token_comes_of_the_settings_and_is_kept(database: Database) -> None:
    async with office(database) as at:
        token = await (await at.process()).access()
        assert token in at.server.account.access
        assert await (await at.process("two")).access() == token
        assert at.renewals == 1, "the second process found it in the database"


async def test_it_is_renewed_ahead_of_its_end_and_not_before(database: Database) -> None:
    async with office(database) as at:
        tokens = await at.process()
        first = await tokens.access()
        at.clock.moves(hours=23)
        assert await tokens.access() == first
        at.clock.moves(hours=1, minutes=1)
        assert await tokens.access() != first
        assert at.renewals == 2


async def test_the_life_is_what_zalo_says_not_what_one_remembers(database: Database) -> None:
    async with office(database) as at:
        at.server.account.expires_in = 100
        tokens = await at.process()
        first = await tokens.access()
        at.clock.moves(seconds=79)
        assert await tokens.access() == first
        at.clock.moves(seconds=2)
        assert await tokens.access() != first


async def test_of_many_that_ask_at_once_in_many_processes_one_renews(database: Database) -> None:
    async with office(database) as at:
        processes = [await at.process(str(number)) for number in range(4)]
        tokens = await asyncio.gather(*(one.access() for one in processes for _ in range(5)))
        assert len(set(tokens)) == 1
        assert at.renewals == 1
        at.server.renew()  # from elsewhere: now every process has a token that is dead
        at.server.account.refresh = "known"
        with database.transaction() as tx:
            kept = rows.load(tx, at.server.account.app_id)
            assert kept is not None
            assert kept.life is not None
            rows.keep(tx, at.server.account.app_id, rows.Pair(tokens[0], "known"), kept.life)
        again = await asyncio.gather(*(one.renewed(tokens[0]) for one in processes for _ in range(5)))
        assert len(set(again)) == 1
        assert at.renewals == 3


async def test_a_new_pair_is_kept_encrypted_before_anybody_uses_it(database: Database) -> None:
    async with office(database) as at:
        token = await (await at.process()).access()
        with database.transaction() as tx:
            raw = bytes(tx.execute(text("SELECT pair FROM zalo_token")).scalar_one())
            kept = rows.load(tx, at.server.account.app_id)
        assert kept is not None
        assert kept.pair == rows.Pair(token, at.server.account.refresh)
        assert token.encode() not in raw
        assert at.server.account.refresh.encode() not in raw


async def test_whoever_waited_in_vain_leaves_the_renewal_to_its_end(database: Database) -> None:
    async with office(database) as at:
        tokens = await at.process()
        at.server.faults.add(Wrong.SLOW, 0.3, TOKEN)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await tokens.access()
        assert await tokens.access() in at.server.account.access
        assert at.renewals == 1


@pytest.mark.parametrize("wrong", [(Wrong.STATUS, 503), (Wrong.STATUS, 500), (Wrong.DROP_BEFORE, 0), (Wrong.CODE, -32)])
async def test_what_passes_by_itself_is_tried_again_later(database: Database, wrong: tuple[Wrong, float]) -> None:
    async with office(database) as at:
        tokens = await at.process()
        at.server.faults.add(*wrong, TOKEN)
        with pytest.raises(TryLater):
            await tokens.access()
        assert await tokens.access() in at.server.account.access


async def test_while_the_old_token_lives_a_failed_renewal_stops_nothing(database: Database) -> None:
    async with office(database) as at:
        tokens = await at.process()
        first = await tokens.access()
        at.clock.moves(hours=24, minutes=30)
        at.server.faults.add(Wrong.STATUS, 503, TOKEN)
        assert await tokens.access() == first
        assert await tokens.access() != first


async def test_a_refusal_is_told_once_and_zalo_is_not_asked_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(database) as at:
        at.server.account.refresh = "another one"
        for tokens in (await at.process(), await at.process("two")):
            for _ in range(3):
                with pytest.raises(TryLater, match="motcua zalo authorize"):
                    await tokens.access()
        told = [record.message for record in caplog.records if record.levelno == logging.ERROR]
        assert len(told) == 2, "one for each process"
        assert "Invalid refresh token" in told[0]
        assert "refresh-0" not in caplog.text


async def test_after_a_refusal_a_new_token_in_the_settings_repairs_it_and_the_old_one_does_not(
    database: Database,
) -> None:
    async with office(database) as at:
        at.server.account.refresh = "another one"
        with pytest.raises(TryLater):
            await (await at.process()).access()
        with pytest.raises(TryLater):
            await (await at.process("two")).access()
        assert await (await at.process("three", "another one")).access() in at.server.account.access


async def test_a_token_of_the_settings_that_was_used_up_is_not_used_again(database: Database) -> None:
    async with office(database) as at:
        first = await (await at.process()).access()
        at.clock.moves(days=2)
        assert await (await at.process("two")).access() != first
        assert at.renewals == 2


async def test_without_any_token_it_is_said_what_to_do(database: Database) -> None:
    async with office(database) as at:
        with pytest.raises(TryLater, match="motcua zalo authorize"):
            await (await at.process(seed="")).access()


async def test_a_process_that_died_while_renewing_is_followed_by_another(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zalo_tokens, "LOOK_SECONDS", 0.05)
    async with office(database) as at:
        tokens = await at.process("two")
        with database.transaction() as tx:
            assert rows.claim(tx, at.server.account.app_id, "one", "", 0.3) == "refresh-0"
        assert await tokens.access() in at.server.account.access


async def test_a_pair_that_nobody_renewed_for_two_months_is_told_of(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(database) as at:
        at.server.account.expires_in = 200 * 86400
        tokens = await at.process()
        await tokens.access()
        at.clock.moves(days=61)
        running = asyncio.create_task(tokens.run())
        await asyncio.sleep(0.3)
        running.cancel()
    assert "ends after three months" in caplog.text


def test_an_answer_without_a_life_is_believed_for_an_hour() -> None:
    answer = {"access_token": "a", "refresh_token": "r", "expires_in": "soon"}
    _, life = zalo_tokens.read(answer, Clock()())
    assert (life.expires_at - life.renewed_at).total_seconds() == zalo_tokens.UNTOLD_SECONDS


async def test_a_trouble_that_could_not_be_told_to_administrators_is_told_when_the_database_is_back(
    database: Database,
) -> None:
    heard: list[tuple[str, str]] = []
    out_of_reach = [True, False]

    async def alarm(channel: str, why: str) -> None:
        if out_of_reach.pop(0):
            raise Unavailable("out of reach")
        heard.append((channel, why))

    async with office(database) as at:
        at.server.account.refresh = "another one"
        tokens = await at.process(alarm=alarm)
        with pytest.raises(Unavailable):
            await tokens.access()
        for _ in range(3):
            with pytest.raises(TryLater):
                await tokens.access()
    assert heard == [("zalo_oa", REFUSED)]
