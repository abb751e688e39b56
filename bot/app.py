"""Composition: the only file that knows everybody."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from uuid import uuid4

from bot.budgets import budgets_of, calls_of
from bot.channels.base import Channel, Fetched
from bot.delivery import Delivery
from bot.jobs import Jobs
from bot.own_catalogue import own_catalogue
from bot.schedule import CHANNEL as CLOCK
from bot.schedule import Daily, Every, Hourly, Schedule
from bot.settings import Settings
from bot.settling import Limits, Rules
from bot.store import Store
from bot.turns import Served, Turns
from bot.work.attachments import Attachments
from bot.work.long_work import Tools, long_work
from handlers import linking, quiet, upkeep
from handlers.agency import Agency, FeedbackRules, LookUps
from handlers.catalogue import desk as catalogue_desk
from handlers.catalogue import library, question_desk, stale_notes
from handlers.catalogue.library import Library
from handlers.conversation import FEEDBACK, Conversation
from handlers.dossiers import alarms, follow_notices, phone_notices
from handlers.feedback import desk as feedback_desk
from handlers.feedback import notices as feedback_notices
from handlers.feedback import satisfaction
from handlers.handover import notices as handover_notices
from handlers.handover import relay as handover
from handlers.intake import batches as intake
from handlers.intake import files as file_intake
from handlers.intake import freshness, pulling
from handlers.messages import Incoming
from handlers.notices import together
from handlers.officials import apologies, broadcasts, channel_alarms, roster_file
from handlers.officials import departures as office_departures
from handlers.officials import desk as duty_desk
from handlers.officials import digests as duty_digests
from handlers.officials import notices as duty_notices
from handlers.officials import room as officials
from handlers.officials import roster as duty_roster
from handlers.privacy import desk as privacy_desk
from handlers.privacy import personal_data, withdrawals
from handlers.reports import chat as reports
from handlers.rooms import Room
from handlers.turn import Handlers, Work
from knowledge.calendar import Calendar
from knowledge.catalogue import shipped_editions
from knowledge.errors import Unavailable, WrongSettings
from storage import jobs
from storage.accounts import lane_of
from storage.database import Database
from storage.events import NewEvent
from storage.migrate import migrate
from storage.officials import departures
from storage.people import presence
from storage.vault import open_vault
from storage.watcher import Watcher

OFFICE = (catalogue_desk.ROOM, question_desk.ROOM)  # officials' rooms of the catalogue; the first takes files
FEEDBACK_OFFICE = (feedback_desk.ROOM, satisfaction.ROOM, personal_data.ROOM, privacy_desk.ROOM)
IMPORT = "import"  # the channel of events that come from files
TOLD_AT = time(8)  # local time: people are up, and the office is open for whoever asks back
DUTY_AT = time(7, 15)  # local time: the working day has begun
DIGEST_MINUTES = 5  # between looks at what waits to be told to officials
PURGE_AT = time(3)  # local time: nobody is there, and the day's work is done
JOBS_AT_ONCE = 2  # so that who sends a photo does not wait behind a big file
OTHERS_SECONDS = 0.2  # between looks at a job that another process does, or that waits for its next try
WATCH_SECONDS = 2.0  # the watcher looks up so often, so that a stop does not wait for it
DOSSIERS = "dossiers"  # the kind of events that bring dossiers

Clock = Callable[[], datetime]


def real_clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs in one process."""

    database: Database
    store: Store
    turns: Turns
    delivery: Delivery
    jobs: Jobs
    schedule: Schedule
    clock: Clock = real_clock

    async def work(self) -> None:
        """Do everything that nobody just asked for, until cancelled: what others left, what is due, long work."""
        async with asyncio.TaskGroup() as group:
            for loop in (self.turns.watch, self.delivery.run, self.schedule.run, self._notice_others):
                group.create_task(loop())
            for _ in range(JOBS_AT_ONCE):
                group.create_task(self.jobs.run())

    async def _notice_others(self) -> None:
        """Wake the loops when another process committed something; where this fails their polls still stand."""
        watcher = Watcher(self.database)
        look: asyncio.Future[bool] | None = None
        try:
            while True:
                look = asyncio.ensure_future(asyncio.to_thread(watcher.wait, WATCH_SECONDS))
                try:
                    happened = await asyncio.shield(look)
                except Unavailable:
                    await asyncio.sleep(WATCH_SECONDS)
                    continue
                if happened:
                    self.turns.look()
                    self.delivery.wake()
                    self.jobs.wake()
        finally:
            if look is not None:  # its thread may be opening the connection just now
                await asyncio.gather(look, return_exceptions=True)
            watcher.close()

    async def receive(self, channel: str, address: str, incoming: Incoming, key: str | None = None) -> bool:
        """Take what came in from a conversation; False for a duplicate."""
        lane = lane_of(self.database.vault, channel, address)
        new = NewEvent(channel, key or uuid4().hex, "message", incoming.to_json(), lane, address)
        return await self.turns.take(new)

    async def finish(self, channel: str, address: str) -> None:
        """Take every turn that waits, and do the long work that this conversation ordered until its results are told.

        For where nobody runs `work`: a terminal that goes on with the next line only when the answer is there.
        """
        lane = lane_of(self.database.vault, channel, address)
        await self.turns.idle()
        while await self.store.read(lambda tx: jobs.is_open(tx, lane)):
            if not await self.jobs.one():
                await asyncio.sleep(OTHERS_SECONDS)
            self.turns.wake(lane)
            await self.turns.idle()

    async def present(self, channel: str, address: str, *, here: bool) -> None:
        """Note that an address can no longer be reached, or can again. Raises `Unavailable`: nothing was noted."""
        lane, now = lane_of(self.database.vault, channel, address), self.clock()
        note = presence.come_back if here else presence.leave
        await self.store.write("presence", lambda tx: note(tx, lane, now))

    async def moved(self, channel: str, old: str, new: str) -> None:
        """Note that a conversation has another address now. Raises `Unavailable`: nothing was noted."""
        old_lane, new_lane = (lane_of(self.database.vault, channel, address) for address in (old, new))
        await self.store.write("moved_here", lambda tx: presence.move(tx, old_lane, new, new_lane, self.clock()))

    async def is_awaited(self, channel: str, address: str) -> bool:
        """Tell whether the bot is still to answer at this address. Raises `Unavailable`."""
        lane, now = lane_of(self.database.vault, channel, address), self.clock()
        return await self.store.read(lambda tx: presence.is_awaited(tx, lane, now))

    async def withdraw(self, channel: str, address: str, key: str) -> None:
        """Have what is kept about the person at this address erased. Raises `Unavailable`: nothing was noted."""
        lane = lane_of(self.database.vault, channel, address)
        await self.turns.take(NewEvent(channel, key, withdrawals.WITHDRAWN, "{}", lane))

    async def alarm(self, channel: str, why: str) -> None:
        """Let administrators hear of a channel's trouble, once a day. Raises `Unavailable`: nothing was noted."""
        key, lane = f"{why}:{self.clock():%Y-%m-%d}", self.database.vault.digest("alarm", channel)
        await self.turns.take(NewEvent(channel, key, channel_alarms.TROUBLE, json.dumps({"why": why}), lane))

    async def take_in(self, run: str, number: int, body: str) -> None:
        """Take one batch of an import: the batches of one run are one lane and are handled in order."""
        lane = self.database.vault.digest(IMPORT, run)
        if not await self.turns.take(NewEvent(IMPORT, f"{run}:{number}", DOSSIERS, body, lane)):
            self.turns.wake(lane)  # a process that died may have left it behind


def agency(settings: Settings) -> Agency:
    """Tell the handlers for whom they speak."""
    given = settings.agency
    calendar = Calendar(settings.calendar.hours, dict(settings.calendar.closed), frozenset(settings.calendar.open))
    return Agency(
        name=given.name,
        name_en=given.name_en,
        calendar=calendar,
        timezone=given.timezone.key,
        short_name=given.short_name,
        parent=given.parent,
        province_code=given.province_code,
        agency_code=given.agency_code,
        address=given.address,
        phone=given.phone,
        email=given.email,
        hours=given.hours,
        counter=given.counter,
        portal_url=given.portal_url,
        dossier_url=given.dossier_url,
        payment_url=given.payment_url,
        telegram_url=given.telegram_url,
        zalo_url=given.zalo_url,
        look_ups=LookUps(**settings.lookup.model_dump()),
        phone_notices=settings.zalo_oa.on and bool(settings.zalo_oa.zns_template),
        vouching=frozenset({"telegram", "zalo_oa"} if settings.zalo_oa.phone_vouched else {"telegram"}),
        feedback=FeedbackRules(**settings.feedback.model_dump()),
    )


def open_database(settings: Settings, clock: Clock = real_clock) -> Database:
    """Open the database that the settings name, migrated and with a catalogue."""
    edition = settings.catalogue.edition
    if edition and edition not in shipped_editions():
        shipped = ", ".join(shipped_editions())
        raise WrongSettings([f"catalogue.edition: {edition!r} is not shipped, there are: {shipped}"])
    database = Database(settings.database.url, open_vault(settings.database.key_file, settings.database.old_key_files))
    try:
        migrate(database)
        with database.transaction() as tx:
            library.ship(tx, edition, clock(), own_catalogue(settings, clock()) if settings.catalogue.file else None)
    except BaseException:
        database.close()
        raise
    return database


def rooms(preset: str) -> tuple[Room, ...]:
    """Give the rooms that are added to the conversation, in the order in which they look at a message."""
    return (
        FEEDBACK,
        phone_notices.ROOM,
        officials.ROOM,
        linking.ROOM,
        handover.ROOM,
        duty_roster.ROOM,
        roster_file.ROOM,
        duty_desk.ROOM,
        apologies.ROOM,
        broadcasts.ROOM,
        *OFFICE,
        file_intake.ROOM,
        reports.room(preset),
        *FEEDBACK_OFFICE,
    )


@asynccontextmanager
async def running(
    settings: Settings,
    channels: Sequence[Channel] = (),
    *,
    sample: str | None = None,
    address: str | None = None,
    clock: Clock = real_clock,
) -> AsyncIterator[App]:
    """Run the turns and the delivery of these channels until the block ends.

    `sample`: see `Conversation`; `address`: send only there (a terminal).
    """
    database = open_database(settings, clock)
    store = Store(database)
    limits = Limits(lease_seconds=settings.delivery.lease_seconds, send_seconds=settings.delivery.send_seconds)
    owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid4().hex[:8]}"
    by_name = {channel.name: channel for channel in channels}
    zone = settings.agency.timezone
    budgets = budgets_of(settings.delivery, zone)
    delivery = Delivery(
        store, by_name, owner, clock, Rules(limits, budgets, calls_of(by_name), channel_alarms.bury), address
    )
    speaks_for, books = agency(settings), Library()
    loop = asyncio.get_running_loop()
    if address is None:  # many people; one at a terminal rather begins at once
        # Loads the holidays, which takes 0.2 s: else the first turn that needs them would hold the database meanwhile.
        loop.run_in_executor(None, speaks_for.calendar.is_working_day, clock().date())
    if channels:  # the first person does not wait for the search index
        await store.read(lambda tx: books.shelf(tx, clock().date()))
    preset, due_days = settings.report.preset, settings.report.due_days
    conversation = Conversation(speaks_for, books, sample, rooms(preset))
    work: dict[str, Work] = {
        DOSSIERS: intake.take_in,
        pulling.PULL: partial(pulling.order, [source.name for source in settings.intake.sources]),
        pulling.PULLED: pulling.take_in,
        upkeep.PURGE: upkeep.order_purge,
        upkeep.PURGED: upkeep.purged,
        upkeep.EXPIRE: upkeep.expire_kept,
        withdrawals.WITHDRAWN: withdrawals.erase,
        channel_alarms.TROUBLE: channel_alarms.take_in,
        channel_alarms.DEAD: channel_alarms.take_in_dead,
        follow_notices.DAY: partial(follow_notices.look_at_the_day, speaks_for),
        file_intake.PROGRESS: file_intake.progress,
        file_intake.END: file_intake.order_report,
        freshness.WATCH: partial(freshness.watch, speaks_for, settings.intake.silent_hours),
        stale_notes.DAY: partial(stale_notes.look, speaks_for, settings.catalogue.stale_months),
        reports.DUE: partial(reports.look, speaks_for, preset, due_days),
        reports.DRAFTED: reports.drafted,
        departures.GONE: office_departures.take_in,
        duty_notices.DAY: partial(duty_notices.look_at_the_day, speaks_for),
        duty_notices.PART: duty_notices.bring_part,
        broadcasts.MOMENT: broadcasts.send_next,
        duty_digests.DIGESTS: duty_digests.tell_waiting,
        duty_digests.DIGEST: partial(duty_digests.take_one, speaks_for),
        f"{duty_digests.FILE}_done": duty_digests.file_written,
        handover.WATCH: handover.watch,
        personal_data.ERASED: personal_data.erased,
        feedback_notices.DAY: partial(feedback_notices.look_at_the_day, speaks_for),
        privacy_desk.DAY: privacy_desk.look_at_the_day,
    }
    rules = together(
        follow_notices.rules(speaks_for),
        alarms.RULES,
        file_intake.RULES,
        freshness.rules(speaks_for),
        linking.rules(speaks_for),
        handover_notices.rules(speaks_for),
        stale_notes.RULES,
        reports.RULES,
        channel_alarms.rules(speaks_for),
        duty_notices.rules(speaks_for),
        duty_digests.rules(speaks_for),
        duty_desk.RULES,
        broadcasts.RULES,
        office_departures.rules(speaks_for),
        feedback_notices.rules(speaks_for),
        satisfaction.RULES,
        privacy_desk.rules(speaks_for),
    )
    span = settings.delivery.quiet_hours
    kept = quiet.keep(rules, None if span is None else quiet.Quiet(*span, zone))
    handlers = Handlers(conversation, conversation.apologise, work, conversation.results, kept)
    turned = next((channel.turned for channel in channels if isinstance(channel, Fetched)), None)
    turns = Turns(store, handlers, delivery, Served([*by_name, IMPORT, CLOCK]), clock, turned)
    fetched = Attachments(database, by_name, loop)
    tools = Tools(database, settings, fetched, clock, lambda lane: loop.call_soon_threadsafe(turns.wake, lane))
    worker = Jobs(store, long_work(tools, IMPORT, DOSSIERS), owner, clock, turns.wake)
    moments: list[Daily | Hourly | Every] = [Daily(upkeep.PURGE, PURGE_AT, zone), Hourly(upkeep.EXPIRE)]
    moments += [Daily(name, TOLD_AT, zone) for name in (follow_notices.DAY, stale_notes.DAY, reports.DUE)]
    moments += [Daily(name, TOLD_AT, zone) for name in (feedback_notices.DAY, privacy_desk.DAY)]
    moments += [Hourly(freshness.WATCH), Daily(duty_notices.DAY, DUTY_AT, zone)]
    moments += [Every(name, DIGEST_MINUTES) for name in (duty_digests.DIGESTS, broadcasts.MOMENT)]
    moments.append(Every(handover.WATCH, handover.WATCH_MINUTES))
    if settings.intake.sources:
        moments.append(Every(pulling.PULL, settings.intake.every_minutes))
    schedule = Schedule(store, moments, database.vault.digest, clock, turns.wake)
    try:
        yield App(database, store, turns, delivery, worker, schedule, clock)
    finally:
        await turns.close()
        await delivery.close()
        await store.close()
