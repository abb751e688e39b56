"""`audit`: the trail, a line for each thing that was done."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.common import Most, opened, settings
from bot.cli.output import write, write_json
from handlers import upkeep
from handlers.intake import freshness
from handlers.officials import broadcasts, digests, notices
from storage import audit as trail

MOST = 50
CLOCK = (digests.DIGESTS, digests.DIGEST, notices.PART, broadcasts.MOMENT, freshness.WATCH, upkeep.EXPIRE)
"""What the clock does every few minutes and at every hour; asked for by --action alone."""


def audit(
    most: Most = MOST,
    action: Annotated[str, typer.Option("--action", help="Only lines of this action.")] = "",
    find: Annotated[str, typer.Option("--find", help="Only lines whose detail holds this text.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the latest lines of the trail, newest first: when, what, about what. Content and identity stand nowhere.

    Example: motcua audit --action dossier_claimed --most 20
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        for line in trail.latest(tx, most, action, find, without=CLOCK):
            at = line.at.astimezone(given.agency.timezone)
            if as_json:
                write_json({"at": at.isoformat(timespec="seconds"), "action": line.action, "detail": line.detail})
            else:
                write(f"{at:%Y-%m-%d %H:%M:%S}  {line.action}  {line.detail or ''}".rstrip())
