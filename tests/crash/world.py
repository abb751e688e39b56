"""What a crash test sees: processes that die, one after the other, and what database and platform say of it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, text, update

from bot.jobs import TRIES
from bot.schedule import CHANNEL as CLOCK
from storage.database import Database
from storage.delivery.outbox import NOTICE, OPEN, REPLY
from storage.schema import account, audit, event, job, moment, outbox
from tests.crash.fates import (
    BACK,
    BLOCKED,
    BROKEN,
    DEADLY,
    DRAW,
    HOPELESS,
    LEFT,
    MOVED_HERE,
    MOVING,
    NOTES,
    ORDERS,
    PLAIN,
    RAISED,
    SENT,
    TELL,
    Said,
    kept,
    moved_to,
)
from tests.crash.worker import Plan

KILLED = -signal.SIGKILL
QUIET = 0
ROOT = Path(__file__).parents[2]
GONE_SECONDS = 10  # within which a server notices that its client died

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
RESULT = "result"

Message = tuple[str, str]
"""A message that should arrive: the key of what was said, and whether it is the reply, a notice or a job's result."""

# Those that the workers' processes left behind: what this process has open is named like it.
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND state <> 'idle'"
)
_AUDIT = select(event.c.key, func.count()).join_from(event, audit, audit.c.event_id == event.c.id).group_by(event.c.key)
_ROWS = (
    select(event.c.key, event.c.kind, event.c.lane, outbox.c.kind, outbox.c.state, outbox.c.body)
    .select_from(outbox)
    .join(event)
)


class Workers:
    """Carries plans out, each in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

    def run(self, plan: Plan) -> int:
        """Carry a plan out and give the exit status: `KILLED` or `QUIET`; any other fails the test."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(plan.to_json() + "\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline() or 1)
        assert status in (KILLED, QUIET), f"the worker ended with {status}:\n{self._log.read_text()[-3000:]}"
        return status


@contextmanager
def running_workers(folder: Path) -> Iterator[Workers]:
    """Start the process that forks the workers."""
    log = folder / "log"
    with log.open("w") as errors:
        command = [sys.executable, "-m", "tests.crash.worker"]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            yield Workers(process, log)
        finally:
            process.communicate()


class World:
    """One database and one platform through a row of processes that die."""

    def __init__(self, database: Database, folder: Path, workers: Workers) -> None:
        self._database = database
        self._folder = folder
        self._workers = workers
        self._url = database.engine.url.render_as_string(hide_password=False)
        self.said: tuple[Said, ...] = ()
        self.in_doubt: Counter[Message] = Counter()
        self._deaths: set[tuple[str, str]] = set()  # lanes of jobs, and the processes that died with them
        self.kills = 0

    def plan(self, *, lone: bool = False) -> Plan:
        """Plan a process that works until all is quiet."""
        return Plan(self._url, str(self._folder), self.said, lone)

    def run(self, plan: Plan) -> bool:
        """Let a process work; True when it was killed. What then had arrived unsettled is noted as in doubt."""
        before = len(self.arrivals())
        killed = self._workers.run(plan) == KILLED
        if killed:
            self.kills += 1
            self._wait_for_the_server()
            self.in_doubt.update(self._unsettled(since=before))
            self._note_deaths()
        return killed

    def run_to_the_end(self, plan: Plan) -> None:
        """Let a process that nobody kills finish the work."""
        assert not self.run(replace(plan, point=None, after=None))

    def _wait_for_the_server(self) -> None:
        """A commit that was on its way when its client died still happens: wait until it has or has not."""
        if self._database.is_sqlite:
            return
        until = time.monotonic() + GONE_SECONDS
        while time.monotonic() < until:
            with self._database.transaction() as tx:
                if tx.execute(_OTHERS).scalar_one() == 0:
                    return
            time.sleep(0.01)
        raise AssertionError("the server still works for a process that died")

    def let_leases_end(self) -> None:
        """Let the time pass for which a dead process still holds what it leased."""
        with self._database.transaction() as tx:
            for table in (outbox, job):
                tx.execute(update(table).where(table.c.lease_until.is_not(None)).values(lease_until=LONG_AGO))

    def _messages(self) -> list[Said]:
        return [one for one in self.said if one.chat != CLOCK and one.word not in NOTES]

    def _orders(self) -> dict[str, Said]:
        return {one.lane: one for one in self.said if one.word in ORDERS}

    def arrivals(self) -> list[tuple[Message, bool]]:
        """List what arrived at the platform, in order: the message, and whether it was marked as a repeat."""
        alone = {one.chat: one.key for one in self.said if one.word in (HOPELESS, *ORDERS)}
        found: list[tuple[Message, bool]] = []
        for record in kept(self._folder, SENT):
            said = record["text"]
            if said == "sorry":
                message = (alone[record["address"]], REPLY)
            elif said == "no drawing":
                message = (alone[record["address"]], RESULT)
            elif said.startswith("drawing of "):
                message = (said.removeprefix("drawing of ").split()[0], RESULT)
            elif said.startswith("notice of "):
                message = (said.removeprefix("notice of ").split()[0], NOTICE)
            else:
                message = (said.split()[0], REPLY)
            found.append((message, record["repeated"]))
        return found

    def _rows(self) -> list[tuple[Message, str, str | None]]:
        """List the rows of the outbox: the message, its state and its body."""
        orders = self._orders()
        with self._database.transaction() as tx:
            rows = tx.execute(_ROWS).all()
        found: list[tuple[Message, str, str | None]] = []
        for key, cause, lane, kind, state, body in rows:
            is_result = cause == f"{DRAW}_done"
            found.append(((orders[lane].key, RESULT) if is_result else (key, kind), state, body))
        return found

    def _unsettled(self, since: int) -> set[Message]:
        """List what has arrived in the last run and stands in the outbox as not yet sent."""
        still_open = {message for message, state, _ in self._rows() if state in OPEN}
        return still_open & {message for message, _ in self.arrivals()[since:]}

    def _note_deaths(self) -> None:
        with self._database.transaction() as tx:
            held = tx.execute(select(job.c.lane, job.c.lease_owner).where(job.c.state == "running"))
            self._deaths |= {(row.lane, row.lease_owner) for row in held}

    def check(self) -> None:
        """Everything handled once, every message sent, and twice only what was in doubt when a process died."""
        self._check_events()
        self._check_jobs()
        self._check_rows()
        self._check_accounts()
        self._check_arrivals()
        self._check_order()

    def _check_events(self) -> None:
        with self._database.transaction() as tx:
            rows = tx.execute(select(event.c.key, event.c.state, event.c.body)).all()
            handled = {row[0]: row[1] for row in tx.execute(_AUDIT)}
            taken = tx.execute(select(moment.c.name, moment.c.planned_at)).all()
            results = [f"job:{number}" for number in tx.execute(select(job.c.id)).scalars()]
        due = sorted(one.key for one in self.said if one.chat == CLOCK)
        assert sorted(name for name, _ in taken) == due, "a moment was missed"
        expected = {one.key: "failed" if one.word == HOPELESS else "done" for one in self._messages()}
        expected |= dict.fromkeys([*results, *(f"{name}:{planned.isoformat()}" for name, planned in taken)], "done")
        emptied = [(key, state, None) for key, state in expected.items()]
        assert sorted(map(tuple, rows)) == sorted(emptied), "an event was lost, kept twice, left open or not emptied"
        assert handled == dict.fromkeys(expected, 1), "an event was handled more than once, or never"

    def _check_jobs(self) -> None:
        """Every order became one job, and that is done, or has failed three times and is told so."""
        orders = self._orders()
        with self._database.transaction() as tx:
            rows = tx.execute(select(job.c.lane, job.c.state, job.c.body)).all()
        assert sorted(row.lane for row in rows) == sorted(orders), "a job was lost or ordered twice"
        assert {row.body for row in rows} <= {None}, "a job was not emptied"
        raised = Counter(kept(self._folder, RAISED))
        died = Counter(lane for lane, _ in self._deaths)
        for row in rows:
            one = orders[row.lane]
            if row.state == "failed":
                assert raised[one.text] + died[one.lane] >= TRIES, f"{one.key} was given up too early"
            else:
                assert (row.state, one.word in (BROKEN, DEADLY)) == ("done", False), f"{one.key} is {row.state}"
        failed = {orders[row.lane].chat for row in rows if row.state == "failed"} - {CLOCK}
        told = {record["address"] for record in kept(self._folder, SENT) if record["text"] == "no drawing"}
        assert told == failed, "a job's failure was not told, or a drawing was told as failed"

    def _expected(self) -> dict[Message, str]:
        said = self._messages()
        expected = {(one.key, REPLY): "gone" if one.chat == LEFT else "sent" for one in said}
        expected |= {(one.key, RESULT): "sent" for one in said if one.word in ORDERS}
        return expected | {(one.key, NOTICE): "sent" for one in said if one.word == TELL}

    def _check_rows(self) -> None:
        expected = [(message, state, None) for message, state in self._expected().items()]
        assert sorted(self._rows()) == sorted(expected), "a message was lost, doubled, left open or not emptied"

    def _check_accounts(self) -> None:
        """Every chat has one account, at its last address, closed or open, and each change was noted once."""
        told = [(one.chat, one.word) for one in self.said]
        moved = {chat for chat, word in told if word == MOVED_HERE or chat == MOVING}
        is_gone = {chat: chat == LEFT for chat, _ in told if chat != CLOCK}
        is_gone |= {chat: word == BLOCKED for chat, word in told if word in (BLOCKED, BACK)}
        places = {moved_to(chat) if chat in moved else chat: gone for chat, gone in is_gone.items()}
        expected = [(place, Said("", place, PLAIN).lane, gone) for place, gone in places.items()]
        with self._database.transaction() as tx:
            rows = tx.execute(select(account.c.address, account.c.lane, account.c.gone_at.is_not(None))).all()
            noted = Counter(tx.execute(select(audit.c.action).where(audit.c.event_id.is_(None))).scalars())
        assert sorted(map(tuple, rows)) == sorted(expected), "an account is missing, doubled, or not where it should be"
        changes = Counter(account_moved=len(moved), account_gone=int(LEFT in is_gone))
        changes.update(
            {BLOCKED: "account_gone", BACK: "account_back"}[word] for _, word in told if word in (BLOCKED, BACK)
        )
        assert noted == +changes, "a change of an account was noted twice, or never"

    def _check_arrivals(self) -> None:
        counted = Counter(message for message, _ in self.arrivals())
        expected = {message for message, state in self._expected().items() if state == "sent"}
        assert set(counted) == expected, "a message never arrived, or one that should not"
        doubled = Counter({message: times - 1 for message, times in counted.items() if times > 1})
        assert doubled == self.in_doubt, "what arrived more than once is not what was in doubt at a kill"
        seen: set[Message] = set()
        for message, repeated in self.arrivals():
            assert repeated or message not in seen, f"{message} arrived again and was not marked as a repeat"
            seen.add(message)
        chats = {one.key: one.chat for one in self.said}
        for (message, _), record in zip(self.arrivals(), kept(self._folder, SENT), strict=True):
            chat = chats[message[0]]
            assert record["address"] == (moved_to(MOVING) if chat == MOVING else chat), "a message went astray"

    def _check_order(self) -> None:
        chat_of = {one.key: one.chat for one in self.said}
        order = {one.key: place for place, one in enumerate(self.said)}
        last: dict[str, int] = {}
        seen: set[Message] = set()
        for message, _ in self.arrivals():
            key, kind = message
            if message in seen or kind != REPLY:
                continue
            seen.add(message)
            assert last.get(chat_of[key], -1) < order[key], f"{key} arrived before what was said earlier"
            last[chat_of[key]] = order[key]
