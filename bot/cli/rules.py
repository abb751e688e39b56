"""`rules`: who hears of what; kept as data, tried on a dossier."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.app import agency, real_clock
from bot.cli.common import opened, settings
from bot.cli.output import write
from handlers.officials.notices import matter_of, when
from knowledge import receipt_code
from knowledge.duties import SHIPPED, News, hearers, read_rules
from knowledge.errors import Wrong
from storage import audit
from storage.dossiers import records as dossiers
from storage.officials import duty, roster

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
    code: Annotated[str, typer.Argument(help="The receipt code of a dossier.")],
    news: Annotated[News, typer.Option("--news", help="What would have happened.")] = News.NEW,
) -> None:
    """Tell who would hear of this dossier now, when, and why. Nothing is sent.

    Example: motcua rules test 000.00.15.H58-261102-0001 --news overdue
    """
    given, now = settings(), real_clock()
    office = agency(given)
    local = now.astimezone(ZoneInfo(office.timezone))
    read = [one.code.text for one in receipt_code.read(code, today=local.date()) if one.code]
    with opened(given) as database, database.transaction() as tx:
        found = next((one for each in read if (one := dossiers.find(tx, each)) is not None), None)
        if found is None:
            raise Wrong(f"no dossier {code}")
        claim = duty.claim_of(tx, found.id)
        crew, wishes = duty.crew(tx), duty.wishes(tx)
        on_duty = roster.load(tx).on_duty(office.calendar, local.date())
        matter = matter_of(news, found, None if claim is None else claim.official_id)
        told = hearers(duty.rules(tx), [person for _, person in crew.values()], on_duty, matter)
    write(f"{found.code}  field: {found.field_title or '-'}  procedure: {found.procedure_code or '-'}")
    for number, why in told.items():
        hearer = crew[number][0]
        at = when(office, wishes.get(number, {}), news, local)
        moment = "at once" if at is None else f"at {at:%Y-%m-%d %H:%M}"
        write(f"{number}  {hearer.role}  {hearer.name or '(erased)'}  {moment}  because: {why}")
    if not told:
        write("nobody: no official is linked to whom a rule leads")
