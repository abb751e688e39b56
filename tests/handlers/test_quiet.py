"""Quiet hours and digests: what comes at night waits for the morning, what waits together leaves together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup
from sqlalchemy import select, update

from handlers import quiet, turn
from handlers.messages import DIGEST_ROWS, Button, Happening, Notice, Reply, Turn
from handlers.quiet import Quiet
from handlers.turn import Handlers, Lease
from storage import accounts, events
from storage.database import Connection, Database
from storage.events import NewEvent
from storage.schema import outbox

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = Quiet(time(21, 30), time(6, 30), ZONE)
NOON = Quiet(time(11, 30), time(13), ZONE)
HAPPENED = Happening("happened", {})
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=9)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("span", "now", "until"),
    [
        (NIGHT, local(23, 21, 29), None),
        (NIGHT, local(23, 21, 30), local(24, 6, 30)),
        (NIGHT, local(24, 0), local(24, 6, 30)),
        (NIGHT, local(24, 6, 29), local(24, 6, 30)),
        (NIGHT, local(24, 6, 30), None),
        (NIGHT, local(30, 23).astimezone(UTC), datetime(2026, 12, 1, 6, 30, tzinfo=ZONE)),
        (NOON, local(23, 11, 29), None),
        (NOON, local(23, 12), local(23, 13)),
        (NOON, local(23, 13), None),
    ],
)
def test_a_quiet_span_has_an_end(span: Quiet, now: datetime, until: datetime | None) -> None:
    assert span.until(now) == until


def told(notice: Notice, now: datetime, database: Database) -> Notice:
    def rule(_tx: Connection, _happening: Happening, _now: datetime) -> Iterator[Notice]:
        yield notice

    with database.transaction() as tx:
        (found,) = quiet.keep({"happened": rule}, NIGHT)["happened"](tx, HAPPENED, now)
    return found


def test_at_night_a_notice_waits_for_the_morning_unless_it_is_urgent_or_has_its_own_time(database: Database) -> None:
    plain = Notice(1, Reply(Markup("a")))
    urgent = Notice(1, Reply(Markup("a")), urgent=True)
    timed = Notice(1, Reply(Markup("a")), not_before=local(24, 5))
    assert told(plain, local(23, 23), database).not_before == local(24, 6, 30)
    assert told(plain, local(23, 12), database).not_before is None
    assert told(urgent, local(23, 23), database).not_before is None
    assert told(timed, local(23, 23), database).not_before == local(24, 5)


class Board:
    """Things that happen and of which accounts hear in digests."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction() as tx:
            for name in ("1", "2"):
                lane = accounts.lane_of(database.vault, "test", name)
                accounts.ensure(tx, channel="test", address=name, lane=lane, now=NOW)
        self._count = 0

    def happens(self, *notices: Notice) -> None:
        """Let something happen that causes these notices."""
        self._count += 1
        handlers = Handlers(
            lambda _: Turn(),
            lambda _: Turn(),
            {"happened": lambda _tx, _event, _now: [HAPPENED]},
            rules={"happened": lambda _tx, _happening, _now: notices},
        )
        lane = self.database.vault.digest("lane")
        with self.database.transaction() as tx:
            events.accept(tx, NewEvent("test", str(self._count), "happened", "{}", lane), NOW)
            turn.take(tx, lane, handlers, Lease("me", 60), NOW)

    def waiting(self) -> list[tuple[int, Reply]]:
        columns = outbox.c.account_id, outbox.c.body
        with self.database.transaction() as tx:
            rows = tx.execute(select(*columns).where(outbox.c.state == "queued").order_by(outbox.c.id)).all()
        return [(account_id, Reply.from_json(body)) for account_id, body in rows]

    def leaves(self) -> None:
        """Let everything that waits leave."""
        with self.database.transaction() as tx:
            tx.execute(update(outbox).values(state="sent", body=None))


def item(text: str, to: int = 1, at: datetime | None = MORNING, digest: str = "new") -> Notice:
    return Notice(to, Reply(Markup(text)), at, digest=digest, heading=Markup("<b>Mới</b>"))


def test_notices_of_one_digest_leave_as_one_message_under_one_heading(database: Database) -> None:
    board = Board(database)
    board.happens(item("một"), item("hai"))
    board.happens(item("ba"))
    assert [(to, str(reply.text)) for to, reply in board.waiting()] == [(1, "<b>Mới</b>\n\nmột\n\nhai\n\nba")]


def test_another_account_time_or_digest_is_another_message(database: Database) -> None:
    board = Board(database)
    others = (item("hai", to=2), item("ba", at=EVENING), item("bốn", digest="late"), item("năm", at=None))
    board.happens(item("một"), *others)
    assert len(board.waiting()) == 5


def test_what_comes_after_a_digest_left_is_told_as_well(database: Database) -> None:
    board = Board(database)
    board.happens(item("một"))
    board.leaves()
    board.happens(item("hai"))
    assert [str(reply.text) for _, reply in board.waiting()] == ["<b>Mới</b>\n\nhai"]


def test_the_buttons_of_a_digest_stand_once_and_are_not_too_many() -> None:
    def row(number: int) -> tuple[Button, ...]:
        return (Button(str(number), f"dossier:{number}"),)

    whole = Reply(Markup("0"), (row(0),))
    for number in range(20):
        whole = Reply(Markup(str(number)), (row(number),)).below(whole)
    assert whole.buttons == tuple(row(number) for number in range(DIGEST_ROWS))
