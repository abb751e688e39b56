"""`audit`: the trail, a line for each thing that was done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import typer

from bot.cli.common import Most, opened, settings
from bot.cli.output import write, write_json
from handlers import upkeep
from handlers.intake import freshness
from handlers.officials import broadcasts, digests, notices
from storage import audit as trail
from storage.officials import register as officials

MOST = 50
OFFICIAL = re.compile(r"\bofficial (\d{1,9})\b")
CLOCK = (digests.DIGESTS, digests.DIGEST, notices.PART, broadcasts.MOMENT, freshness.WATCH, upkeep.EXPIRE)
"""What the clock does every few minutes and at every hour; asked for by --action alone."""


def audit(
    most: Most = MOST,
    action: Annotated[str, typer.Option("--action", help="Only lines of this action.")] = "",
    find: Annotated[str, typer.Option("--find", help="Only lines whose detail holds this text.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the latest lines of the trail, newest first: when, what, about what, by which official.

    What people wrote and who they are stands nowhere; officials are named where they still are known.

    Example: motcua audit --action dossier_claimed --most 20
    """
    given = settings()
    with opened(given) as database, database.transaction() as tx:
        names = {one.id: one.name for one, _, _ in officials.listed(tx)}
        for line in trail.latest(tx, most, action, find, without=CLOCK):
            at, detail = line.at.astimezone(given.agency.timezone), _named(line.detail, names)
            if as_json:
                write_json({"at": at.isoformat(timespec="seconds"), "action": line.action, "detail": detail})
            else:
                write(f"{at:%Y-%m-%d %H:%M:%S}  {line.action}  {detail or ''}".rstrip())


def _named(detail: str | None, names: Mapping[int, str | None]) -> str | None:
    """Put the names of officials beside their numbers."""

    def name(found: re.Match[str]) -> str:
        known = names.get(int(found[1]))
        return found[0] if known is None else f"{found[0]} ({known})"

    return None if detail is None else OFFICIAL.sub(name, detail)
