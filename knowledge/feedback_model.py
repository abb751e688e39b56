"""A learned judgement of what kind of feedback a text is: weights of its words, learned from texts of our own.

The weights stand in `data/feedback_model.csv`, one feature a line; `bench/feedback_kinds.py` learned them from
`bench/data/feedback_kinds.jsonl`. Two ways of looking share the judgement half and half: one weighs the six kinds
against each other, one asks five questions by themselves (about rules? about conduct? a complaint? a denunciation?
none?), so that "both" is learned from texts about either. A judgement is a sum of weights and can be explained.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from math import exp, sqrt
from typing import NamedTuple

from knowledge.feedback_words import Read
from knowledge.vietnamese import fold

KINDS = ("regulation", "conduct", "both", "other", "complaint", "denunciation")
HEADS = ("rules", "conduct", "other", "complaint", "denunciation")  # the five questions
BIAS = "bias"
SCALE = 100.0  # weights are kept as hundredths
_WORDS, _GROUPS = 5.0, 0.5  # how much words may say in all, and each group of phrases
_SHORT, _TINY = 40, 20  # characters
_RULE_FAULTS = ("rule_fault", "unfit", "inconsistent", "illegal", "unclear", "rule_wish")
_BAD_CONDUCT = ("manner", "sent_back", "waits", "conduct")


class Weighed(NamedTuple):
    """How likely each kind is, and which features said most for the likeliest one, the strongest first."""

    kinds: Mapping[str, float]
    because: Sequence[str]


def features(text: str, read: Read) -> dict[str, float]:
    """Give what the judgement is made of: words, pairs of neighbours, groups of phrases; marks and figures aside."""
    words: dict[str, float] = {}
    for part in read.parts:
        folded = ["0" if word.isdigit() else fold(word) for word in part]
        padded = ["^", *folded, "$"]
        words.update((f"w:{word}", 1.0) for word in folded)
        words.update((f"w:{one} {next_one}", 1.0) for one, next_one in pairwise(padded))
    found = dict.fromkeys(words, _WORDS / sqrt(len(words) or 1))
    said = [*(f"g:{name}" for name in read.groups()), *_signs(text, read)]
    return found | dict.fromkeys(said, _GROUPS)


def _signs(text: str, read: Read) -> Iterable[str]:
    """Give what is seen only of a whole text, or of what stands together in a part of a sentence."""
    about_rule = read.together("rule_word", _RULE_FAULTS)
    about_desk = read.together("desk", _BAD_CONDUCT) or read.together("person", _BAD_CONDUCT)
    desk_apart = read.apart("desk", "rule_word")
    signs = {
        "moves money": read.moves_money(),
        "question": read.is_question(),
        "short": len(text) < _SHORT,
        "tiny": len(text) < _TINY,
        "a rule and its fault": about_rule,
        "a desk and its fault": about_desk,
        "a desk apart from rules": desk_apart,
        "a rule and a desk with faults": about_rule and about_desk,
        "a rule with a fault and a desk apart": about_rule and desk_apart,
        "power and something of worth": read.together("power", ("worth_hint", "hinting", "kin", "money")),
        "quick for something of worth": read.has("quick") and read.has("hinting", "worth_hint", "money"),
        "kin of somebody in office": read.has("kin") and read.has("power", "desk"),
    }
    return (f"s:{name}" for name, is_so in signs.items() if is_so)


@cache
def weights() -> Mapping[str, Sequence[int]]:
    """Read the weights, once: hundredths, packed, for as numbers of Python they would take 8 MiB more."""
    held = resources.files("knowledge").joinpath("data/feedback_model.csv").read_text(encoding="utf-8")
    rows = csv.reader(line for line in held.splitlines() if not line.startswith("#"))
    return {name: array("h", map(int, weights)) for name, *weights in rows}


def judge(text: str, read: Read, explained: int = 0) -> Weighed:
    """Tell how likely each kind is, with so many features that speak for the likeliest."""
    known, found = weights(), features(text, read)
    sums = [weight / SCALE for weight in known[BIAS]]
    for name, strength in found.items():
        for place, weight in enumerate(known.get(name, ())):
            sums[place] += weight / SCALE * strength
    likely = likelihoods(sums)
    place = max(range(len(KINDS)), key=likely.__getitem__)
    held = [name for name in found if name in known] if explained else []
    because = sorted(held, key=lambda name: -known[name][place] * found[name])[:explained]
    return Weighed(dict(zip(KINDS, likely, strict=True)), because)


def likelihoods(sums: Sequence[float]) -> list[float]:
    """Make likelihoods of the kinds of the sums: the six of the kinds, then the five of the questions."""
    against, alone = sums[: len(KINDS)], sums[len(KINDS) :]
    top = max(against)
    first = _shares([exp(one - top) for one in against])
    rules, conduct, other, complaint, denounced = (1 / (1 + exp(-max(min(one, 50.0), -50.0))) for one in alone)
    none = (1 - other) * (1 - complaint) * (1 - denounced)
    neither = (1 - rules) * (1 - conduct)
    second = _shares(
        [
            rules * (1 - conduct) * none,
            conduct * (1 - rules) * none,
            rules * conduct * none,
            other * neither * (1 - complaint) * (1 - denounced),
            complaint * neither * (1 - other) * (1 - denounced),
            denounced * neither * (1 - other) * (1 - complaint),
        ]
    )
    return [(one + two) / 2 for one, two in zip(first, second, strict=True)]


def _shares(parts: Sequence[float]) -> list[float]:
    whole = sum(parts) or 1.0
    return [part / whole for part in parts]
