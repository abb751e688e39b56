"""The search finds what people ask for at least as well as it did, and answers what it cannot know no more often.

Only sums over a half are looked at, never a single question of the test half.
"""

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from knowledge.catalogue import load_edition
from knowledge.search import Decision, Entry, Index
from tests.golden.noise import NOISES, noisy

GOLDEN = Path(__file__).parents[1] / "golden"
REACHED: dict[str, dict[str, float]] = tomllib.loads((GOLDEN / "reached.toml").read_text(encoding="utf-8"))
PLAIN_QUESTIONS = ("clean", "nomarks", "aspect")
POINTS_LOST = 0.05
Find = Callable[[str], tuple[list[str], float, bool]]


@dataclass(frozen=True)
class Tried:
    """One question as it was answered: its kind, whether it is in scope, and what came first or among three."""

    kind: str
    inside: bool
    first: bool
    among_three: bool
    score: float
    answered: bool


@cache
def index() -> Index:
    return Index([Entry(p.id, p.title, p.field, p.aliases) for p in load_edition("tien-giang-2020").procedures])


def find(text: str) -> tuple[list[str], float, bool]:
    found = index().search(text)
    ids = [hit.id for hit in found.hits]
    return ids, found.hits[0].score if ids else 0.0, found.decision is Decision.answer


def tried(half: str, asked: Find = find) -> list[Tried]:
    rows = [json.loads(line) for line in (GOLDEN / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]
    results: list[Tried] = []
    for number, row in enumerate(row for row in rows if row["catalogue"] == "2020"):
        texts = [(row["kind"], row["q"])]
        if row["kind"] == "clean":
            name = sorted(NOISES)[number % len(NOISES)]
            texts.append(("noise", noisy(row["q"], name, number)))
        for kind, text in texts:
            ids, score, answered = asked(text)
            first, three = ids[:1], ids[:3]
            right = set(row["expect"])
            results.append(
                Tried(kind, bool(right), bool(right & set(first)), bool(right & set(three)), score, answered)
            )
    return results


def figures(results: Sequence[Tried]) -> dict[str, float]:
    """Sum up: recall and precision (more is better), then what out of scope is taken for an answer (less is better)."""
    inside = [one for one in results if one.inside]
    outside = [one for one in results if not one.inside]
    direct = [one for one in inside if one.answered]
    right = sorted(one.score for one in inside if one.first)
    limit = right[min(int(POINTS_LOST * len(inside)), len(right) - 1)] if right else 0.0
    of_kind = {kind: [one.first for one in inside if one.kind == kind] for kind in ("situation", "english", "noise")}
    plain = [one.first for one in inside if one.kind in PLAIN_QUESTIONS]
    return {
        "recall_first": _share([one.first for one in inside]),
        "recall_three": _share([one.among_three for one in inside]),
        "plain_first": _share(plain),
        **{f"{kind}_first": _share(found) for kind, found in of_kind.items()},
        "direct_precision": _share([one.first for one in direct]),
        "direct_share": len(direct) / len(inside),
        "false_answers": _share([one.score >= limit for one in outside]),
        "false_direct": _share([one.answered for one in outside]),
    }


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


def worse(now: dict[str, float], reached: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Return the figures that are worse than reached, each with what was reached."""
    return {
        name: (round(now[name], 4), was)
        for name, was in reached.items()
        if (now[name] > was + 5e-5 if name.startswith("false") else now[name] < was - 5e-5)
    }


@pytest.mark.parametrize("half", sorted(REACHED))
def test_the_search_is_no_worse_than_it_was(half: str) -> None:
    assert worse(figures(tried(half)), REACHED[half]) == {}


def test_a_search_that_answers_everything_is_found_out() -> None:
    def sure_of_itself(text: str) -> tuple[list[str], float, bool]:
        return find(text)[0], 1.0, True

    assert {"false_answers", "false_direct", "direct_precision"} <= set(
        worse(figures(tried("tune", sure_of_itself)), REACHED["tune"])
    )


def test_a_search_that_finds_the_wrong_procedure_is_found_out() -> None:
    def turned(text: str) -> tuple[list[str], float, bool]:
        ids, score, answered = find(text)
        return ids[::-1], score, answered

    assert {"recall_first", "plain_first", "situation_first", "noise_first"} <= set(
        worse(figures(tried("tune", turned)), REACHED["tune"])
    )
