"""The announcement of what an edition brings: a draft that an official reads before anybody else does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.texts import Words
from knowledge.catalogue import Change, Differences, Edition, Procedure

LISTED = 15  # procedures of one kind in an announcement: a longer list is not read on a telephone
PARTS = {
    "title": "upkeep.part_title",
    "papers": "upkeep.part_papers",
    "sets": "upkeep.part_papers",
    "time": "upkeep.part_time",
    "fees": "upkeep.part_fees",
    "channels": "upkeep.part_where",
    "receiving_body": "upkeep.part_where",
    "result": "upkeep.part_result",
    "legal_basis": "upkeep.part_legal_basis",
    "steps": "upkeep.part_steps",
    "conditions": "upkeep.part_conditions",
}
"""A field of a procedure → the part of which a person is told that it changed."""

OTHER = "upkeep.part_other"


def worded(say: Words, agency: str, edition: Edition, changes: Differences) -> str:
    """Word what is new, changed and abolished; "" when nothing of it concerns a business."""
    told = [change for change in changes.changed if change.told]
    new, gone = _handled(changes.added), _handled(changes.removed)
    if not (told or new or gone):
        return ""
    return "\n".join(_lines(say, agency, edition, new, told, gone))


def _lines(
    say: Words,
    agency: str,
    edition: Edition,
    new: Sequence[Procedure],
    changed: Sequence[Change],
    gone: Sequence[Procedure],
) -> Iterator[str]:
    yield say.plain("upkeep.announce_title", agency=agency, since=f"{edition.effective_from:%d/%m/%Y}")
    if edition.publication_decision:
        yield say.plain("upkeep.announce_decision", decision=edition.publication_decision)
    yield from _part(say, "upkeep.announce_new", _titles(say, new))
    yield from _part(say, "upkeep.announce_changed", [_changed(say, change) for change in changed])
    yield from _part(say, "upkeep.announce_gone", _titles(say, gone))
    yield say.plain("upkeep.announce_ask")


def _part(say: Words, key: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield say.plain(key, count=len(items))
    yield from items[:LISTED]
    if len(items) > LISTED:
        yield say.plain("upkeep.announce_more", count=len(items) - LISTED)


def _titles(say: Words, procedures: Sequence[Procedure]) -> list[str]:
    return [say.plain("upkeep.announce_item", title=_title(say, procedure)) for procedure in procedures]


def _changed(say: Words, change: Change) -> str:
    names = dict.fromkeys(PARTS.get(name, OTHER) for name in change.told)
    parts = ", ".join(say.plain(name) for name in names)
    return say.plain("upkeep.announce_changed_item", title=_title(say, change.new), parts=parts)


def _handled(procedures: Sequence[Procedure]) -> list[Procedure]:
    return [procedure for procedure in procedures if procedure.kind == "procedure"]


def _title(say: Words, procedure: Procedure) -> str:
    return procedure.title_en if say.language == "en" and procedure.title_en else procedure.title
