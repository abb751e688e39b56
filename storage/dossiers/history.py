"""How a dossier came to its status: the timeline (`knowledge/timeline.py`) as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from knowledge.status import Status
from knowledge.timeline import Telling, learn, stretches
from storage.schema import dossier_history

Told = Sequence[tuple[Telling, bool]]
"""New tellings of one dossier, and for each whether the source itself dated it (see `timeline.learn`)."""

_Announcing = tuple[int, Telling, Status | None, bool]

_ADD = insert(dossier_history)
_TELLINGS = select(
    dossier_history.c.dossier_id,
    dossier_history.c.status,
    dossier_history.c.since,
    dossier_history.c.as_of,
    dossier_history.c.learnt_at,
    dossier_history.c.announced,
).where(dossier_history.c.dossier_id.in_(bindparam("b_ids", expanding=True)))
_IDS = select(
    dossier_history.c.dossier_id, dossier_history.c.status, dossier_history.c.since, dossier_history.c.id
).where(dossier_history.c.dossier_id.in_(bindparam("b_ids", expanding=True)))
_ANNOUNCE = (
    update(dossier_history)
    .where(
        dossier_history.c.dossier_id == bindparam("b_id"),
        dossier_history.c.status == bindparam("b_status"),
        dossier_history.c.since == bindparam("b_since"),
    )
    .values(announced=True)
)


@dataclass(frozen=True, slots=True)
class Announced:
    """A status that has just become known, each stretch of a dossier's timeline exactly once.

    `old`: the status before it in the timeline, None where none is known; `late`: another one already followed it.
    """

    dossier_id: int
    history_id: int
    old: Status | None
    new: Status
    since: datetime
    late: bool


def history(tx: Connection, dossier_id: int) -> list[tuple[Status, datetime, datetime]]:
    """List a dossier's statuses in order: (status, since when it holds, when we learnt it)."""
    known = _known(tx, [dossier_id])[dossier_id]
    return [(one.status, one.since, one.learnt_at) for one in stretches(known)]


def put(tx: Connection, told: Mapping[int, Told], fresh: Collection[int] = ()) -> list[Announced]:
    """Put new tellings (by dossier) into the timelines and list what they announce. `fresh` dossiers have none yet."""
    known = _known(tx, [one for one in told if one not in fresh])
    new: list[dict[str, Any]] = []
    early: list[dict[str, Any]] = []
    announcing: list[_Announcing] = []
    for dossier_id, tellings in told.items():
        learnt = _learn(known[dossier_id], tellings)
        new += (_row(dossier_id, one) for one in learnt.added)
        early += (
            {"b_id": dossier_id, "b_status": int(one.status), "b_since": one.since}
            for one in learnt.announcing
            if one not in learnt.added
        )
        announcing += _in_place(dossier_id, learnt)
    if new:
        tx.execute(_ADD, new)
    if early:
        tx.execute(_ANNOUNCE, early)
    return _numbered(tx, announcing)


@dataclass(slots=True)
class _Learnt:
    """All tellings of a dossier, those of them that are new, and those that announce their stretch now."""

    every: list[Telling]
    added: list[Telling] = field(default_factory=list)
    announcing: list[Telling] = field(default_factory=list)


def _learn(known: Sequence[Telling], told: Told) -> _Learnt:
    if not known and len(told) == 1:  # by far the commonest: the first that is heard of a dossier
        first = replace(told[0][0], announced=True)
        return _Learnt([first], [first], [first])
    learnt = _Learnt(list(known))
    for telling, dated in told:
        brought = learn(learnt.every, telling, dated=dated)
        learnt.every += brought.kept
        learnt.added += brought.kept
        for one in brought.announcing:
            marked = replace(one, announced=True)
            learnt.announcing.append(marked)
            for tellings in (learnt.every, learnt.added):
                tellings[:] = [marked if other == one else other for other in tellings]
    return learnt


def _in_place(dossier_id: int, learnt: _Learnt) -> list[_Announcing]:
    """Say of each announcing telling what status came before its stretch, and whether another follows."""
    if not learnt.announcing:
        return []
    ordered = sorted(learnt.every, key=lambda one: one.order)
    found: list[_Announcing] = []
    for one in learnt.announcing:
        place = ordered.index(one)
        earlier = [other.status for other in ordered[:place] if other.status is not one.status]
        late = any(other.status is not one.status for other in ordered[place:])
        found.append((dossier_id, one, earlier[-1] if earlier else None, late))
    return found


def _numbered(tx: Connection, announcing: Sequence[_Announcing]) -> list[Announced]:
    if not announcing:
        return []
    of = list({number for number, *_ in announcing})
    ids = {(row.dossier_id, row.status, row.since): row.id for row in tx.execute(_IDS, {"b_ids": of}).all()}
    return [
        Announced(number, ids[number, int(one.status), one.since], old, one.status, one.since, late)
        for number, one, old, late in announcing
    ]


def _known(tx: Connection, ids: Sequence[int]) -> defaultdict[int, list[Telling]]:
    known: defaultdict[int, list[Telling]] = defaultdict(list)
    if ids:
        for number, status, since, as_of, learnt_at, announced in tx.execute(_TELLINGS, {"b_ids": list(ids)}).all():
            known[number].append(Telling(Status(status), since, as_of, learnt_at, announced))
    return known


def _row(dossier_id: int, telling: Telling) -> dict[str, Any]:
    return {
        "dossier_id": dossier_id,
        "status": int(telling.status),
        "since": telling.since,
        "as_of": telling.as_of,
        "learnt_at": telling.learnt_at,
        "announced": telling.announced,
    }
