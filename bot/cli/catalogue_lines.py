"""What the commands of the catalogue print, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from knowledge.catalogue import Change, Differences, Procedure, to_record
from knowledge.catalogue.golden import Trial
from storage.catalogue import Kept

VALUE_MOST = 160  # characters of an old or a new value: enough to see what changed
LOST_LISTED = 50  # golden questions that fare worse and are named; an edition that loses more is not mended by a list


def changes(found: Differences) -> Iterator[str]:
    """Tell what differs between two editions."""
    for procedure in found.added:
        yield f"+ {procedure.id}  {procedure.title}"
    for procedure in found.removed:
        yield f"- {procedure.id}  {procedure.title}"
    for change in found.changed:
        name = change.new.id if change.old.id == change.new.id else f"{change.old.id} → {change.new.id}"
        yield f"~ {name}  {change.new.title}"
        yield from _fields(change)
    yield f"{len(found.added)} new, {len(found.removed)} gone, {len(found.changed)} changed"


def _fields(change: Change) -> Iterator[str]:
    for name in change.fields:
        if name != "id":
            yield f"    {name}: {_value(change.old, name)} → {_value(change.new, name)}"


def _value(procedure: Procedure, name: str) -> str:
    value = to_record(procedure).get(name)
    text = "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= VALUE_MOST else text[: VALUE_MOST - 1] + "…"


def listing(kept: Kept, entries: int, *, is_current: bool) -> str:
    """Tell an edition on one line."""
    span = ""
    if kept.effective_from is not None:
        until = kept.effective_to.isoformat() if kept.effective_to else ""
        span = f"  {kept.effective_from.isoformat()}..{until}"
    refused = f"  {kept.refused} faults in its file" if kept.refused else ""
    return f"{'*' if is_current else ' '} {kept.name}  {kept.state}{span}  {entries} entries{refused}"


def trial_lines(verdict: Trial) -> Iterator[str]:
    """Tell how the golden questions fare."""
    for lost in verdict.lost[:LOST_LISTED]:
        yield f"worse: {lost.before.name.lower()} → {lost.after.name.lower()} ({lost.found or '-'}): {lost.question}"
    if len(verdict.lost) > LOST_LISTED:
        yield f"… and {len(verdict.lost) - LOST_LISTED} more"
    counts = (("right", verdict.right), ("right or offered", verdict.found), ("wrong", verdict.wrong))
    yield (
        f"golden questions: {verdict.asked} count; {', '.join(f'{name} {old} → {new}' for name, (old, new) in counts)}"
        f"{', worse' if verdict.is_worse else ''}"
    )
