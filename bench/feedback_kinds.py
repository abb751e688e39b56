"""Learn the weights by which the kind of a feedback is told, and measure them on authors who were left out.

`python -m bench.feedback_kinds` measures: each author's texts are judged by weights learned from all others'.
`python -m bench.feedback_kinds --write` learns from all of them and writes `knowledge/data/feedback_model.csv`.
It needs the extra `bench`. The same texts give the same weights.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from knowledge import feedback_kind, feedback_model
from knowledge.feedback_words import Read

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / "bench" / "data" / "feedback_kinds.jsonl"
QUESTIONS = ROOT / "tests" / "golden" / "tune.jsonl"
EVERY = 2  # of the questions about procedures, which are none of feedback's kinds, so many are left to measure with
GOLDEN = ROOT / "tests" / "golden" / "feedback_tune.jsonl"
MODEL = ROOT / "knowledge" / "data" / "feedback_model.csv"
C = 2.0  # the inverse of how strongly weights are held back
SEEN_LEAST = 2  # a word that only one text holds says nothing
STEPS_MOST = 1000
HEADS: Mapping[str, tuple[str, ...]] = {
    "rules": ("regulation", "both"),
    "conduct": ("conduct", "both"),
    "other": ("other",),
    "complaint": ("complaint",),
    "denunciation": ("denunciation",),
}
PROVENANCE = """\
# Weights in hundredths of {kinds}, then of the questions {heads}.
# Learned by bench/feedback_kinds.py from {count} texts of our own: bench/data, and the tuning halves of tests/golden.
"""
Text = dict[str, Any]
Weights = dict[str, list[int]]


def texts() -> list[Text]:
    """Read the texts, each with its author."""
    own = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    golden = [json.loads(line) | {"author": "golden"} for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    asked = [json.loads(line)["q"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()[::EVERY]]
    plain = [{"text": one, "kind": "other", "clause": None, "author": "questions"} for one in asked]
    return [*own, *golden, *plain]


def learn(given: Sequence[Text]) -> Weights:
    """Learn the weights: one multinomial regression over the kinds, one of two classes for each question."""
    sklearn: Any = import_module("sklearn.linear_model")
    vectors: Any = import_module("sklearn.feature_extraction").DictVectorizer()
    found = [feedback_model.features(one["text"], Read(one["text"])) for one in given]
    seen = Counter(name for one in found for name in one)
    rows = vectors.fit_transform([{k: v for k, v in one.items() if seen[k] >= SEEN_LEAST} for one in found])
    kinds = [one["kind"] for one in given]
    against = sklearn.LogisticRegression(C=C, max_iter=STEPS_MOST).fit(rows, kinds)
    order = [list(against.classes_).index(kind) for kind in feedback_model.KINDS]
    columns = [(against.coef_[place], against.intercept_[place]) for place in order]
    for name in feedback_model.HEADS:
        alone = sklearn.LogisticRegression(C=C, max_iter=STEPS_MOST).fit(rows, [kind in HEADS[name] for kind in kinds])
        columns.append((alone.coef_[0], alone.intercept_[0]))
    weights = {feedback_model.BIAS: [_whole(bias) for _, bias in columns]}
    for place, name in enumerate(vectors.feature_names_):
        weights[name] = [_whole(column[place]) for column, _ in columns]
    return {name: row for name, row in weights.items() if any(row)}


def _whole(weight: float) -> int:
    return round(float(weight) * feedback_model.SCALE)


def write(weights: Weights, count: int) -> None:
    """Write the weights where the product reads them."""
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerows([name, *weights[name]] for name in (feedback_model.BIAS, *sorted(set(weights) - {"bias"})))
    head = PROVENANCE.format(kinds=", ".join(feedback_model.KINDS), heads=", ".join(feedback_model.HEADS), count=count)
    MODEL.write_text(head + buffer.getvalue(), encoding="utf-8")


def use(weights: Weights) -> None:
    """Let the product judge by these weights."""
    feedback_model.weights = lambda: weights  # type: ignore[assignment]


def measure(given: Sequence[Text], errors: str = "") -> None:
    """Print, for each author left out, the share of right kinds and of denunciations that were seen."""
    shares = []
    for author in sorted({one["author"] for one in given}):
        held = [one for one in given if one["author"] == author]
        use(learn([one for one in given if one["author"] != author]))
        told = [str(feedback_kind.classify(one["text"]).kind) for one in held]
        right = sum(kind == one["kind"] for kind, one in zip(told, held, strict=True)) / len(held)
        if author == "questions":
            print(
                f"{author}: {len(held)} texts, right {right:.3f}, taken for denunciations {told.count('denunciation')}"
            )
            continue
        denounced = [kind for kind, one in zip(told, held, strict=True) if one["kind"] == "denunciation"]
        recall = denounced.count("denunciation") / len(denounced)
        shares.append((right, recall))
        print(f"{author}: {len(held)} texts, right {right:.3f}, denunciations seen {recall:.3f}", flush=True)
        if author == errors:
            for kind, one in zip(told, held, strict=True):
                if kind != one["kind"]:
                    print(f"  {one['kind']} -> {kind}: {one['text']}")
    print("mean: right {:.3f}, denunciations seen {:.3f}".format(*(sum(s) / len(s) for s in zip(*shares, strict=True))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="learn from all texts and write the weights")
    parser.add_argument("--errors", default="", help="print what is told wrong of this author")
    given = parser.parse_args()
    known = texts()
    if given.write:
        write(learn(known), len(known))
        return
    measure(known, given.errors)


if __name__ == "__main__":
    main()
