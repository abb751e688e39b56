"""`catalogue`: its editions, from a file to what is in force."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import real_clock
from bot.cli.catalogue_lines import changes, listing, trial_lines
from bot.cli.common import opened, settings
from bot.cli.output import tell, write
from bot.settings import Settings
from handlers.catalogue import editions, faults, library, question_desk
from handlers.texts import words
from knowledge.catalogue import CatalogueError, Edition, Parsed, differences, stale
from knowledge.catalogue.files import read_file, write_file
from knowledge.errors import Wrong
from knowledge.questions import Group
from knowledge.vietnamese import nfc
from storage import catalogue, questions
from storage.database import Connection

app = typer.Typer(help="The catalogue and its editions. Example: motcua catalogue editions", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="A file that ends in .xlsx, .toml or .jsonl.")]
Name = Annotated[str | None, typer.Option("--edition", help="The edition's name.")]
STALE_LISTED = 20  # entries with stale fields that `check` names
SAY = words("en")


@app.command("check")
def check(file: File) -> None:
    """Check a file: every fault with its place, then what has not been checked for long.

    Example: motcua catalogue check danh-muc.xlsx
    """
    given, now = settings(), real_clock()
    parsed = _read(file, _today(given, now))
    for fault in parsed.faults:
        tell(f"{file.name}: {faults.told(SAY, fault)}")
    if parsed.faults:
        raise Wrong(f"{file}: {len(parsed.faults)} faults, {parsed.refused} of {parsed.read} entries refused")
    edition = parsed.edition(str(parsed.head.get("name") or file.stem), _today(given, now))
    write(f"{edition.name}: {len(edition.handled())} procedures, {len(edition.redirects())} redirects, no faults")
    _tell_stale(edition, _today(given, now), given.catalogue.stale_months)


@app.command("import")
def import_file(file: File, edition: Name = None) -> None:
    """Take a file in as a draft; each refused entry is named and the good ones are kept. Nothing is published.

    Example: motcua catalogue import danh-muc.xlsx --edition dong-thap-2027
    """
    given, now = settings(), real_clock()
    parsed = _read(file, _today(given, now))
    for fault in parsed.faults:
        tell(f"{file.name}: {faults.told(SAY, fault)}")
    name = edition or str(parsed.head.get("name") or "") or file.stem
    with opened(given) as database, database.transaction() as tx:
        draft = editions.take_in(tx, parsed, name, _today(given, now), now, chosen=edition is not None)
    write(f"draft {draft.name}: {len(parsed.good)} entries taken, {parsed.refused} refused")


@app.command("export")
def export(file: File, edition: Name = None) -> None:
    """Write an edition to a file, without --edition the one in force; what is written can be imported again.

    Example: motcua catalogue export danh-muc.xlsx --edition dong-thap-2026
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        chosen = _chosen(tx, edition, _today(given, real_clock()))
    try:
        file.write_bytes(write_file(file.name, chosen))
    except CatalogueError as error:
        raise Wrong("; ".join(faults.told(SAY, fault) for fault in error.faults)) from None
    write(f"{file}: {chosen.name}, {len(chosen.procedures)} entries")


@app.command("diff")
def diff(
    a: Annotated[str, typer.Argument(help="The older edition.")],
    b: Annotated[str, typer.Argument(help="The newer edition.")],
) -> None:
    """Compare two editions: + new, - gone, ~ changed, field by field.

    Example: motcua catalogue diff tien-giang-2020 dong-thap-2026
    """
    with opened(settings()) as database, database.transaction() as tx:
        older, newer = editions.read(tx, a), editions.read(tx, b)
    for line in changes(differences(older, newer)):
        write(line)


@app.command("publish")
def publish(
    name: Annotated[str, typer.Argument(help="A draft, or an edition that was rolled back.")],
    since: Annotated[
        str | None, typer.Option("--from", help="The first day, as 2026-07-01 or 01/07/2026; today by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Publish although golden questions fare worse.")] = False,
) -> None:
    """Put an edition in force, after the golden questions; the draft of an announcement is printed and kept.

    Example: motcua catalogue publish dong-thap-2026 --from 01/07/2026
    """
    given, now = settings(), real_clock()
    first = _day(since) if since else None
    with opened(given) as database:
        with database.transaction() as tx:
            proposal = editions.propose(tx, name, first, _today(given, now))
        verdict = editions.judge(proposal)
        if verdict is not None:
            for line in trial_lines(verdict):
                tell(line)
        with database.transaction() as tx:
            done = editions.publish(tx, proposal, verdict, words("vi"), given.agency.name, now, force=force)
    write(f"{name} is in force from {done.edition.effective_from.isoformat()}")
    if done.announcement:
        write(done.announcement)


@app.command("editions")
def list_editions() -> None:
    """List the editions: name, state, days, entries; * is in force today.

    Example: motcua catalogue editions
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        current = catalogue.in_force(tx, _today(given, real_clock()))
        for kept in catalogue.listed(tx):
            is_current = current is not None and kept.id == current.id
            write(listing(kept, catalogue.count(tx, kept.id), is_current=is_current))


@app.command("rollback")
def rollback() -> None:
    """Take the edition published last out of force; the one before it is in force again.

    Example: motcua catalogue rollback
    """
    given, now = settings(), real_clock()
    with opened(given) as database, database.transaction() as tx:
        gone, current = editions.roll_back(tx, _today(given, now), now)
    write(f"{gone} is withdrawn; {current} is in force")


@app.command("questions")
def list_questions(
    attach: Annotated[
        tuple[int, str] | None, typer.Option("--attach", metavar="N CODE", help="Make group N names of a procedure.")
    ] = None,
    out: Annotated[int | None, typer.Option("--out", metavar="N", help="Mark group N as out of scope.")] = None,
) -> None:
    """List what nothing answered, in groups; --attach puts a group into a draft, --out sets it aside.

    Example: motcua catalogue questions --attach 12 1.009664
    """
    given, now = settings(), real_clock()
    with opened(given) as database, database.transaction() as tx:
        if attach is not None:
            draft = editions.attach(tx, _group(tx, attach[0]), attach[1], _today(given, now), now)
            write(f"attached to {attach[1]} in the draft {draft}; publish it to make it count")
        if out is not None:
            group = _group(tx, out)
            questions.settle(tx, group.ids, questions.OUT)
            write(f"{len(group.ids)} questions are out of scope")
        if attach is None and out is None:
            for group in question_desk.groups(tx):
                write(f"{group.id}  {len(group.ids)} ×  " + "  |  ".join(group.wordings))


@app.command("qr")
def qr(
    code: Annotated[str, typer.Argument(help="A procedure's code or id.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write into.")] = Path(),
) -> None:
    """Write the QR code of a procedure (.png) and an A4 poster for the counter (.docx).

    Example: motcua catalogue qr 1.009664 --out posters
    """
    from bot.app import agency
    from handlers.deep_links import links, poster_words
    from handlers.documents.poster import png, poster

    given = settings()
    with opened(given) as database, database.transaction() as tx:
        edition = _chosen(tx, None, _today(given, real_clock()))
    entry = edition.by_id(code) or edition.by_code(code)
    if entry is None:
        raise Wrong(f"{edition.name} has no procedure {code!r}")
    found = links(agency(given), given.server.public_url, entry)
    if not found:
        found = links(agency(given), f"http://{given.server.host}:{given.server.port}", entry)
        tell("server.public_url is not set: the code leads to this machine and is of no use on paper")
    out.mkdir(parents=True, exist_ok=True)
    for channel, address in found.items():
        stem = out / f"{entry.id}-{channel}"
        call, notes = poster_words(words("vi"), channel)
        picture, page = png(address), (given.agency.name, entry.title, call, notes, address)
        stem.with_name(f"{stem.name}.png").write_bytes(picture)
        stem.with_name(f"{stem.name}.docx").write_bytes(poster(*page))
        write(f"{stem}.png  {stem}.docx  {address}")


def _group(tx: Connection, number: int) -> Group:
    group = question_desk.find(tx, number)
    if group is None:
        raise Wrong(f"no open question {number}")
    return group


def _today(given: Settings, now: datetime) -> date:
    return now.astimezone(given.agency.timezone).date()


def _day(text: str) -> date:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
    raise Wrong(f"--from {text!r}: not a day such as 2026-07-01 or 01/07/2026")


def _read(file: Path, today: date) -> Parsed:
    try:
        return read_file(nfc(file.name), file.read_bytes(), today, _watched)
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror}") from None
    except CatalogueError as error:
        told = [faults.told(SAY, fault) for fault in error.faults]
        for line in told[:-1]:
            tell(f"{file.name}: {line}")
        raise Wrong(f"{file}: {told[-1]}") from None


def _watched(lines: Iterable[str]) -> Iterable[str]:
    """Show on a terminal how far the reading of a long file is."""
    if not sys.stderr.isatty():
        return lines
    return _with_bar(list(lines))


def _with_bar(lines: list[str]) -> Iterator[str]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task: Any = progress.add_task("records", total=len(lines))
        for line in lines:
            yield line
            progress.advance(task)


def _chosen(tx: Connection, name: str | None, today: date) -> Edition:
    if name is not None:
        return editions.read(tx, name)
    current = library.of_day(tx, today)
    if current is None:
        raise Wrong("no edition of the catalogue is in force")
    return current


def _tell_stale(edition: Edition, today: date, months: int) -> None:
    found = list(stale(edition, today, months))
    for one in found[:STALE_LISTED]:
        tell(f"{one.procedure.id}: not checked since {one.since.isoformat()}: {', '.join(one.fields)}")
    if found:
        tell(f"{len(found)} entries have fields that were not checked for {months} months")
