"""What a long question is about: people tell a story first, and only one or two of its clauses name the matter."""

import re
from collections.abc import Callable, Sequence
from typing import Final

# Up to so many words a question is taken whole: a told situation needs all of them.
SHORT_ENOUGH: Final = 36
# A clause that names official things much less than the best one is the story around the question.
WEAK: Final = 0.65
# People tell first and ask last: the last clause counts so much more than the first.
LATER: Final = 0.5
# Below this not even the best clause names anything official, and the story itself is the question.
NAMES_SOMETHING: Final = 1.2
STORY: Final = 0.15
LONGEST_CLAUSE: Final = 24

_BREAK: Final = re.compile(r"[,;:?!…\n\r]|\.(?=\s|$)|\s[-–—]\s")


def clauses(text: str) -> list[str]:
    """Cut a text where its punctuation does; nothing is lost but the signs."""
    return [part for part in _BREAK.split(text) if part and not part.isspace()]


def pieces(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Return where clauses of so many words begin and end, very long ones halved until they are short enough."""
    found: list[tuple[int, int]] = []
    start = 0
    for size in sizes:
        parts = -(-size // LONGEST_CLAUSE) or 1
        for part in range(parts):
            begin, end = start + size * part // parts, start + size * (part + 1) // parts
            if end > begin:
                found.append((begin, end))
        start += size
    return found


def shares(ranges: Sequence[tuple[int, int]], strength: Callable[[int, int], float], most: int) -> list[float]:
    """Return how much every word of a question counts, 1 or less; 0 for those that are left out.

    ranges: begin and end of every clause. strength: how much the words from one place up to another name official
    things. most: how many words may be kept.
    """
    total = ranges[-1][1] if ranges else 0
    if total <= SHORT_ENOUGH:
        return [1.0] * total
    marks = [strength(begin, end) * (1 + LATER * begin / total) for begin, end in ranges]
    best = max(marks)
    found = [0.0] * total
    left = most
    # The clauses that name most come first, of the others later ones before earlier ones.
    for number in sorted(range(len(ranges)), key=lambda n: (-marks[n], -n)):
        begin, end = ranges[number]
        factor = STORY if best >= NAMES_SOMETHING and marks[number] < WEAK * best else 1.0
        end = min(end, begin + left)
        found[begin:end] = [factor] * (end - begin)
        left -= end - begin
    return found
