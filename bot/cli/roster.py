"""`roster`: who is on duty in which week, leave, swaps."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.app import agency, real_clock
from bot.cli.common import opened, settings
from bot.cli.output import tell, write
from knowledge.errors import Wrong
from knowledge.roster import Days
from storage import audit
from storage.database import Connection
from storage.officials import register as officials
from storage.officials import roster

WEEKS, WEEKS_MOST = 8, 60

app = typer.Typer(help="The duty roster. Example: motcua roster show", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
def show(
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=WEEKS_MOST, help="How many to list.")] = WEEKS,
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="By default today.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write an .xlsx file instead.")] = None,
) -> None:
    """Show who is on duty, week by week; a week that changes hands shows its days.

    Example: motcua roster show --weeks 12 --out truc.xlsx
    """
    given = settings()
    first = real_clock().astimezone(given.agency.timezone).date() if from_ is None else from_.date()
    with opened(given) as database, database.transaction() as tx:
        found = list(roster.load(tx).weeks(agency(given).calendar, first, weeks))
        names = {one.id: one.name or f"({one.id})" for one, _, _ in officials.listed(tx)}
    if out is not None:
        from handlers.documents import roster as sheet

        out.write_bytes(sheet.written(found, names, "vi"))
        return
    for week in found:
        if not week.days:
            write(f"{week.monday}  (not worked)")
        for days in week.stretches:
            who = "(nobody)" if days.official is None else f"{days.official}  {names[days.official]}"
            write(f"{days.first}  {days.last}  {who}")


@app.command("set")
def set_roster(
    rotation: Annotated[list[int] | None, typer.Argument(help="Officials by number, in turn.")] = None,
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Since when, or when.")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")] = None,
    away: Annotated[int | None, typer.Option("--away", help="An official who is away on these days.")] = None,
    instead: Annotated[int | None, typer.Option("--instead", help="An official who is on duty on these days.")] = None,
) -> None:
    """Let officials take turns week by week, or note leave or a stand-in for some days.

    Example: motcua roster set 2 3 --from 2026-11-30
    Example: motcua roster set --away 2 --from 2026-12-07 --to 2026-12-09
    """
    given, now = settings(), real_clock()
    first = now.astimezone(given.agency.timezone).date() if from_ is None else from_.date()
    last = first if to is None else to.date()
    chosen = [("rotation", rotation), ("away", away), ("instead", instead)]
    if len([1 for _, value in chosen if value]) != 1 or last < first or (rotation and to):
        raise typer.BadParameter("give either a rotation (and --from), or --away or --instead with --from and --to")
    with opened(given) as database, database.transaction() as tx:
        if rotation:
            roster.rotate(tx, first, rotation)
            detail = f"{' '.join(map(str, rotation))} from {first}"
        else:
            kind, who = (roster.AWAY, away) if away else (roster.INSTEAD, instead)
            _note(tx, kind, Days(who or 0, first, last), now)
            detail = f"official {who} {kind} {first} to {last}"
        audit.add(tx, "roster_changed", now, detail=f"{detail}, from the command line")
    write(detail)


@app.command("import")
def take_list(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An .xlsx as `roster show --out` writes.")],
    yes: Annotated[bool, typer.Option("--yes", help="Take it in without asking.")] = False,
) -> None:
    """Read a roster written as a list: show what it changes and which lines do not count, ask, and take it in.

    Example: motcua roster import truc.xlsx --yes
    """
    from bot.intake.roster_files import read_roster
    from bot.work.office import planned
    from handlers.officials.roster_file import refusal, worded
    from handlers.texts import words

    given, now, say = settings(), real_clock(), words("en")
    lines = read_roster(file.read_bytes())
    with opened(given) as database, database.transaction() as tx:
        good, changes, refused = planned(tx, given, lines, now)
        names = {one.id: one.name or f"({one.id})" for one, _, _ in officials.listed(tx)}
        for text in (*worded(say, changes, names), *(refusal(say, one) for one in refused)):
            tell(text.striptags())
        if changes and not yes:
            if not sys.stdin.isatty():
                raise typer.BadParameter("say --yes to take it in where nobody can be asked")
            typer.confirm("Take it in?", abort=True, err=True)
        count = roster.take_in(tx, agency(given).calendar, [one.days for one in good], now)
        audit.add(tx, "roster_changed", now, detail=f"{count} stand-ins from a file, from the command line")
    write(f"{count} stretches changed, {len(refused)} lines refused")


def _note(tx: Connection, kind: str, days: Days, now: datetime) -> None:
    found = officials.by_id(tx, days.official)
    if found is None or found.revoked_at is not None:
        raise Wrong(f"no official {days.official} who stands")
    roster.note(tx, kind, days, now)
