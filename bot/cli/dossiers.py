"""`dossiers`: intake from files and from systems that are asked, corrections by hand, and what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from bot.app import real_clock, running
from bot.cli import dossier_files, dossier_pull
from bot.cli.common import Most, opened, settings
from bot.cli.output import write
from bot.intake.columns import ColumnFaultError, clean, correction
from bot.settings import Settings
from handlers.intake.batches import corrected
from handlers.intake.words import RowFault
from knowledge.errors import Wrong
from knowledge.receipt_code import read_or_format
from knowledge.status import Status
from storage.database import Connection
from storage.dossiers import history as dossier_history
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier

app = typer.Typer(help="Dossiers: intake and what is known. Example: motcua dossiers list", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="A receipt code.")]


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="csv or xlsx files with the national column names.")],
    yes: Annotated[bool, typer.Option("--yes", help="Take them in without asking.")] = False,
) -> None:
    """Take in dossiers from files; each bad row is named, and the good ones are kept.

    On a terminal it says first what would be new and changed, and asks. Bad rows are listed in FILE.refused.csv.

    Example: motcua dossiers import export.xlsx --yes
    """
    taken = asyncio.run(dossier_files.import_files(settings(), files, yes=yes))
    if not taken:
        raise Wrong("no row was taken")


@app.command("pull")
def pull() -> None:
    """Ask the systems of `intake.sources` what has changed since the last time.

    Example: motcua dossiers pull
    """
    asyncio.run(dossier_pull.pull(settings()))


@app.command("correct")
def correct(
    code: Code,
    values: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE", help="National names, e.g. NgayHenTra=…")],
) -> None:
    """Correct what is known of a dossier by hand, with a line in the trail; it stands until a source tells newer.

    Example: motcua dossiers correct 000.00.15.H58-200617-0001 NgayHenTra=2020-07-10
    """
    asyncio.run(_correct(settings(), code, values))


async def _correct(given: Settings, code: str, values: list[str]) -> None:
    cells: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise Wrong(f"{value}: it must be FIELD=VALUE")
        cells[name.strip()] = clean(text)
    async with running(given) as run:
        found = await run.store.read(lambda tx: _find(tx, code))
        try:
            record, fields = correction(found, cells, given.agency.timezone)
        except ColumnFaultError as fault:
            reason = RowFault(0, fault.column, fault.problem, fault.values).reason("en")
            raise Wrong(f"{fault.column}: {reason}") from None
        await run.take_in(uuid4().hex, 0, corrected(record, fields, list(cells)))
        await run.turns.idle()
    write(f"{found.code}: {', '.join(cells)} corrected")


def _find(tx: Connection, code: str) -> Dossier:
    reading = read_or_format(code, today=real_clock().date())[0]
    found = dossiers.find(tx, reading.code.text) if reading.code else None
    if found is None:
        raise Wrong(f"no dossier {reading.code.text if reading.code else code}")
    return found


@app.command("list")
def list_dossiers(
    most: Most = 50,
    without_channel: Annotated[
        bool, typer.Option("--without-channel", help="Only those of which no source told how they were filed.")
    ] = False,
) -> None:
    """List the dossiers received last.

    Example: motcua dossiers list --most 10
    """
    with opened(settings()) as database, database.transaction() as tx:
        for dossier in dossiers.listed(tx, most, without_channel=without_channel):
            write(_line(dossier))


@app.command("show")
def show(code: Code) -> None:
    """Show what is known of one dossier, with the history of its statuses; nothing of its owner.

    Example: motcua dossiers show 000.00.15.H58-200617-0001
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        found = _find(tx, code)
        others = dossiers.codes(tx, found.id)[1:]
        for line in _details(found, others, dossier_history.history(tx, found.id), given):
            write(line)


def _line(dossier: Dossier) -> str:
    mark = "  (minh hoạ)" if dossier.illustrative else ""
    return f"{dossier.code}  {int(dossier.status):2d} {dossier.status.term}{mark}"


def _details(
    dossier: Dossier, others: list[str], history: list[tuple[Status, datetime, datetime]], given: Settings
) -> Iterator[str]:
    def local(at: datetime | None) -> str:
        return "-" if at is None else f"{at.astimezone(given.agency.timezone):%Y-%m-%d %H:%M}"

    yield _line(dossier)
    if others:
        yield f"also known as {', '.join(others)}"
    yield f"procedure  {dossier.procedure_code or '-'}  {dossier.procedure_title or ''}"
    yield f"filed by   {'not told, counts as the counter' if dossier.channel is None else dossier.channel}"
    yield f"received   {local(dossier.received_at)}"
    yield f"due        {local(dossier.due_at)}"
    yield f"finished   {local(dossier.finished_at)}"
    yield f"returned   {local(dossier.returned_at)}"
    if dossier.fee_due is not None:
        yield f"fee due    {dossier.fee_due} đồng"
    yield f"as of      {local(dossier.as_of)}  from {dossier.source}"
    for status, since, learnt in history:
        yield f"status     {int(status):2d} since {local(since)}, learnt {local(learnt)}"
