"""Kills, stops and trouble: nothing that Telegram was told is received is lost, and nothing ends the bot."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import aiohttp

from storage.database import Database
from tests.channels.samples import message
from tests.e2e.bot_and_telegram import WELCOME, in_chat, running, states
from tests.e2e.running_bot import SECRET, Bot
from tests.e2e.standins.telegram import SECRET_HEADER, Standin, no
from tests.engines import VAULT

KILL_AFTER = (0.0, 0.005, 0.02, 0.06)  # seconds from the moment that the bot has an update until it dies


async def test_what_was_polled_survives_a_kill_before_the_next_poll(tmp_path: Path, engine_url: str) -> None:
    async with running(tmp_path, engine_url) as (bot, telegram):
        for number, pause in enumerate(KILL_AFTER):
            telegram.given.clear()
            telegram.update(in_chat(message(text="/start"), 200 + number))
            await telegram.given.wait()
            await asyncio.sleep(pause)
            bot.kill()
            await asyncio.to_thread(bot.start)
        await _everybody_is_answered(telegram)


async def test_what_the_webhook_took_survives_a_kill(tmp_path: Path, engine_url: str) -> None:
    async with running(tmp_path, engine_url, "webhook") as (bot, telegram):
        await asyncio.to_thread(bot.wait_for, "knows the bot")
        ran = await asyncio.to_thread(bot, "telegram", "webhook", "set")
        assert (ran.code, ran.out) == (0, f"Telegram sends to {bot.address}/telegram/webhook\n")
        for number, pause in enumerate(KILL_AFTER):
            call = asyncio.create_task(telegram.deliver(in_chat(message(text="/start"), 200 + number)))
            await asyncio.sleep(pause)
            bot.kill()
            await asyncio.to_thread(bot.start)
            await call
        await _everybody_is_answered(telegram)
        await _strangers_are_turned_away(bot, telegram)
        shown = await asyncio.to_thread(bot, "telegram", "webhook", "show")
        assert f"url: {bot.address}/telegram/webhook" in shown.out
        assert (await asyncio.to_thread(bot, "telegram", "webhook", "delete")).code == 0
        assert "none" in (await asyncio.to_thread(bot, "telegram", "webhook", "show")).out
        assert await asyncio.to_thread(bot.stop) == 0


async def _everybody_is_answered(telegram: Standin) -> None:
    """Each was answered; again only where a kill fell between Telegram's answer and our record, and then marked."""
    for number in range(len(KILL_AFTER)):
        await telegram.sees(WELCOME, 200 + number)
    for number in range(len(KILL_AFTER)):
        first, *more = telegram.shown(200 + number)
        assert len(more) <= len(KILL_AFTER) - number, "each kill that came after it can repeat it once"
        assert all("(↻)" in repeat for repeat in more), first


async def _strangers_are_turned_away(bot: Bot, telegram: Standin) -> None:
    """A call without the secret is refused and nobody answers it."""
    url = f"{bot.address}/telegram/webhook"
    async with aiohttp.ClientSession() as session:
        for headers in ({}, {SECRET_HEADER: "wrong"}):
            raw = in_chat(message(9999, text="/start"), 400)
            async with session.post(url, json=raw, headers=headers) as answer:
                assert answer.status == 401
        async with session.post(url, data=b"{", headers={SECRET_HEADER: SECRET}) as answer:
            assert answer.status == 200
    assert telegram.shown(400) == []


async def test_a_stop_finishes_what_is_under_way(tmp_path: Path, engine_url: str) -> None:
    database = Database(engine_url, VAULT)
    async with running(tmp_path, engine_url) as (bot, telegram):
        telegram.slow_seconds = 0.7
        telegram.update(message(text="/start"))
        await telegram.until(lambda: telegram.of("sendMessage"), "nothing was sent")
        assert await asyncio.to_thread(bot.stop) == 0
        assert states(database, "100") == ["sent"]
        await asyncio.to_thread(bot.start)
        telegram.update(message(text="/menu"))
        await telegram.answers(100, 2, "the next message")
        assert not any("(↻)" in text for text in telegram.shown(100))
    database.close()


async def test_telegram_out_of_reach_or_somebody_else_polling_does_not_end_the_bot(
    tmp_path: Path, engine_url: str
) -> None:
    async with running(tmp_path, engine_url) as (bot, telegram):
        telegram.plan("getUpdates", no(409, "Conflict: terminated by other getUpdates request"), (502, {}))
        telegram.update(message(text="/start"))
        await telegram.sees(WELCOME)
        telegram.plan("getUpdates", no(401, "Unauthorized"))
        telegram.update(message(text="/menu"))
        await telegram.answers(100, 2, "a message after trouble")
        with suppress(AssertionError):
            await asyncio.to_thread(bot.stop)
        assert "somebody else takes this bot's updates" in bot.log()
