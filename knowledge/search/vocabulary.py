"""The word lists of the search, read once from ``knowledge/data/vocabulary`` and folded for matching."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from knowledge.vietnamese import fold


def read(name: str) -> dict[str, Any]:
    """Return one vocabulary file as TOML gives it.

    name: the file's name without its ending. Raises FileNotFoundError when there is no such list.
    """
    file = resources.files("knowledge") / "data" / "vocabulary" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


table = cache(read)
"""The same for the files that are looked at again and again."""


@cache
def fillers() -> frozenset[str]:
    """Words that carry a question along, as written and folded."""
    words = f"{table('fillers')['vietnamese']} {table('fillers')['english']}".split()
    return frozenset(words) | frozenset(fold(word) for word in words)


@cache
def alike() -> dict[str, tuple[str, ...]]:
    """Words of the same meaning by the word as written; a folded word that is not listed leads to all it may be."""
    found: dict[str, dict[str, None]] = {}
    folded: dict[str, dict[str, None]] = {}
    for group in table("synonyms")["groups"]:
        words = group.split()
        for word in words:
            others = dict.fromkeys(other for other in words if other != word)
            found.setdefault(word, {}).update(others)
            folded.setdefault(fold(word), {}).update(others)
    return {word: tuple(others) for word, others in (folded | found).items()}
