"""`status`: the public look-up, as an unidentified person would see it."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.app import agency, real_clock
from bot.cli.common import opened, settings
from bot.cli.output import write, write_json
from handlers.dossiers.asking import Look, look


def status(
    text: Annotated[str, typer.Argument(help="A text with one or more receipt codes.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per code.")] = False,
) -> None:
    """Look up the receipt codes in a text.

    Example: motcua status "000.00.15.H58-200617-0001" --json
    """
    given = settings()
    zone = given.agency.timezone
    with opened(given) as database, database.transaction() as tx:
        looks = look(tx, text, agency(given), real_clock().astimezone(zone))
    for one in looks:
        record = _record(one, zone)
        if as_json:
            write_json(record)
        else:
            write("  ".join(f"{key}: {value}" for key, value in record.items() if value is not None))


def _record(one: Look, zone: ZoneInfo) -> dict[str, object]:
    dossier, reading = one.dossier, one.reading
    due = dossier.due_at if dossier else None
    return {
        "code": reading.code.text if reading.code else None,
        "problem": str(reading.problem) if reading.problem else None,
        "found": dossier is not None,
        "status": int(dossier.status) if dossier else None,
        "due": due.astimezone(zone).isoformat() if due else None,
        "as_of": dossier.as_of.astimezone(zone).isoformat(timespec="seconds") if dossier else None,
    }
