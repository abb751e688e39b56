"""Steps of handling as rows. One that came before its dossier waits for it under the code that it was told with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.dossier import Step
from knowledge.status import Status
from storage.columns import vault_of
from storage.schema import dossier_progress

_WAITING = select(dossier_progress.c.id, *(dossier_progress.c[name] for name in Step.__dataclass_fields__)).where(
    dossier_progress.c.code.in_(bindparam("b_codes", expanding=True)), dossier_progress.c.dossier_id.is_(None)
)
_GIVE = (
    update(dossier_progress)
    .where(dossier_progress.c.id == bindparam("b_row"))
    .values(dossier_id=bindparam("b_dossier"))
)
_OF = (
    select(*(dossier_progress.c[name] for name in Step.__dataclass_fields__))
    .where(dossier_progress.c.dossier_id == bindparam("b_id"))
    .order_by(dossier_progress.c.at, dossier_progress.c.id)
)


def of(tx: Connection, dossier_id: int) -> list[Step]:
    """List the steps that sources told of a dossier, in order. Their words are for whoever proved to be the owner."""
    return [_read(*row) for row in tx.execute(_OF, {"b_id": dossier_id})]


def _read(
    code: str, at: datetime, status: int | None, step: str | None, unit: str | None, due_at: datetime | None
) -> Step:
    return Step(code, at, None if status is None else Status(status), step, unit, due_at)


def keep(tx: Connection, steps: Sequence[Step], now: datetime) -> None:
    """Keep steps that are new, each without its dossier yet (see `adopt`)."""
    vault = vault_of(tx)
    rows = [
        {
            "code": step.code,
            "at": step.at,
            "status": None if step.status is None else int(step.status),
            "step": step.step,
            "unit": step.unit,
            "due_at": step.due_at,
            "digest": vault.digest("step", str(step.status), step.step or "", step.unit or ""),
            "learnt_at": now,
        }
        for step in steps
    ]
    into = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    if rows:
        tx.execute(into(dossier_progress).on_conflict_do_nothing(), rows)


def adopt(tx: Connection, dossiers: Mapping[str, int]) -> dict[int, list[Step]]:
    """Give waiting steps to their dossiers (number by code) and list them by dossier."""
    if not dossiers:
        return {}
    adopted: defaultdict[int, list[Step]] = defaultdict(list)
    given = []
    for number, *step in tx.execute(_WAITING, {"b_codes": list(dossiers)}):
        found = _read(*step)
        adopted[dossiers[found.code]].append(found)
        given.append({"b_row": number, "b_dossier": dossiers[found.code]})
    if given:
        tx.execute(_GIVE, given)
    return adopted
