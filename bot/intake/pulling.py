"""Asking the systems that the settings name, page by page: a job asks for one, its result is one turn.

A client has two questions, `changed_since` and `lookup`; a new kind of system is a module with such a class and a line
in `CLIENTS`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.intake.opencps import OpenCps, Page, SourceDownError
from bot.settings.intake import Source
from handlers.intake.batches import batch
from knowledge.dossier import DossierRecord
from storage.dossiers.intake import Origin

log = logging.getLogger(__name__)

FAULTS_TOLD = 3  # of a page, in the log


class Client(Protocol):
    """What is asked of a system. Both raise `SourceDownError`."""

    def changed_since(self, since: datetime | None, start: int = 0) -> Page:
        """Fetch a page of what changed since a time (None: of everything), from this row on."""

    def lookup(self, code: str, secret: str) -> DossierRecord | None:
        """Fetch one dossier by its code and the secret of its receipt; None where they belong to none."""


CLIENTS: dict[str, Callable[[Source, ZoneInfo], Client]] = {"opencps": OpenCps}


def pull(sources: Sequence[Source], zone: ZoneInfo, clock: Callable[[], datetime], body: str) -> str:
    """Ask for the page that a job's body orders (see `handlers.intake.pulling`), and give what its result says."""
    order = json.loads(body)
    began = clock()
    source = next((one for one in sources if one.name == order["source"]), None)
    if source is None:  # taken out of the settings since
        return json.dumps({"source": order["source"], "kind": "", "down": "it is not in the settings"})
    told = {"source": source.name, "kind": source.kind, "began": order.get("began") or began.isoformat()}
    since = order.get("since")
    try:
        page = CLIENTS[source.kind](source, zone).changed_since(
            datetime.fromisoformat(since) if since else None, order.get("start", 0)
        )
    except SourceDownError as error:
        log.warning("%s is down: %s", source.name, error)
        return json.dumps({**told, "down": str(error)})
    for fault in page.faults[:FAULTS_TOLD]:
        log.warning("%s: row %s", source.name, fault)
    origin = Origin(source.name, began)
    return json.dumps(
        {
            **told,
            "as_of": began.isoformat(),
            "batch": batch(page.records, origin, steps=page.steps),
            "refused": len(page.faults),
            "next": page.following and {**order, "start": page.following, "began": told["began"]},
        },
        ensure_ascii=False,
    )
