"""Budgets: what leaves stays within them, replies go first, and a platform that asks to wait is obeyed exactly."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count, pairwise
from uuid import uuid4

import pytest
from markupsafe import Markup
from sqlalchemy import select, update

from bot.budgets import budgets_of, calls_of
from bot.channels.base import Outgoing
from bot.delivery import Delivery
from bot.settings.delivery import Delivery as Settings
from bot.settling import Buried, Limits, Rules
from bot.store import Store
from bot.turns import Served, Turns
from handlers.messages import Incoming, Kind, Reply, Turn
from handlers.turn import Handlers, Situation
from knowledge.errors import DeliveryError, Refused, SlowDown, TryLater
from storage import accounts
from storage.database import Connection, Database
from storage.delivery import outbox
from storage.delivery.budgets import Budget
from storage.delivery.claims import Claimer, claim
from storage.delivery.outbox import NewRow
from storage.events import NewEvent
from storage.schema import account, budget
from storage.schema import outbox as rows

FREE = Budget()  # without limits, but a platform that asks to wait is obeyed
TIGHT = Budget(per_second=10)  # two at once, one of them a notice
REST = 3.0  # seconds that a platform asks to wait: more than a slow machine needs to answer somebody else
PART = 2000  # characters of a part
SECONDS = 20.0  # within which everything of a test is sent, on a slow machine


def clock() -> datetime:
    return datetime.now(UTC)


class Platform:
    """A channel that notes what came when, and answers as told: an error for a text that stands in `answers`."""

    name = "test"

    def __init__(self) -> None:
        self.came: list[tuple[float, str, str]] = []
        self.answers: dict[str, list[DeliveryError]] = {}
        self.asked: list[float] = []

    def calls(self, reply: Reply) -> int:
        return -(-len(reply.text) // PART)

    async def send(self, message: Outgoing) -> str | None:
        said = str(message.reply.text)
        self.asked.append(time.monotonic())
        if self.answers.get(said):
            raise self.answers[said].pop(0)
        self.came.append((time.monotonic(), message.address, said))
        return "id"

    def texts(self) -> list[str]:
        return [said for _, _, said in self.came]


class Process:
    """A process that sends: a store of its own over the shared database."""

    def __init__(self, database: Database, platform: Platform, rules: Rules) -> None:
        url = database.engine.url.render_as_string(hide_password=False)
        self.store = Store(Database(url, database.vault))
        self.platform = platform
        self.delivery = Delivery(self.store, {"test": platform}, uuid4().hex, clock, rules)
        handlers = Handlers(self.echo, lambda _account: Turn())
        self.turns = Turns(self.store, handlers, self.delivery, Served(["test"]), clock)

    @staticmethod
    def echo(situation: Situation) -> Turn:
        return Turn((Reply(Markup.escape(situation.incoming.text)),), situation.session)

    async def hears(self, said: str, chat: str) -> None:
        lane = accounts.lane_of(self.store.database.vault, "test", chat)
        body = Incoming(Kind.TEXT, said).to_json()
        await self.turns.take(NewEvent("test", uuid4().hex, "message", body, lane, chat))


@asynccontextmanager
async def processes(
    database: Database,
    given: Budget,
    number: int = 1,
    buried: Buried | None = None,
) -> AsyncIterator[list[Process]]:
    """Run so many processes, whose deliveries run."""
    platform = Platform()
    limits = Limits(poll_seconds=0.5, backoff_seconds=0.01)
    rules = Rules(limits, {"test": given}, calls_of({"test": platform}), buried)
    running = [Process(database, platform, rules) for _ in range(number)]
    loops = [asyncio.create_task(one.delivery.run()) for one in running]
    try:
        yield running
    finally:
        for one, loop in zip(running, loops, strict=True):
            await one.turns.close()
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop
            await one.delivery.close()
            await one.store.close()


_keys = count()


def notify(database: Database, *told: tuple[str, str]) -> None:
    """Save a notice for each chat and text."""
    with database.transaction() as tx:
        for chat, said in told:
            lane = accounts.lane_of(database.vault, "test", chat)
            to = accounts.ensure(tx, channel="test", address=chat, lane=lane, now=clock())
            row = NewRow(f"n{next(_keys)}", to, "test", outbox.NOTICE, Reply(Markup(said)).to_json())
            outbox.add(tx, row, clock(), owner=None, lease_seconds=0)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not true():
            await asyncio.sleep(0.01)


def most_within(times: list[float], seconds: float) -> int:
    """Give the most that came within any such span."""
    return max(sum(start <= at < start + seconds for at in times) for start in times)


async def test_notices_of_all_processes_together_stay_within_the_budget(database: Database) -> None:
    notify(database, *((f"chat{number}", str(number)) for number in range(30)))
    async with processes(database, Budget(per_second=20), 2) as running:
        platform = running[0].platform
        await until(lambda: len(platform.came) == 30)
    times = [at for at, _, _ in platform.came]
    assert sorted(map(int, platform.texts())) == list(range(30))
    assert max(times) - min(times) >= (30 - 4) / 20, "four may leave at once"
    with database.transaction() as tx:
        assert tx.execute(select(budget.c.used)).scalar_one() == 30


async def test_a_message_in_parts_takes_a_call_for_each_of_the_budget_and_of_its_chat(database: Database) -> None:
    long = "x" * (2 * PART + 1)
    notify(database, ("anna", long), ("anna", "a"), ("binh", "b"))
    async with processes(database, Budget(per_second=1000, chat_seconds=0.3)) as (one,):
        await until(lambda: len(one.platform.came) == 3)
        await one.hears(long, "chi")
        await until(lambda: len(one.platform.came) == 4)
    first, second = (at for at, chat, _ in one.platform.came if chat == "anna")
    assert second - first >= 3 * 0.3
    with database.transaction() as tx:
        assert tx.execute(select(budget.c.used)).scalar_one() == 3 + 1 + 1 + 3


async def test_a_chat_rests_between_two_notices_and_gets_them_in_order(database: Database) -> None:
    notify(database, *(("anna", str(number)) for number in range(4)), ("binh", "b"))
    async with processes(database, Budget(chat_seconds=0.3), 2) as running:
        platform = running[0].platform
        await until(lambda: len(platform.came) == 5)
    of_anna = [(at, said) for at, chat, said in platform.came if chat == "anna"]
    assert [said for _, said in of_anna] == ["0", "1", "2", "3"]
    assert min(later - earlier for (earlier, _), (later, _) in pairwise(of_anna)) >= 0.3


async def test_the_topics_of_a_group_share_its_pace(database: Database) -> None:
    notify(database, ("-100:1", "a"), ("-100:2", "b"), ("-100", "c"), ("-1001", "of another group"))
    async with processes(database, Budget(group_seconds=300)) as running:
        await until(lambda: len(running[0].platform.came) == 4)
    with database.transaction() as tx:
        rested = dict(tx.execute(select(account.c.address, account.c.notices_from)).all())
    other = rested.pop("-1001")
    assert len(set(map(round, rested.values()))) == 1, "each message lets all three rest"
    assert rested["-100"] - other > 500


async def test_a_reply_overtakes_the_notices_that_wait(database: Database) -> None:
    notify(database, *((f"chat{number}", f"notice {number}") for number in range(200)), ("anna", "notice of anna"))
    async with processes(database, TIGHT) as running:
        await until(lambda: running[0].platform.came)
        await running[0].hears("reply", "anna")
        await until(lambda: "reply" in running[0].platform.texts())
        before = running[0].platform.texts().index("reply")
    assert before < 100, "it came before most of them"
    assert "notice of anna" not in running[0].platform.texts()


async def test_more_replies_than_the_budget_wait_for_it_in_order(database: Database) -> None:
    async with processes(database, Budget(per_second=10)) as running:
        for number in range(8):
            await running[0].hears(str(number), "anna")
            await running[0].hears(str(number), "binh")
        await until(lambda: len(running[0].platform.came) == 16)
        times = [at for at, _, _ in running[0].platform.came]
    for chat in ("anna", "binh"):
        assert [said for _, to, said in running[0].platform.came if to == chat] == [str(number) for number in range(8)]
    assert max(times) - min(times) >= (16 - 3) / 10


def _refused(database: Database) -> int:
    """Count the messages of which it is kept that they were refused."""
    with database.transaction() as tx:
        return len(tx.execute(select(rows.c.id).where(rows.c.state == "queued", rows.c.attempts > 0)).all())


async def test_the_answer_slow_down_is_obeyed_exactly(database: Database) -> None:
    async with processes(database, FREE) as running:
        platform = running[0].platform
        platform.answers["a1"] = [SlowDown("too many requests", REST)]
        notify(database, ("anna", "a1"), ("anna", "a2"))
        running[0].delivery.wake()
        await until(lambda: platform.asked)
        refused = platform.asked[0]
        await until(lambda: _refused(database) == 1)  # what is claimed before that commit cannot know of it
        notify(database, ("binh", "b1"))
        running[0].delivery.wake()
        await running[0].hears("a reply to anna", "anna")
        await running[0].hears("a reply to chi", "chi")
        await until(lambda: len(platform.came) == 5)
    waited = {said: at - refused for at, _, said in platform.came}
    assert waited.pop("a reply to chi") < REST, "a person elsewhere is answered at once"
    assert min(waited.values()) >= REST
    order = platform.texts()
    assert order.index("a reply to anna") < order.index("a1") < order.index("a2")


async def test_when_a_second_chat_is_refused_replies_wait_as_well(database: Database) -> None:
    async with processes(database, FREE) as running:
        platform = running[0].platform
        for said in ("a", "b"):
            platform.answers[said] = [SlowDown("too many requests", 1.0)]
        await running[0].hears("a", "anna")
        await running[0].hears("b", "binh")
        await until(lambda: len(platform.asked) == 2)
        refused = platform.asked[1]
        await until(lambda: _refused(database) == 2)  # what leaves before that commit cannot know of it
        await running[0].hears("c", "chi")
        await until(lambda: len(platform.came) == 3)
    assert min(at for at, _, _ in platform.came) - refused >= 0.9


async def test_a_days_number_leaves_a_tenth_for_replies(database: Database) -> None:
    notify(database, *((f"chat{number}", str(number)) for number in range(20)))
    async with processes(database, Budget(per_day=10)) as running:
        platform = running[0].platform
        await until(lambda: len(platform.came) == 9)
        await running[0].hears("reply", "anna")
        await until(lambda: "reply" in platform.texts())
        await running[0].hears("too late", "anna")
        await asyncio.sleep(0)
        assert len(platform.came) == 10
    with database.transaction() as tx:
        tx.execute(update(budget).values(day=datetime(2020, 1, 1, tzinfo=UTC).date()))
        claimed = claim(tx, ["test"], Claimer("me", 60, 50, budgets={"test": Budget(per_day=10)}), clock())
    kinds = [row.kind for row in claimed.rows]
    assert sorted(kinds) == [*["notice"] * 8, "reply"], "the next day has a budget of its own"


async def test_budgets_cost_no_commit(database: Database) -> None:
    notify(database, *((f"chat{number}", str(number)) for number in range(40)))
    written: list[str] = []

    class Counting(Store):
        async def write(self, name, job, *, rank=0):  # type: ignore[no-untyped-def]
            written.append(name)
            return await super().write(name, job, rank=rank)

    store, platform = Counting(database), Platform()
    rules = Rules(Limits(), {"test": Budget(per_second=1000, chat_seconds=1)})
    delivery = Delivery(store, {"test": platform}, "me", clock, rules)
    while len(platform.came) < 40:
        await delivery._claim()
        while delivery._senders:
            await asyncio.wait(list(delivery._senders.values()))
    await store.close()
    assert written.count("settle") == 40
    assert set(written) == {"claim", "settle"}


async def test_the_backoff_is_different_for_each_and_longer_each_time() -> None:
    limits = Limits(backoff_seconds=2, backoff_most_seconds=60)
    for attempts in range(12):
        pauses = {limits.backoff(attempts) for _ in range(20)}
        assert len(pauses) > 1
        whole = min(2 * 2**attempts, 60)
        assert whole / 2 <= min(pauses) <= max(pauses) <= whole


@pytest.mark.parametrize("error", [Refused("too long"), TryLater("down", 0.0)])
async def test_who_gives_a_message_up_tells_of_it_in_the_same_commit(database: Database, error: DeliveryError) -> None:
    told: list[str] = []

    def bury(tx: Connection, channel: str, _now: datetime) -> None:
        state = tx.execute(select(rows.c.state)).scalar_one()
        told.append(f"{channel}: {state}")

    async with processes(database, FREE, buried=bury) as running:
        running[0].platform.answers["a"] = [error] * 12
        notify(database, ("anna", "a"))
        running[0].delivery.wake()
        await until(lambda: told)
    assert told == ["test: failed"]


async def test_dead_leases_of_one_chat_do_not_hold_each_other_up(database: Database) -> None:
    notify(database, ("anna", "notice"))
    with database.transaction() as tx:
        to = tx.execute(select(account.c.id)).scalar_one()
        for number in range(2):
            row = NewRow(f"r{number}", to, "test", outbox.REPLY, Reply(Markup(f"reply {number}")).to_json())
            outbox.add(tx, row, clock(), owner="dead", lease_seconds=-1)
        tx.execute(update(rows).values(state="sending", lease_until=datetime(2020, 1, 1, tzinfo=UTC)))
    async with processes(database, FREE) as running:
        await until(lambda: len(running[0].platform.came) == 3)
    assert running[0].platform.texts() == ["reply 0", "reply 1", "notice"]


def test_the_settings_keep_telegram_below_its_limits_in_every_second() -> None:
    found = budgets_of(Settings(), UTC)["telegram"]
    assert found.per_second + found.burst <= 30
    assert (found.chat_pause("1001"), found.chat_pause("-1001:7")) == (1.0, 3.0)


def test_a_budget_of_nothing_is_no_limit() -> None:
    off = Settings(telegram_per_second=0, telegram_chat_per_second=0, telegram_group_per_minute=0, zalo_oa_per_minute=0)
    for found in budgets_of(off, UTC).values():
        assert (found.interval, found.chat_pause("1"), found.chat_pause("-1"), found.per_day) == (0, 0, 0, 0)
