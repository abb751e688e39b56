"""Titles, questions and answers of the search benchmark, apart so that a measured process loads nothing else."""

from dataclasses import dataclass
from typing import Final

DEPTH: Final = 10  # answers asked of an engine, and how far MRR looks


@dataclass(frozen=True)
class Record:
    """One title to be found, with its other names."""

    id: str
    title: str
    field: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question as typed, its kind, the right ids (none: out of scope) and which golden question it comes from."""

    text: str
    kind: str
    expect: tuple[str, ...]
    source: int


@dataclass(frozen=True)
class Answer:
    """What an engine said: ids best first, the score of the first (0: nothing found), its decision if it has one."""

    ids: tuple[str, ...]
    score: float
    decision: str = ""
