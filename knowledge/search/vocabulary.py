"""The word lists of the search, read once from ``knowledge/data/vocabulary`` and folded for matching."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from knowledge.vietnamese import fold


@cache
def table(name: str) -> dict[str, Any]:
    """Return one vocabulary file as TOML gives it.

    name: the file's name without its ending. Raises FileNotFoundError when there is no such list.
    """
    file = resources.files("knowledge") / "data" / "vocabulary" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def fillers() -> frozenset[str]:
    """Words that carry a question along, as written and folded."""
    words = f"{table('fillers')['vietnamese']} {table('fillers')['english']}".split()
    return frozenset(words) | frozenset(fold(word) for word in words)
