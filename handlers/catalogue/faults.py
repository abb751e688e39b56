"""What is wrong with a catalogue, in words: where it stands, what stands there, what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from handlers.texts import Words
from knowledge.catalogue import CatalogueFault


def told(say: Words, fault: CatalogueFault) -> str:
    """Word a fault on one line."""
    what = say.plain(f"fault.{fault.kind}", **fault.values)
    where = ", ".join(_where(say, fault))
    return f"{where}: {what}" if where else what


def listed(say: Words, faults: Iterable[CatalogueFault], most: int) -> Iterator[str]:
    """Word so many faults, a line each, and say how many more there are."""
    every = list(faults)
    yield from (told(say, fault) for fault in every[:most])
    if len(every) > most:
        yield say.plain("fault.more", count=len(every) - most)


def _where(say: Words, fault: CatalogueFault) -> Iterator[str]:
    place = fault.place
    if place is not None:
        yield say.plain("fault.at_sheet", sheet=place.sheet)
        if place.row is not None:
            yield say.plain("fault.at_row", row=place.row)
        if place.column:
            key = "fault.at_column" if place.title else "fault.at_column_plain"
            yield say.plain(key, column=place.column, title=place.title)
    if fault.line is not None:
        yield say.plain("fault.at_line", line=fault.line)
    if fault.entry and not fault.entry.startswith("#"):
        yield say.plain("fault.at_entry", entry=fault.entry)
    if fault.field and (place is None or not place.column):
        yield say.plain("fault.at_field", field=fault.field)
