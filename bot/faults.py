"""How a fault is told: its kind and its place, never its words, which may quote what a person wrote."""

from __future__ import annotations

import traceback
from pathlib import Path

PLACES = 4  # innermost places told of each fault: enough to find the line, short enough for a line


def told(error: BaseException) -> str:
    """Name a fault and its causes, innermost place first: `ValueError at forms.py:12 < talk.py:30, after KeyError`."""
    chain: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        walked = traceback.walk_tb(one.__traceback__)
        places = [f"{Path(frame.f_code.co_filename).name}:{line}" for frame, line in walked]
        chain.append(f"{type(one).__name__} at {' < '.join(places[: -PLACES - 1 : -1]) or 'an unknown place'}")
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return ", after ".join(chain)
