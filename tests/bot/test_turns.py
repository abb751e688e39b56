"""Turns: stored before acknowledged, in order, once, rolled back whole, given up politely."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from markupsafe import Markup
from sqlalchemy import select

from bot.channels.base import Outgoing
from bot.delivery import Delivery
from bot.settling import Limits
from bot.store import IMPORTS, PEOPLE, Store
from bot.turns import Served, Turns
from handlers.messages import Happening, Incoming, Kind, Notice, Reply, Turn
from handlers.turn import Answer, Handlers, Situation
from knowledge.errors import DeliveryError, Gone, Moved, Refused, TryLater, Uncertain
from storage import accounts, events
from storage.accounts import Account, Saved
from storage.database import Connection, Database
from storage.events import NewEvent
from storage.schema import account, audit, conversation, event, outbox

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Collecting:
    """A channel that keeps what was sent and answers as told."""

    name = "test"

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.answers: list[DeliveryError | None] = []

    async def send(self, message: Outgoing) -> str | None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.sent.append(message)
        return f"m{len(self.sent)}"

    def texts(self) -> list[str]:
        return [str(message.reply.text) for message in self.sent]


def echo(situation: Situation) -> Turn:
    return Turn((Reply(Markup.escape(situation.incoming.text)),), situation.session)


def sorry(_account: Account) -> Turn:
    return Turn((Reply(Markup("sorry")),))


class Desk:
    """A running store, turns and delivery over one database."""

    def __init__(self, database: Database, answer: Answer, limits: Limits) -> None:
        self.database = database
        self.channel = Collecting()
        self.store = Store(database)
        self.delivery = Delivery(self.store, {"test": self.channel}, "me", lambda: NOW, limits)
        self.handlers = Handlers(answer, sorry)
        self.turns = Turns(self.store, self.handlers, self.delivery, Served(["test"]), lambda: NOW)

    def event(self, text: str, chat: str = "anna", key: str | None = None) -> NewEvent:
        lane = accounts.lane_of(self.database.vault, "test", chat)
        body = Incoming(Kind.TEXT, text).to_json()
        return NewEvent("test", key or uuid4().hex, "message", body, lane, chat)

    async def says(self, text: str, chat: str = "anna", key: str | None = None) -> bool:
        return await self.turns.take(self.event(text, chat, key))


Open = Callable[..., "asyncio.Future[Desk]"]


@asynccontextmanager
async def open_desk(database: Database, answer: Answer = echo, limits: Limits | None = None) -> AsyncIterator[Desk]:
    desk = Desk(database, answer, limits or Limits(backoff_seconds=0.01))
    try:
        yield desk
    finally:
        await desk.turns.close()
        await desk.store.close()


async def test_a_message_is_answered_and_everything_about_it_is_emptied(database: Database) -> None:
    async with open_desk(database) as desk:
        assert await desk.says("xin chào")
        await desk.turns.idle()
        assert desk.channel.texts() == ["xin chào"]
    with database.transaction() as tx:
        assert tx.execute(select(event.c.state, event.c.body)).all() == [("done", None)]
        assert tx.execute(select(outbox.c.state, outbox.c.body, outbox.c.external_id)).all() == [("sent", None, "m1")]
        assert tx.execute(select(audit.c.action)).scalars().all() == ["answered"]


async def test_a_duplicate_ends_at_the_door(database: Database) -> None:
    async with open_desk(database) as desk:
        assert await desk.says("một", key="7")
        assert not await desk.says("một", key="7")
        await desk.turns.idle()
        assert not await desk.says("một", key="7")
        await desk.turns.idle()
        assert desk.channel.texts() == ["một"]


async def test_the_messages_of_one_person_are_answered_in_order(database: Database) -> None:
    async with open_desk(database) as desk:
        for number in range(12):
            await desk.says(str(number))
        await desk.turns.idle()
        assert desk.channel.texts() == [str(number) for number in range(12)]


async def test_a_turn_that_raises_leaves_nothing_and_is_tried_again(database: Database) -> None:
    calls: list[str] = []

    def unlucky(situation: Situation) -> Turn:
        calls.append(situation.incoming.text)
        accounts.speak(situation.tx, situation.account.id, "en")
        if len(calls) < 3:
            raise ValueError("twice unlucky")
        return echo(situation)

    async with open_desk(database, unlucky) as desk:
        desk.turns._clock = lambda: datetime.now(UTC)  # the pause between the tries is real
        await desk.says("a")
        await desk.turns.idle()
        assert calls == ["a", "a", "a"]
        assert desk.channel.texts() == ["a"]


async def test_a_turn_that_fails_three_times_is_told_and_the_next_one_goes_on(database: Database) -> None:
    def broken(situation: Situation) -> Turn:
        if situation.incoming.text == "bad":
            accounts.speak(situation.tx, situation.account.id, "xx")
            raise ValueError("always")
        return echo(situation)

    async with open_desk(database, broken) as desk:
        desk.turns._clock = lambda: datetime.now(UTC)
        await desk.says("bad")
        await desk.says("good")
        await desk.turns.idle()
        assert desk.channel.texts() == ["sorry", "good"]
    with database.transaction() as tx:
        assert tx.execute(select(event.c.state).order_by(event.c.id)).scalars().all() == ["failed", "done"]
        assert tx.execute(select(account.c.language)).scalar_one() is None, "the failed turn was rolled back"


async def test_an_unknown_version_of_the_state_restarts_politely(database: Database) -> None:
    seen: list[bool] = []

    def watching(situation: Situation) -> Turn:
        seen.append(situation.restarted)
        return replace(echo(situation), session=replace(situation.session, topic="XD01"))

    async with open_desk(database, watching) as desk:
        await desk.says("a")
        await desk.turns.idle()
        with database.transaction() as tx:
            account_id = tx.execute(select(account.c.id)).scalar_one()
            accounts.save_state(tx, account_id, Saved(99, '{"shape": "of tomorrow"}'), now=NOW)
        await desk.says("b")
        await desk.turns.idle()
        await desk.says("c")
        await desk.turns.idle()
    assert seen == [False, True, False]
    with database.transaction() as tx:
        assert tx.execute(select(conversation.c.version)).scalar_one() == 1


async def test_one_who_blocked_the_bot_is_closed_and_opens_again_by_writing(database: Database) -> None:
    async with open_desk(database) as desk:
        desk.channel.answers = [Gone("blocked by the user")]
        await desk.says("a")
        await desk.turns.idle()
        with database.transaction() as tx:
            assert tx.execute(select(account.c.gone_at)).scalar_one() == NOW
            assert tx.execute(select(outbox.c.state, outbox.c.body)).one() == ("gone", None)
        await desk.says("b")
        await desk.turns.idle()
        assert desk.channel.texts() == ["b"]
    with database.transaction() as tx:
        assert tx.execute(select(account.c.gone_at)).scalar_one() is None


@pytest.mark.parametrize(
    ("error", "state"),
    [(Refused("too long"), "failed"), (Uncertain("no answer"), "uncertain")],
)
async def test_a_reply_that_cannot_be_repeated_is_settled_at_once(
    database: Database, error: DeliveryError, state: str
) -> None:
    async with open_desk(database) as desk:
        desk.channel.answers = [error]
        await desk.says("a")
        await desk.turns.idle()
        assert desk.channel.texts() == []
    with database.transaction() as tx:
        kept, body = tx.execute(select(outbox.c.state, outbox.c.body)).one()
        assert kept == state
        assert (body is not None) == (state == "failed"), "what failed is kept for an operator, nothing else"


async def test_what_the_platform_puts_off_keeps_its_place(database: Database) -> None:
    async with open_desk(database) as desk:
        desk.delivery._clock = lambda: datetime.now(UTC)
        desk.turns._clock = lambda: datetime.now(UTC)
        desk.channel.answers = [TryLater("slow down", after=0.05)]
        await desk.says("first")
        await desk.says("second")
        running = asyncio.create_task(desk.delivery.run())
        for _ in range(100):
            await asyncio.sleep(0.02)
            if len(desk.channel.sent) == 2:
                break
        running.cancel()
        assert desk.channel.texts() == ["first", "second"]


async def test_what_stands_behind_a_reply_that_was_put_off_follows_it_at_once_and_unmarked(database: Database) -> None:
    def twice(situation: Situation) -> Turn:
        return replace(echo(situation), replies=(Reply(Markup("one")), Reply(Markup("two"))))

    for error in (TryLater("slow down", after=0.05), Moved("another-place")):
        async with open_desk(database, twice) as desk:
            desk.delivery._clock = lambda: datetime.now(UTC)
            desk.channel.answers = [error]
            await desk.says("a", chat=type(error).__name__)
            await desk.turns.idle()
            running = asyncio.create_task(desk.delivery.run())
            for _ in range(100):  # 2 s, of a lease of 60
                await asyncio.sleep(0.02)
                if len(desk.channel.sent) == 2:
                    break
            running.cancel()
            assert desk.channel.texts() == ["one", "two"]
            assert not any(message.repeated for message in desk.channel.sent)


async def test_nothing_more_is_tried_with_one_who_is_gone(database: Database) -> None:
    def twice(situation: Situation) -> Turn:
        return replace(echo(situation), replies=(Reply(Markup("one")), Reply(Markup("two"))))

    async with open_desk(database, twice) as desk:
        desk.channel.answers = [Gone("blocked by the user")]
        await desk.says("a")
        await desk.turns.idle()
        assert (desk.channel.texts(), desk.channel.answers) == ([], [])
    with database.transaction() as tx:
        assert tx.execute(select(outbox.c.state)).scalars().all() == ["gone", "gone"]


async def test_a_notice_is_saved_with_its_turn_and_repeated_once_when_uncertain(database: Database) -> None:
    def tells(situation: Situation) -> Turn:
        return replace(echo(situation), events=(Happening("asked", {"account": situation.account.id}),))

    def rule(_tx: Connection, happening: Happening, _now: datetime) -> list[Notice]:
        return [Notice(happening.facts["account"], Reply(Markup("told")))]

    async with open_desk(database) as desk:
        desk.turns._handlers = Handlers(tells, sorry, rules={"asked": rule})
        desk.delivery._clock = lambda: datetime.now(UTC)
        desk.channel.answers = [None, Uncertain("cut off"), None]
        await desk.says("a")
        await desk.turns.idle()
        await asyncio.sleep(0.05)
        await desk.delivery.idle()
        assert desk.channel.texts() == ["a", "told"]
        assert [message.repeated for message in desk.channel.sent] == [False, True]


async def test_two_processes_share_the_lanes_and_keep_the_order(database: Database) -> None:
    async with (
        open_desk(database) as one,
        open_desk(Database(str(database.engine.url.render_as_string(False)), database.vault)) as two,
    ):
        for number in range(20):
            await (one if number % 2 else two).says(str(number))
        for desk in (one, two, one, two):
            await desk.turns.idle()
        seen = {(m.reply.text) for m in one.channel.sent + two.channel.sent}
        assert seen == {str(number) for number in range(20)}
        assert len(one.channel.sent) + len(two.channel.sent) == 20
    with database.transaction() as tx:
        order = tx.execute(select(audit.c.event_id).order_by(audit.c.id)).scalars().all()
        assert list(order) == sorted(order)


async def test_a_big_import_that_others_accepted_does_not_go_before_people(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks: list[int] = []
    async with open_desk(database) as desk:
        desk.handlers = replace(desk.handlers, work={"dossiers": lambda *_: None})
        desk.turns = Turns(desk.store, desk.handlers, desk.delivery, Served(["test"]), lambda: NOW)
        write = desk.store.write

        async def watched(name: str, job: Any, *, rank: int = PEOPLE) -> Any:
            ranks.append(rank)
            return await write(name, job, rank=rank)

        monkeypatch.setattr(desk.store, "write", watched)
        with database.transaction() as tx:
            for number in range(5):
                events.accept(tx, NewEvent("test", str(number), "dossiers", "{}", "0" * 32), NOW)
        desk.turns.wake("0" * 32)
        await desk.turns.idle()
    assert ranks[:5] == [PEOPLE, *[IMPORTS] * 4], "what a lane brings is known by its first turn"
