"""Taking words apart that were typed without the space between them."""

from collections.abc import Callable
from typing import Final

from knowledge.search.space import Space
from knowledge.search.thesaurus import short_forms
from knowledge.vietnamese import canonical, decode, fold, is_folded_syllable

SHORTEST: Final = 5
LONGEST: Final = 120
_LONGEST_PIECE: Final = 8

# What a piece costs: the cheapest way through the letters wins, so long known pieces beat many short ones.
_KNOWN: Final = 1.0
_RAW: Final = 1.15
_SLIP: Final = 2.3
_SYLLABLE: Final = 2.6
_LETTER: Final = 5.0
_SHORT_FORM: Final = 0.3
_KNOWN_PAIR: Final = -0.6
_STUB: Final = 1.0


def split(word: str, space: Space, pair_rarity: Callable[[int], float]) -> tuple[str, ...]:
    """Return the pieces of a run-together word, () when it does not come apart into likely pieces.

    word: a canonical word. pair_rarity: above 0 for folded neighbours that some title holds.
    """
    if not SHORTEST <= len(word) <= LONGEST or not word[0].isalpha():
        return ()
    # best[end][start]: cheapest cost of reading the letters up to `end` with the last piece from `start`.
    best: list[dict[int, tuple[float, int]]] = [{} for _ in range(len(word) + 1)]
    best[0][-1] = (0.0, -1)
    pieces: dict[tuple[int, int], tuple[str, float, int | None]] = {}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            piece = _piece(word[start:end], space)
            pieces[start, end] = piece
            for earlier, (cost, _) in best[start].items():
                total = cost + piece[1] + _pair(pieces.get((earlier, start)), piece, pair_rarity)
                if start not in best[end] or total < best[end][start][0]:
                    best[end][start] = (total, earlier)
    return _walk(word, best, pieces)


def _pair(
    before: tuple[str, float, int | None] | None,
    piece: tuple[str, float, int | None],
    pair_rarity: Callable[[int], float],
) -> float:
    if before is None or before[2] is None or piece[2] is None:
        return 0.0
    return _KNOWN_PAIR if pair_rarity(before[2] << 20 | piece[2]) else 0.0


def _piece(text: str, space: Space) -> tuple[str, float, int | None]:
    found = space.pieces.get(text)
    if found is None:
        found = _look(text, space)
        if len(space.pieces) > 50_000:
            space.pieces.clear()
        space.pieces[text] = found
    return found


def _look(text: str, space: Space) -> tuple[str, float, int | None]:
    plain = fold(text)
    number = space.plain_id(plain)
    if len(plain) == 1:
        return text, _LETTER, number
    stub = _STUB if len(plain) == 2 else 0.0
    if number is not None and (is_folded_syllable(plain) or len(plain) > 3):
        return canonical(text), _KNOWN + stub, number
    if len(plain) > 2 and (text in short_forms() or plain in short_forms()):
        return text, _KNOWN + _SHORT_FORM, number
    raw = decode(text)
    if raw is not None and (number := space.plain_id(fold(raw))) is not None:
        return raw, _RAW + stub, number
    if is_folded_syllable(plain):
        return canonical(text), _SYLLABLE + stub, None
    if len(plain) >= 4 and (alike := space.sounds_like(plain)) is not None:
        return space.plain[alike], _SLIP, alike
    return text, _LETTER * len(plain), None


def _walk(
    word: str,
    best: list[dict[int, tuple[float, int]]],
    pieces: dict[tuple[int, int], tuple[str, float, int | None]],
) -> tuple[str, ...]:
    end = len(word)
    start, (cost, earlier) = min(best[end].items(), key=lambda item: (item[1][0], item[0]))
    row: list[str] = []
    while end > 0:
        row.append(pieces[start, end][0])
        end, start = start, earlier
        earlier = best[end][start][1] if end > 0 else -1
    # Where most of it is guesswork the word is rather a foreign one or a name.
    return tuple(reversed(row)) if len(row) > 1 and cost <= 1.9 * len(row) + 0.3 else ()
