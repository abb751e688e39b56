"""The log and the error kept with an event: what failed and where, never what a person wrote."""

from __future__ import annotations

import logging
from uuid import uuid4

import pytest
from markupsafe import Markup
from sqlalchemy import select

from bot.app import real_clock
from bot.channels.base import Outgoing
from bot.delivery import Delivery
from bot.store import Store
from bot.turns import Served, Turns
from handlers.messages import Incoming, Kind, Reply, Turn
from handlers.turn import Handlers, Situation
from storage import accounts
from storage.accounts import Account
from storage.database import Database
from storage.events import NewEvent
from storage.schema import audit, event

SECRET = "Trần Thị Kín Đáo 0912345678"


class Silent:
    """A channel that swallows everything."""

    name = "test"

    async def send(self, message: Outgoing) -> str | None:
        self.last = message
        return None


def raise_with_the_text(situation: Situation) -> Turn:
    raise ValueError(f"cannot handle {situation.incoming.text}")


def raise_from_another(situation: Situation) -> Turn:
    try:
        int(situation.incoming.text)
    except ValueError as error:
        raise RuntimeError("a handler failed") from error
    raise AssertionError


def sorry(_account: Account) -> Turn:
    return Turn((Reply(Markup("sorry")),))


@pytest.mark.parametrize("answer", [raise_with_the_text, raise_from_another])
async def test_a_turn_that_raises_leaves_the_place_but_not_the_text(
    database: Database, caplog: pytest.LogCaptureFixture, answer: object
) -> None:
    store = Store(database)
    delivery = Delivery(store, {"test": Silent()}, "me", real_clock)
    turns = Turns(store, Handlers(answer, sorry), delivery, Served(["test"]), real_clock)  # type: ignore[arg-type]
    with caplog.at_level(logging.DEBUG):
        lane = accounts.lane_of(database.vault, "test", "anna")
        await turns.take(NewEvent("test", uuid4().hex, "message", Incoming(Kind.TEXT, SECRET).to_json(), lane, "anna"))
        await turns.idle()
    await turns.close()
    with database.transaction() as tx:
        state, kept = tx.execute(select(event.c.state, event.c.error)).one()
        trail = str(tx.execute(select(audit)).all())
    await store.close()
    assert state == "failed"
    formatter = logging.Formatter()
    logged = "\n".join(formatter.format(record) for record in caplog.records)
    for told in (logged, kept, trail):
        assert "Kín Đáo" not in told
        assert "0912345678" not in told
    # ... but an operator can find the place.
    name = "ValueError" if answer is raise_with_the_text else "RuntimeError"
    assert name in logged
    assert name in kept
    assert "test_logs.py" in logged
