"""From files and pushes to what people hear: each change once, however often and in whatever order it is delivered."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from markupsafe import Markup
from sqlalchemy import select

from bot.delivery import Delivery
from bot.store import Store
from bot.turns import Served, Turns
from handlers.intake.batches import CHANGED, DUE, NEW, batch, corrected, take_in
from handlers.messages import Happening, Notice, Reply, Turn
from handlers.turn import Handlers
from knowledge.dossier import DossierRecord, Step
from knowledge.status import Status
from storage import accounts
from storage.database import Connection, Database
from storage.dossiers import records as dossiers
from storage.dossiers import sources
from storage.dossiers.intake import Origin
from storage.events import NewEvent
from storage.schema import audit, event, outbox

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
STATUSES = (Status.RECEIVED, Status.PROCESSING, Status.NEED_SUPPLEMENT, Status.RESULT_READY, Status.RETURNED)
SEED = 20261123


def record(number: int, status: Status, **more: object) -> DossierRecord:
    code = f"000.00.15.H58-261102-{number:04d}"
    return replace(DossierRecord(code, status, START, procedure_title="Thủ tục"), **more)  # type: ignore[arg-type]


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def tell(tx: Connection, told: Happening, _now: datetime) -> Iterable[Notice]:
    """Tell the one account that there is of everything."""
    facts = told.facts
    return [Notice(1, Reply(Markup.escape(f"{told.name} {facts['code'][-4:]} {facts['old']} {facts['new']}")))]


async def deliver(database: Database, *bodies: str) -> list[str]:
    """Bring events with these bodies, each in a lane of its own, and list every notice that there ever was."""
    with database.transaction() as tx:
        lane = accounts.lane_of(database.vault, "test", "1")
        accounts.ensure(tx, channel="test", address="1", lane=lane, now=NOW)
    store = Store(Database(database.engine.url.render_as_string(hide_password=False), database.vault))
    delivery = Delivery(store, {}, uuid4().hex, lambda: NOW)
    rules = dict.fromkeys((NEW, CHANGED, DUE), tell)
    handlers = Handlers(lambda _: Turn(), lambda _: Turn(), {"dossiers": take_in}, rules=rules)
    turns = Turns(store, handlers, delivery, Served(["import"]), lambda: NOW)
    for body in bodies:
        key = uuid4().hex
        await turns.take(NewEvent("import", key, "dossiers", body, database.vault.digest(key)))
    await turns.idle()
    await turns.close()
    await store.close()
    with database.transaction() as tx:
        assert tx.execute(select(event.c.id).where(event.c.state != "done")).all() == []
        return [
            str(Reply.from_json(body).text)
            for body in tx.execute(select(outbox.c.body).order_by(outbox.c.id)).scalars()
        ]


async def test_what_happens_in_a_batch_becomes_a_notice_in_its_transaction(database: Database) -> None:
    await deliver(database, batch([record(1, Status.RECEIVED, due_at=at(9))], Origin("f", at(1))))
    told = await deliver(database, batch([record(1, Status.PROCESSING, due_at=at(12))], Origin("f", at(2))))
    assert told[0].startswith("dossier_new 0001 None ")
    assert Counter(line.split()[0] for line in told) == {NEW: 1, CHANGED: 1, DUE: 1}


async def test_shuffled_and_repeated_batches_make_the_notices_that_brute_force_lists(database: Database) -> None:
    chance, expected = random.Random(SEED), Counter[str]()
    by_day: dict[int, list[DossierRecord]] = {}
    for number in range(60):
        days = sorted(chance.sample(range(1, 20), len(STATUSES)))
        for day, status in zip(days, chance.sample(STATUSES, len(STATUSES)), strict=True):
            by_day.setdefault(day, []).append(record(number, status))
            expected[f"{number:04d} {status!r}"] += 1
    bodies = [batch(records, Origin("f", at(day))) for day, records in by_day.items()]
    bodies = chance.sample([*bodies, *chance.choices(bodies, k=10)], len(bodies) + 10)
    told = await deliver(database, *bodies)
    heard = Counter(f"{line.split()[1]} {line.split(maxsplit=3)[3]}" for line in told)
    assert {key.split()[0]: 0 for key in heard} == {key.split()[0]: 0 for key in expected}
    assert heard.total() == expected.total()
    assert await deliver(database, *bodies) == told, "a replay says nothing"


async def test_steps_are_told_as_changes_and_a_push_is_heard_as_a_sign_of_life(database: Database) -> None:
    origin = Origin("motcua", at(1), undated=True)
    code = record(1, Status.RECEIVED).code
    steps = [Step(code, at(2), Status.PROCESSING, "Thẩm định"), Step(code, at(3), Status.PROCESSING, "Trình ký")]
    bodies = [
        batch([], replace(origin, as_of=at(4)), steps=steps, feed="push"),
        batch([record(1, Status.RECEIVED)], origin, feed="push"),
        batch([], replace(origin, as_of=at(5)), steps=steps, feed="push"),
    ]
    told = await deliver(database, *bodies)
    assert Counter(line.split()[0] for line in told) == {NEW: 1, CHANGED: 1}
    with database.transaction() as tx:
        found = sources.find(tx, "motcua")
    assert found is not None
    assert (found.kind, found.good_at, found.is_down) == ("push", at(5), False)


async def test_a_correction_by_hand_is_told_stays_and_leaves_a_line(database: Database) -> None:
    first = batch([record(1, Status.PROCESSING, due_at=at(9))], Origin("f", at(1)))
    fixed = corrected(
        record(1, Status.NEED_PAYMENT, due_at=at(11)), ["status", "due_at"], ["TrangThaiHoSo", "NgayHenTra"]
    )
    late = batch([record(1, Status.PROCESSING, due_at=at(9), unit="Phòng")], Origin("f", at(5)))
    await deliver(database, first)
    await deliver(database, fixed)
    told = await deliver(database, late)
    assert Counter(line.split()[0] for line in told) == {NEW: 1, CHANGED: 1, DUE: 1}
    with database.transaction() as tx:
        found = dossiers.find(tx, record(1, Status.PROCESSING).code)
        trail = list(tx.execute(select(audit.c.detail).where(audit.c.action == "dossier_corrected")).scalars())
    assert found is not None
    assert (found.status, found.due_at, found.unit, found.as_of) == (Status.NEED_PAYMENT, at(11), "Phòng", at(5))
    assert trail == [f"{found.code}: TrangThaiHoSo, NgayHenTra: changed"]
    newer = batch([record(1, Status.RETURNED)], Origin("f", NOW + timedelta(days=1)))
    assert len(await deliver(database, newer)) == len(told) + 2, "the source tells newer: status and due date"


async def test_a_record_that_no_store_can_keep_is_named_in_the_trail(database: Database) -> None:
    bad = record(2, Status.RECEIVED, fee_due=10**30)
    told = await deliver(database, batch([record(1, Status.RECEIVED), bad], Origin("f", at(1))))
    assert len(told) == 1
    with database.transaction() as tx:
        (line,) = tx.execute(select(audit.c.detail).where(audit.c.action == "dossiers_refused")).scalars()
    assert line is not None
    assert line.startswith(f"f: 1, such as {bad.code} (")
