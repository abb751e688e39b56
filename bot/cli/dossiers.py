"""`dossiers`: intake from files, and what is known."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from bot.app import App, real_clock, running
from bot.cli.common import Most, opened, settings
from bot.cli.output import tell, write
from bot.intake.national import RowFault, read_file
from bot.settings import Settings
from handlers.dossiers import batch
from knowledge.dossier import DossierRecord
from knowledge.errors import Wrong
from knowledge.receipt_code import read_or_format
from knowledge.status import Status
from knowledge.vietnamese import nfc
from storage import dossiers
from storage.dossiers import Dossier, Origin

BATCH = 50  # rows an event: 1 row a transaction 1,841/s, 50 rows 29,000/s, and chat never waits longer for it
SOURCE_MOST = 80  # characters kept of a file's name

app = typer.Typer(help="Dossiers: intake and what is known. Example: motcua dossiers list", no_args_is_help=True)


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="csv files with the national column names.")],
    yes: Annotated[bool, typer.Option("--yes", help="Answer yes to every question; csv files raise none.")] = False,  # noqa: ARG001
) -> None:
    """Take in dossiers from csv files; each bad row is named and the good ones are kept.

    Example: motcua dossiers import export.csv
    """
    given = settings()
    taken = asyncio.run(_import(given, files))
    if not taken:
        raise Wrong("no row was taken")


async def _import(given: Settings, files: list[Path]) -> int:
    taken = lost = 0
    async with running(given) as run:
        before = await run.store.read(dossiers.count)
        for path in files:
            try:
                records = _read(path, given)
            except Wrong as fault:
                if len(files) == 1:
                    raise
                tell(f"motcua: {fault}")
                continue
            origin = Origin(_source(path), real_clock())
            await take_in(run, records, origin)
            codes = sorted({record.code for record in records})
            missing = len(codes) - await run.store.read(
                partial(dossiers.count_heard_of, codes=codes, as_of=origin.as_of)
            )
            lost += missing
            taken += len(records) - missing
        new = await run.store.read(dossiers.count) - before
    write(f"{taken} rows taken: {new} new dossiers, {taken - new} known before")
    if lost:
        raise Wrong(f"{lost} dossiers could not be taken in, see the log above; import the file again")
    return taken


def _read(path: Path, given: Settings) -> list[DossierRecord]:
    """Read the good rows of a file and tell the others."""
    records: list[DossierRecord] = []
    with _progress() as advance:
        for row in read_file(path, given.agency.timezone):
            if isinstance(row, RowFault):
                tell(f"{path.name}: {row}")
            else:
                records.append(row)
            advance()
    return records


def _source(path: Path) -> str:
    return nfc(path.name).encode(errors="replace").decode()[:SOURCE_MOST]


@contextmanager
def _progress() -> Iterator[Callable[[], None]]:
    """Show on a terminal how many rows were read."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("rows", total=None)
        yield partial(progress.advance, task)


async def take_in(run: App, records: list[DossierRecord], origin: Origin) -> None:
    """Take records in, as events of 50 rows each, and wait until they are."""
    name = uuid4().hex
    for number, start in enumerate(range(0, len(records), BATCH)):
        await run.take_in(name, number, batch(records[start : start + BATCH], origin))
    await run.turns.idle()


@app.command("list")
def list_dossiers(
    most: Most = 50,
) -> None:
    """List the dossiers received last.

    Example: motcua dossiers list --most 10
    """
    with opened(settings()) as database, database.transaction() as tx:
        for dossier in dossiers.listed(tx, most):
            write(_line(dossier))


@app.command("show")
def show(code: Annotated[str, typer.Argument(help="A receipt code.")]) -> None:
    """Show what is known of one dossier, with the history of its statuses.

    Example: motcua dossiers show 000.00.15.H58-200617-0001
    """
    given = settings()
    reading = read_or_format(code, today=real_clock().date())[0]
    with opened(given) as database, database.transaction() as tx:
        found = dossiers.find(tx, reading.code.text) if reading.code else None
        if found is None:
            raise Wrong(f"no dossier {reading.code.text if reading.code else code}")
        for line in _details(found, dossiers.history(tx, found.id), given):
            write(line)


def _line(dossier: Dossier) -> str:
    mark = "  (minh hoạ)" if dossier.illustrative else ""
    return f"{dossier.code}  {int(dossier.status):2d} {dossier.status.term}{mark}"


def _details(dossier: Dossier, history: list[tuple[Status, datetime, datetime]], given: Settings) -> Iterator[str]:
    def local(at: datetime | None) -> str:
        return "-" if at is None else f"{at.astimezone(given.agency.timezone):%Y-%m-%d %H:%M}"

    yield _line(dossier)
    yield f"procedure  {dossier.procedure_code or '-'}  {dossier.procedure_title or ''}"
    yield f"received   {local(dossier.received_at)}"
    yield f"due        {local(dossier.due_at)}"
    yield f"finished   {local(dossier.finished_at)}"
    yield f"returned   {local(dossier.returned_at)}"
    yield f"as of      {local(dossier.as_of)}  from {dossier.source}"
    for status, since, learnt in history:
        yield f"status     {int(status):2d} since {local(since)}, learnt {local(learnt)}"
