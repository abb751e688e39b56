"""What is behind each figure of a report, in words: a paragraph a figure, a line a dossier, feedback or procedure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from io import BytesIO
from itertools import chain
from typing import Any

from handlers.documents.wording import knows, number, say, short
from knowledge.report_form import shipped_forms

NAMES = ("linh_vuc", "ma_tthc", "ten_tthc", "from", "to")  # members that say whose figures those beside them are


def written(told: Mapping[str, Any]) -> bytes:
    """Write what is behind the figures of a report's JSON that was made with its trace."""
    days = {name: short(date.fromisoformat(told["period"][key])) for name, key in (("first", "from"), ("last", "to"))}
    text = BytesIO()  # line by line: of a hundred thousand dossiers it is long
    for line in chain((say("trace.title", **days),), _of(told["trace"], (), told)):
        text.write(line.encode() + b"\n")
    return text.getvalue()


def _of(node: Any, path: tuple[str, ...], figure: Any) -> Iterator[str]:
    """Tell of a part of the trace; `figure` is what stands at the same place among the figures."""
    match node:
        case dict() if node and not isinstance(figure, int):
            named = tuple(str(node[name]) for name in NAMES if node.get(name))
            for key, value in node.items():
                if key not in NAMES and not isinstance(value, bool):
                    yield from _of(value, (*path, *named, _label(key, path)), figure[key])
        case [{}, *_]:
            for part, its in zip(node, figure, strict=True):
                yield from _of(part, path, its)
        case _:
            is_held = figure is not None and figure != {}
            known = number(figure if isinstance(figure, int) else 0) if is_held else say("comparison.no_data")
            yield f"\n{' / '.join(path)}: {known}"
            lines = node.items() if isinstance(node, dict) else ((one, None) for one in node or ())
            yield from (f"  {one}" if days is None else f"  {one}: {number(days)}" for one, days in lines)


def _label(key: str, path: tuple[str, ...]) -> str:
    """Name a member: as the form does, else by the words for it, else as it is."""
    form = "feedback" if path and path[0] == say("trace.feedback") else "dossiers"
    title = _titles(form).get(key)
    if title is not None:
        return title
    return say(f"trace.{key}") if knows(f"trace.{key}") else key


@cache
def _titles(subject: str) -> dict[str, str]:
    """Name the columns of a form."""
    form = next(form for form in shipped_forms() if form.subject == subject)
    return {column.key: ", ".join(column.title) for column in form.columns}
