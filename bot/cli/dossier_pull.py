"""`dossiers pull`: ask the systems that the settings name, now."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import uuid4

from bot.app import IMPORT, App, running
from bot.cli.output import tell, write
from bot.settings import Settings
from handlers.intake.pulling import PULL
from knowledge.errors import Wrong
from storage import jobs
from storage.dossiers import records as dossiers
from storage.dossiers import sources
from storage.events import NewEvent

OTHERS_SECONDS = 0.2  # between looks at a page that another process asks for


async def pull(given: Settings) -> None:
    """Ask every source. Raises `Wrong` when none is set, or one is down."""
    names = [source.name for source in given.intake.sources]
    if not names:
        raise Wrong("intake.sources names no system that could be asked; see docs/intake.md")
    async with running(given) as run:
        before = await run.store.read(dossiers.count)
        await _ask(run, names)
        found = {source.name: source for source in await run.store.read(sources.known)}
        new = await run.store.read(dossiers.count) - before

    def local(at: datetime | None) -> str:
        return "there never were any" if at is None else f"{at.astimezone(given.agency.timezone):%Y-%m-%d %H:%M}"

    down = [source for name in names if (source := found.get(name)) is None or source.is_down]
    for name in names:
        source = found.get(name)
        if source is not None and not source.is_down:
            write(f"{name}: data of {local(source.good_at)}")
    write(f"{new} new dossiers")
    for source in down:
        if source is not None:
            tell(f"{source.name} is down: {source.error}; last good data: {local(source.good_at)}")
    if down:
        raise Wrong(f"{len(down)} of {len(names)} sources gave no data")


async def _ask(run: App, names: list[str]) -> None:
    """Order a page of each and do what is ordered, until nothing more is."""
    lanes = [sources.lane_of(run.database.vault, name) for name in names]
    key = uuid4().hex
    await run.turns.take(NewEvent(IMPORT, key, PULL, "{}", run.database.vault.digest(IMPORT, key)))
    await run.turns.idle()
    while await run.store.read(lambda tx: any(jobs.is_open(tx, lane) for lane in lanes)):
        if not await run.jobs.one():
            await asyncio.sleep(OTHERS_SECONDS)
        for lane in lanes:
            run.turns.wake(lane)
        await run.turns.idle()
