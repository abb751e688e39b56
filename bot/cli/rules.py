"""`rules`: who hears of what; kept as data, tried on a dossier."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.app import agency, real_clock
from bot.cli.common import opened, settings
from bot.cli.output import write
from handlers.officials.telling import Hearing, Told
from knowledge import receipt_code
from knowledge.duties import DOSSIERS, SHIPPED, News, read_rules
from knowledge.errors import Wrong
from storage import audit, feedback
from storage.database import Connection
from storage.dossiers import records as dossiers
from storage.officials import duty

app = typer.Typer(
    help="Who hears of what. Example: motcua rules test 000.00.15.H58-261102-0001",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("show")
def show() -> None:
    """Show the rules in force, one a line; without any of one's own, the shipped one.

    Example: motcua rules show
    """
    with opened(settings()) as database, database.transaction() as tx:
        for number, rule in enumerate(duty.rules(tx) or SHIPPED, 1):
            told = {key: list(values) for key, values in asdict(rule).items() if values}
            write(f"{number}  {json.dumps(told, ensure_ascii=False)}")


@app.command("set")
def set_rules(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file.")]) -> None:
    """Replace the rules by those of a file, tables [[rule]] with to, news, fields, procedures, channels.

    Example: motcua rules set rules.toml
    """
    given = read_rules(file.read_text(encoding="utf-8"))
    with opened(settings()) as database, database.transaction() as tx:
        duty.set_rules(tx, given)
        audit.add(tx, "rules_set", real_clock(), detail=f"{len(given)} rules, from the command line")
    write(f"{len(given)} rules")


@app.command("test")
def try_on(
    code: Annotated[str, typer.Argument(help="The receipt code of a dossier, or the number of a feedback.")] = "",
    news: Annotated[News, typer.Option("--news", help="What would have happened.")] = News.NEW,
) -> None:
    """Tell who would hear of this now, when, and why. Nothing is sent. Other news than of dossiers need no code.

    Example: motcua rules test 000.00.15.H58-261102-0001 --news overdue
    Example: motcua rules test --news silent
    """
    given, now = settings(), real_clock()
    office = agency(given)
    with opened(given) as database, database.transaction() as tx:
        told = _meant(tx, code, news, now.astimezone(given.agency.timezone).date())
        claim = None if told.dossier is None else duty.claim_of(tx, told.dossier.id)
        hearing = Hearing.now(office, tx, now)
        found = hearing.of(told.matter(None if claim is None else claim.official_id))
    matter = told.matter(None)
    write(f"{code or news}  field: {matter.field or '-'}  procedure: {matter.procedure or '-'}")
    for number, why in found.items():
        hearer, at = hearing.crew[number][0], hearing.when(number, told.news)
        moment = "at once" if at is None else f"at {at:%Y-%m-%d %H:%M}"
        write(f"{number}  {hearer.role}  {hearer.name or '(erased)'}  {moment}  because: {why}")
    if not found:
        write("nobody: no official is linked to whom a rule leads")


def _meant(tx: Connection, code: str, news: News, today: date) -> Told:
    """Find what a code names. Raises `Wrong` where there is none."""
    if news in DOSSIERS:
        read = [one.code.text for one in receipt_code.read(code, today=today) if one.code]
        found = next((one for each in read if (one := dossiers.find(tx, each)) is not None), None)
        if found is None:
            raise Wrong(f"no dossier {code}")
        return Told(news, found, "")
    handed_in = feedback.find(tx, code) if code else None
    if news is News.FEEDBACK and code and handed_in is None:
        raise Wrong(f"no feedback {code}")
    return Told(news, None, "", field=None if handed_in is None else handed_in.field)
