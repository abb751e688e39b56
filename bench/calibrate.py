"""Set the search's confidence and thresholds from the tuning half of the golden questions.

python -m bench.calibrate --catalogue 2020=FILE --catalogue 2026=FILE [--write]

FILE: JSON lines of {"id","title","field","aliases"}; a catalogue that is not given is taken from the shipped editions.
Wordings of situations that were written after the tuning half had been read are left out. Every question is asked as
it stands and in two noise forms, and questions about one catalogue's matters that another one does not have serve as
questions out of scope. Limits and figures come from five-fold cross-validation, the limits over all forms, the figures
over the questions as they stand; the stored weights come from all questions.
Prints the figures; with --write stores all in thresholds.toml.
"""

import argparse
import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.catalogue import load_edition
from knowledge.search import Entry, Index
from knowledge.search.judging import Signs, confidence_of, features, plainness
from tests.golden.noise import NOISES, noisy

ROOT = Path(__file__).parents[1]
STORED = ROOT / "knowledge" / "data" / "vocabulary" / "thresholds.toml"
EDITIONS = {"2020": "tien-giang-2020", "2026": "dong-thap-2026"}
# Matters of 2020 that no procedure of 2026 serves, by the beginnings of their ids.
ELSEWHERE = {"2026": ("LD", "TM", "R03", "R05", "R06", "R07")}
FOLDS = 5
ROUNDS = 400
RATE = 0.5
DECAY = 0.002
WRONG_WEIGHT = 0.6
PRECISION = 0.978  # a little more than is to be reached: questions not seen are a little harder
# The shape of the limits must serve stricter aims as well: with one aim alone a single question decides on it.
AIMS = (0.975, PRECISION, 0.986, 0.99)
FEWEST_DIRECT = 50
GAP_WEIGHTS = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0)
LEAST_GAPS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1)
UNKNOWN_LOSS = 0.03


@dataclass(frozen=True)
class Asked:
    """One question asked: what the search saw, whether its first answer was right, and whether any would be."""

    signs: Signs
    right: bool
    in_scope: bool
    plain: bool
    fold: int

    @property
    def weight(self) -> float:
        """How much the question counts in fitting."""
        share = 1.0 if self.plain else 0.35
        return share if self.right or not self.in_scope else share * WRONG_WEIGHT

    @property
    def gap(self) -> float:
        """How far the second answer is behind the first, as a share of the first."""
        return (self.signs.best - self.signs.second) / self.signs.best if self.signs.best else 0.0


def entries(key: str, files: dict[str, str], asked: Collection[str]) -> list[Entry]:
    """A catalogue from its file, or what the questions (``asked``: the ids they expect) know of the shipped edition."""
    if key in files:
        rows = [json.loads(line) for line in Path(files[key]).read_text(encoding="utf-8").splitlines()]
        return [Entry(r["id"], r["title"], r.get("field") or "", tuple(r.get("aliases") or ())) for r in rows]
    # The edition of 2026 also has matters (labour, environment) that were out of scope when the questions were written.
    procedures = [p for p in load_edition(EDITIONS[key]).procedures if p.id in asked]
    return [Entry(p.id, p.title, p.field, tuple(p.aliases)) for p in procedures]


def ask_all(files: dict[str, str]) -> list[Asked]:
    lines = (ROOT / "tests" / "golden" / "tune.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    expected = {one for row in rows for one in row["expect"]}
    keys = sorted({row["catalogue"] for row in rows})
    indexes = {key: Index(entries(key, files, expected), later=False) for key in keys}
    noises = sorted(NOISES)
    asked: list[Asked] = []
    for number, row in enumerate(rows):
        expect = set(row["expect"])
        fold = sum(map(ord, row["expect"][0] if expect else row["q"])) % FOLDS
        texts = [row["q"]]
        if row["kind"] != "english":
            texts += [noisy(row["q"], noises[(number + i * 5) % len(noises)], number) for i in (0, 1)]
        for plain, text in zip((True, False, False), texts, strict=False):
            asked.append(ask(indexes[row["catalogue"]], text, expect, plain, fold))
            for other, beginnings in ELSEWHERE.items():
                if other != row["catalogue"] and expect and all(e.startswith(beginnings) for e in expect):
                    asked.append(ask(indexes[other], text, set(), False, fold))
    return asked


def ask(index: Index, text: str, expect: set[str], plain: bool, fold: int) -> Asked:
    hits = index.search(text, 1).hits
    return Asked(index.signs(text), bool(hits) and hits[0].id in expect, bool(expect), plain, fold)


def fit(rows: Sequence[Asked]) -> dict[str, float]:
    """Logistic regression by gradient descent on standardised figures, with weight decay."""
    names = list(features(rows[0].signs))
    table = [list(features(row.signs).values()) for row in rows]
    size = len(table[0])
    means = [0.0] + [sum(x[j] for x in table) / len(table) for j in range(1, size)]
    spreads = [1.0] + [
        math.sqrt(sum((x[j] - means[j]) ** 2 for x in table) / len(table)) or 1.0 for j in range(1, size)
    ]
    scaled = [[(x[j] - means[j]) / spreads[j] for j in range(size)] for x in table]
    total = sum(row.weight for row in rows)
    weights = [0.0] * size
    for _ in range(ROUNDS):
        gradient = [0.0] * size
        for row, x in zip(rows, scaled, strict=True):
            wanted = 1.0 if row.right else 0.0
            error = (1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, x, strict=True)))) - wanted) * row.weight
            for j in range(size):
                gradient[j] += error * x[j]
        weights = [
            w - RATE * (g / total + (DECAY * w if j else 0.0))
            for j, (w, g) in enumerate(zip(weights, gradient, strict=True))
        ]
    raw = [w / s for w, s in zip(weights, spreads, strict=True)]
    raw[0] -= sum(raw[j] * means[j] for j in range(1, size))
    return dict(zip(names, raw, strict=True))


def held_out(rows: Sequence[Asked]) -> list[tuple[Asked, float]]:
    """Every question in every form with the confidence that a model gives which has not seen its fold."""
    judged: list[tuple[Asked, float]] = []
    for fold in range(FOLDS):
        weights = fit([row for row in rows if row.fold != fold])
        judged += [(row, confidence_of(weights, row.signs)) for row in rows if row.fold == fold]
    return judged


def thresholds(judged: Sequence[tuple[Asked, float]]) -> dict[str, float]:
    """The limit of the unknown by its loss; the limit of direct answers by their precision, as many as can be."""
    inside = [(row, c) for row, c in judged if row.in_scope]
    right = sorted(c for row, c in inside if row.right)
    unknown = right[int(UNKNOWN_LOSS * len(inside))]
    best = (0, 99.0, 0.0, 0.0)
    for least_gap in LEAST_GAPS:
        for gap_weight in GAP_WEIGHTS:
            ranked = sorted(
                (
                    (plainness(c, row.gap, gap_weight), row.right)
                    for row, c in inside
                    if c >= unknown and row.gap >= least_gap
                ),
                reverse=True,
            )
            counts = [most_direct([right for _, right in ranked], aim) for aim in AIMS]
            if counts[AIMS.index(PRECISION)]:
                best = max(best, (sum(counts), ranked[counts[AIMS.index(PRECISION)] - 1][0], gap_weight, least_gap))
    return {"answer": best[1], "gap_weight": best[2], "least_gap": best[3], "unknown": unknown}


def most_direct(right: Sequence[bool], precision: float) -> int:
    """How many of the plainest questions may be answered directly at a precision; 0 for too few to say."""
    hits = most = 0
    for count, good in enumerate(right, 1):
        hits += good
        if hits >= precision * count and count >= FEWEST_DIRECT:
            most = count
    return most


def is_direct(row: Asked, confidence: float, limits: dict[str, float]) -> bool:
    plain = plainness(confidence, row.gap, limits["gap_weight"])
    return confidence >= limits["unknown"] and row.gap >= limits["least_gap"] and plain >= limits["answer"]


def figures(judged: Sequence[tuple[Asked, float]], limits: dict[str, float]) -> dict[str, float]:
    inside = [(row, c) for row, c in judged if row.in_scope]
    outside = [c for row, c in judged if not row.in_scope]
    right = sorted(c for row, c in inside if row.right)
    given = [row for row, c in inside if is_direct(row, c, limits)]
    found = {
        "questions": len(inside),
        "out_of_scope": len(outside),
        "right_first": len(right) / len(inside),
        "direct_share": len(given) / len(inside),
        "direct_precision": sum(row.right for row in given) / max(1, len(given)),
        "out_of_scope_answered": sum(is_direct(row, c, limits) for row, c in judged if not row.in_scope) / len(outside),
        "out_of_scope_not_unknown": sum(c >= limits["unknown"] for c in outside) / len(outside),
    }
    for points in (5, 0.5):
        limit = right[int(points / 100 * len(inside))]
        found[f"false_at_{points}_points".replace(".", "_")] = sum(c >= limit for c in outside) / len(outside)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalogue", action="append", default=[], metavar="KEY=FILE")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = ask_all(dict(pair.split("=", 1) for pair in arguments.catalogue))
    judged = held_out(rows)
    limits = thresholds(judged)
    found = figures([(row, confidence) for row, confidence in judged if row.plain], limits)
    weights = fit(rows)
    lines = [
        "# Where an answer begins: the thresholds, and the weights of the figures in judging.py.",
        "# Written by bench/calibrate.py; the figures are those of five-fold cross-validation.",
        'source = "bench/calibrate.py on tests/golden/tune.jsonl"',
        *(f"{name} = {value:.4f}" for name, value in limits.items()),
        "",
        "[weights]",
        *(f"{name} = {value:.4f}" for name, value in weights.items()),
        "",
        "[figures]",
        *(f"{name} = {value:.4f}" for name, value in found.items()),
    ]
    print("\n".join(lines))
    if arguments.write:
        STORED.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
