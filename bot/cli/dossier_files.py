"""`dossiers import`: files → a preview, a question where somebody sits there, batches, a file of the refused rows."""

from __future__ import annotations

import csv
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import typer

from bot.app import App, real_clock, running
from bot.cli.output import tell, write
from bot.intake.files import read_file
from bot.intake.table import Layout
from bot.settings import Settings
from handlers.intake.batches import AT_ONCE, batch
from handlers.intake.words import OPERATOR, FileFault, RowFault
from knowledge.dossier import DossierRecord
from knowledge.errors import Wrong
from knowledge.vietnamese import nfc
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Origin
from storage.dossiers.intake_preview import Preview, preview

PREVIEWED = 500  # rows looked at in one reading transaction
SOURCE_MOST = 80  # characters kept of a file's name
FAULTS_TOLD = 50  # on the screen; the file of refused rows has all

Advance = Callable[[int], None]


@dataclass(slots=True)
class Sheet:
    """A file that was read: the batches that it makes, the codes in it, what is wrong with it, what it would do."""

    path: Path
    origin: Origin
    bodies: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    preview: Preview = field(default_factory=Preview)


async def import_files(given: Settings, files: list[Path], *, yes: bool) -> int:
    """Take in these files and tell how many rows were taken or known. Raises `Wrong` for a row that was lost."""
    taken = lost = 0
    async with running(given) as run:
        before = await run.store.read(dossiers.count)
        for path in files:
            try:
                sheet = await _read(run, path, given)
            except Wrong as fault:
                if len(files) == 1:
                    raise
                tell(f"motcua: {fault}")
                continue
            _tell_faults(sheet)
            if sys.stdin.isatty() and not yes and sheet.codes and not _agreed(sheet):
                continue
            lost += (missing := await _take(run, sheet))
            taken += len(sheet.codes) - missing
        new = await run.store.read(dossiers.count) - before
    write(f"{taken} rows taken: {new} new dossiers, {taken - new} known before")
    if lost:
        raise Wrong(f"{lost} dossiers could not be taken in, see the log and the trail; import the file again")
    return taken


async def _read(run: App, path: Path, given: Settings) -> Sheet:
    """Read a file and look at what it would do. Raises `Wrong` for one that cannot be read."""
    content, origin = _open(path)
    sheet = Sheet(path, origin)
    records: list[DossierRecord] = []
    layout = Layout(given.agency.timezone, dict(given.intake.mapping))
    try:
        with _progress("read", None) as advance:
            for row in read_file(content, layout):
                if isinstance(row, RowFault):
                    sheet.faults.append(row)
                else:
                    records.append(row)
                    if len(records) == PREVIEWED:
                        await _look(run, sheet, records)
                advance(1)
    except FileFault as fault:
        raise Wrong(f"{path}: {fault}") from None
    await _look(run, sheet, records)
    return sheet


def _open(path: Path) -> tuple[bytes, Origin]:
    """Read a file's bytes. It speaks of the time at which it was written: what it says cannot be younger."""
    try:
        content, written = path.read_bytes(), path.stat().st_mtime
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None
    source = nfc(path.name).encode(errors="replace").decode()[:SOURCE_MOST]
    return content, Origin(source, min(datetime.fromtimestamp(written, UTC), real_clock()))


async def _look(run: App, sheet: Sheet, records: list[DossierRecord]) -> None:
    """Add what these records would do to a sheet's preview, and make them batches; empties the list."""
    looked = partial(preview, records=records, origin=sheet.origin)
    sheet.preview += await run.store.read(looked)
    for start in range(0, len(records), AT_ONCE):
        sheet.bodies.append(batch(records[start : start + AT_ONCE], sheet.origin))
    sheet.codes += (record.code for record in records)
    records.clear()


def _tell_faults(sheet: Sheet) -> None:
    """Name the rows that are refused, and write all of them beside the file."""
    for fault in sheet.faults[:FAULTS_TOLD]:
        tell(f"{sheet.path.name}: {fault}")
    if not sheet.faults:
        return
    result = sheet.path.with_name(f"{sheet.path.name}.refused.csv")
    try:
        with result.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("line", "column", "reason"))
            rows.writerows((fault.line, fault.column, fault.reason(OPERATOR)) for fault in sheet.faults)
    except OSError as error:
        tell(f"{sheet.path.name}: {len(sheet.faults)} rows are refused; {result}: {error.strerror}")
    else:
        tell(f"{sheet.path.name}: {len(sheet.faults)} rows are refused, listed in {result}")


def _agreed(sheet: Sheet) -> bool:
    """Show what a file would do and ask."""
    seen = sheet.preview
    tell(
        f"{sheet.path.name}: {seen.new} new, {seen.changed} changed, {seen.same} unchanged, {seen.older} older than"
        f" what is known, {len(sheet.faults)} refused; {seen.without_channel} do not say how they were filed and"
        " count as filed at the counter"
    )
    return typer.confirm(f"Take in {seen.total} rows?", default=True, err=True)


async def _take(run: App, sheet: Sheet) -> int:
    """Take a file in, event by event, and tell how many dossiers were lost."""
    name = uuid4().hex
    gc.freeze()  # what was read stays to the end: a round of the garbage collector over it held the database for 90 ms
    with _progress("take in", len(sheet.codes)) as advance:
        for number, body in enumerate(sheet.bodies):
            await run.take_in(name, number, body)
            advance(AT_ONCE)
        await run.turns.idle()
    codes = sorted(set(sheet.codes))
    heard = partial(dossiers.count_heard_of, codes=codes, as_of=sheet.origin.as_of)
    return len(codes) - await run.store.read(heard)


@contextmanager
def _progress(what: str, total: int | None) -> Iterator[Advance]:
    """Show on a terminal how many rows are done."""
    if not sys.stderr.isatty():
        yield lambda _rows: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield partial(progress.advance, progress.add_task(what, total=total))
