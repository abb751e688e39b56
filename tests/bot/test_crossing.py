"""Two people who tell each other something in one instant: no turn waits for another in a circle.

On PostgreSQL their turns run side by side. Each writes where its own conversation stands, and offers buttons at the
other's; here every such write takes long, so that turns which took them in any order would hold each other up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import select, update

from handlers import turn
from handlers.messages import SESSION_VERSION, Button, Happening, Incoming, Kind, Notice, Reply, Session, Turn
from handlers.turn import Handlers, Lease, Situation, Taken
from storage import accounts, events
from storage.database import Connection, Database
from storage.delivery import claims, digests, outbox
from storage.delivery.budgets import Budget
from storage.delivery.claims import Claimer, Claims
from storage.events import NewEvent
from storage.schema import conversation
from storage.schema import outbox as rows

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SLOW_SECONDS = 0.15  # far longer than two turns that began together are apart
LEASE = Lease("me", 60, {"zalo_bot": Budget(per_second=1000)})
OFFERED = (("Đồng ý", "8:yes"),)
People = dict[str, int]


def met(database: Database, channel: str, *names: str) -> People:
    """Let people have an account, and let each have written something that waits for its turn."""
    with database.transaction() as tx:
        for name in names:
            lane = accounts.lane_of(database.vault, channel, name)
            body = Incoming(Kind.TEXT, name).to_json()
            events.accept(tx, NewEvent(channel, name, "message", body, lane, name), NOW)
        known = {name: accounts.by_lane(tx, accounts.lane_of(database.vault, channel, name)) for name in names}
    return {name: found[0].id for name, found in known.items() if found is not None}


def answering(people: People, *, digest: str = "") -> Handlers:
    """Answer who writes, and tell everybody else of it, the last one first where the first one writes."""

    def answer(situation: Situation) -> Turn:
        others = [one for one in people.values() if one != situation.account.id]
        if situation.account.id == min(people.values()):
            others.reverse()
        return Turn((Reply(Markup("ok")),), Session(), tuple(Happening("told", {"to": one}) for one in others))

    def rule(_tx: Connection, happening: Happening, _now: datetime) -> Iterable[Notice]:
        reply = Reply(Markup("?"), ((Button("Đồng ý", "8:yes"),),))
        yield Notice(happening.facts["to"], reply, here=True, digest=digest, not_before=LATER if digest else None)

    return Handlers(answer, lambda _account: Turn(), rules={"told": rule})


def at_once(database: Database, channel: str, people: People, handlers: Handlers) -> list[Any]:
    """Let all of them take their turns in one instant; gives what came of each."""
    together = threading.Barrier(len(people))
    ended: list[Any] = []

    def one(name: str) -> None:
        together.wait()
        try:
            with database.transaction() as tx:
                ended.append(turn.take(tx, accounts.lane_of(database.vault, channel, name), handlers, LEASE, NOW))
        except Exception as error:  # told by the test
            ended.append(error)

    threads = [threading.Thread(target=one, args=(name,)) for name in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def slow(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Let a function take long once it has done its work."""
    inner = getattr(module, name)

    def done(*given: Any, **more: Any) -> Any:
        result = inner(*given, **more)
        time.sleep(SLOW_SECONDS)
        return result

    monkeypatch.setattr(module, name, done)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every write that another turn may want as well take long."""

    slow(monkeypatch, accounts, "save_state")
    slow(monkeypatch, digests, "find")
    slow(monkeypatch, outbox, "add")


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("known", [True, False], ids=["who wrote before", "newcomers"])
async def test_people_who_tell_each_other_in_one_instant_are_all_answered(database: Database, known: bool) -> None:
    people = met(database, "zalo_bot", "an", "binh", "chi")
    if known:
        with database.transaction() as tx:
            for one in people.values():
                accounts.save_state(tx, one, accounts.Saved(SESSION_VERSION, Session().to_json()), now=NOW)
    ended = at_once(database, "zalo_bot", people, answering(people))
    assert [type(one) for one in ended] == [Taken] * 3, ended
    with database.transaction() as tx:
        states = tx.execute(select(conversation.c.state)).scalars().all()
        assert [Session.from_json(state or "").offered for state in states].count(OFFERED) >= 2
        assert len(tx.execute(select(rows.c.id)).all()) == 3 + 6


@pytest.mark.usefixtures("slowly")
async def test_readers_of_the_page_who_tell_each_other_in_one_instant_are_all_answered(database: Database) -> None:
    people = met(database, "web", "an", "binh", "chi")
    ended = at_once(database, "web", people, answering(people))
    assert [type(one) for one in ended] == [Taken] * 3, ended


@pytest.mark.usefixtures("slowly")
async def test_digests_that_grow_in_one_instant_wait_in_no_circle(database: Database) -> None:
    people = met(database, "zalo_bot", "an", "binh", "chi", "dung")
    ended = at_once(database, "zalo_bot", people, answering(people, digest="news"))
    assert [type(one) for one in ended] == [Taken] * 4, ended


async def test_a_turn_whose_digest_is_claimed_in_the_same_instant_waits_in_no_circle_with_the_claim(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = ["telegram", "zalo_bot"]
    claimer = Claimer("me", 60, 50, budgets={name: Budget(per_second=1000) for name in channels})
    handlers = answering(met(database, "zalo_bot", "an") | met(database, "telegram", "binh"), digest="news")
    lane = accounts.lane_of(database.vault, "zalo_bot", "an")
    with database.transaction() as tx:
        claims.claim(tx, channels, claimer, NOW)
        assert isinstance(turn.take(tx, lane, handlers, LEASE, NOW), Taken)
        tx.execute(update(rows).where(rows.c.kind == outbox.REPLY).values(state="sent"))
        events.accept(tx, NewEvent("zalo_bot", "again", "message", Incoming(Kind.TEXT, "").to_json(), lane, "an"), NOW)
    slow(monkeypatch, claims, "_of_channel")
    slow(monkeypatch, outbox, "add")
    together, ended = threading.Barrier(2), list[Any]()

    def do(what: Callable[[Connection], Any]) -> None:
        together.wait()
        try:
            with database.transaction() as tx:
                ended.append(what(tx))
        except Exception as error:  # told by the test
            ended.append(error)

    work = (
        lambda tx: claims.claim(tx, channels, claimer, LATER),
        lambda tx: turn.take(tx, lane, handlers, LEASE, NOW),
    )
    threads = [threading.Thread(target=do, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {type(one) for one in ended} == {Claims, Taken}, ended
