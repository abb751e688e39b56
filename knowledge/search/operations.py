"""Operations: what is to be done to a paper, recognised apart from the paper itself."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from knowledge.search.phrases import Phrases
from knowledge.search.space import sound_key
from knowledge.search.vocabulary import table
from knowledge.vietnamese import fold, syllables

# What a question asks for: each set of operations that one of its wordings may mean, with how plainly (0 to 1).
Asked = dict[frozenset[str], float]

# Who only names a paper and not what is to be done most often wants to have it.
_UNSAID: Final[Asked] = {frozenset({"new"}): 0.3}
# The same, less plainly, in a longer question.
_NAMED: Final[Asked] = {frozenset({"new"}): 0.06}
_PAPER: Final = "giay"
_PAPERS: Final = frozenset({"phep", "chung", "xac"})
_SHORT: Final = 9
_ASKS: Final = "xin"
_MORE_THAN_ASKED: Final = 0.4
_PLAIN_ENOUGH: Final = 0.3
NEAR: Final = 0.5
# A title names its operation early; what comes later names the object.
_TITLE_REACH: Final = 12


_NOTHING: Final = "-"
_TOLD: Final = "~"
# How plainly an operation is asked for: by its name, by how people tell it, by a short form or translation of it.
_ONLY_TOLD: Final = 0.8
_DOUBTFUL: Final = 0.5
_SAID: Final = 0.9
_MISSPELT: Final = 0.7
_WEAK_BESIDE_OTHERS: Final = 0.3


@cache
def _names() -> Phrases:
    phrases = Phrases()
    phrases.add(_NOTHING, table("operations")["not_operations"])
    for row in table("operations")["operation"]:
        phrases.add(row["key"], (*row["names"], *row.get("only_titles", ())))
    return phrases


@cache
def _telling() -> Phrases:
    phrases = Phrases()
    phrases.add(_NOTHING, table("operations")["not_operations"])
    for row in table("operations")["operation"]:
        phrases.add(row["key"], row["names"])
        phrases.add(row["key"] + _TOLD, row["telling"])
    return phrases


@cache
def _sounding() -> Phrases:
    """The names of two syllables and more by how they sound, for those who misspell them."""
    phrases = Phrases()
    for row in table("operations")["operation"]:
        for name in row["names"]:
            words = [sound_key(fold(word)).lower() for word in syllables(name)]
            if len(words) > 1:
                phrases.add(row["key"], (" ".join(words),))
    return phrases


@cache
def listed_words() -> frozenset[str]:
    """Every folded word by which operations are named or told."""
    rows = table("operations")["operation"]
    return frozenset(fold(w) for row in rows for way in (*row["names"], *row["telling"]) for w in syllables(way))


@cache
def _weak() -> frozenset[str]:
    return frozenset(table("operations")["weak"])


@cache
def _near() -> dict[str, frozenset[str]]:
    return {row["key"]: frozenset(row["near"]) for row in table("operations")["operation"]}


def of_title(folded: Sequence[str], typed: Sequence[str] = ()) -> frozenset[str]:
    """Return the operations that the beginning of a title names: its folded syllables, and the same as written.

    Operations that also stand inside the names of papers count only where no other one comes before them.
    """
    found: list[str] = []
    for seen in _names().find(folded[:_TITLE_REACH], typed[:_TITLE_REACH]):
        if seen.key != _NOTHING and not (found and seen.key in _weak()):
            found.append(seen.key)
    return frozenset(found)


def of_question(
    words: Sequence[str], typed: Sequence[str] = (), sayings: Iterable[tuple[tuple[str, ...], float]] = ()
) -> Asked:
    """Return the operations that a question tells: for each wording the operations it may mean, with how plainly.

    words: the question, folded. typed: the same with its marks. sayings: other readings of parts of it, as written,
    each with how likely it is (0 to 1).
    """
    marked = 3 * sum(not word.isascii() for word in typed) > len(typed)
    told = _told(words, typed, 0.0 if marked else _DOUBTFUL)
    for seen in _names().longest(words, 0, typed) if words else ():
        # Who begins like a title means its operation.
        if seen.key != _NOTHING and not any(seen.key in keys for keys in told):
            told[frozenset({seen.key})] = 1.0
    text = " ".join(words)
    for saying, likely in sayings:
        if len(saying) > 1 and fold(" ".join(saying)) in text:
            continue  # the question says it itself
        for keys, sure in _told_by(saying).items():
            if not any(keys & others for others in told):
                told[keys] = sure * _SAID * likely
    if any(not keys <= _weak() and sure > _DOUBTFUL for keys, sure in told.items()):
        return {keys: sure * (_WEAK_BESIDE_OTHERS if keys <= _weak() else 1.0) for keys, sure in told.items()}
    if told:
        return told
    if len(words) <= _SHORT or _ASKS in words:
        return dict(_UNSAID)
    return dict(_NAMED) if _names_paper(words, sayings) else {}


def _names_paper(words: Sequence[str], sayings: Iterable[tuple[tuple[str, ...], float]]) -> bool:
    """Whether a question names an official paper by what it is called."""
    rows = (words, *([fold(word) for word in saying] for saying, _ in sayings))
    return any(a == _PAPER and b in _PAPERS for row in rows for a, b in pairwise(row))


@lru_cache(maxsize=2048)
def _told_by(saying: tuple[str, ...]) -> Asked:
    """What a listed reading tells, which is the same in every question."""
    return _told([fold(word) for word in saying], saying, 0.0)


def _told(words: Sequence[str], typed: Sequence[str], doubtful: float) -> Asked:
    wordings: dict[int, tuple[frozenset[str], float]] = {}
    taken: set[int] = set()
    for seen in _telling().find(words, typed):
        taken.update(range(seen.start, seen.end))
        name, told = seen.key.removesuffix(_TOLD), seen.key.endswith(_TOLD)
        sure = (_ONLY_TOLD if told else 1.0) * (1.0 if seen.sure else doubtful)
        keys, before = wordings.get(seen.start, (frozenset(), 0.0))
        if name != _NOTHING and sure:
            wordings[seen.start] = (keys | {name}, max(before, sure))
    for seen in _sounding().find([sound_key(word).lower() for word in words]):
        if taken.isdisjoint(range(seen.start, seen.end)):
            wordings[seen.start] = (frozenset({seen.key}), _MISSPELT)
    asked: Asked = {}
    for keys, sure in wordings.values():
        asked[keys] = max(asked.get(keys, 0.0), sure)
    return asked


def agreement(asked: Asked, offered: frozenset[str], titled: frozenset[str]) -> float:
    """Return how well operations fit, from -1 (others are asked) over 0 (nothing known) to 1 (all that are asked).

    asked: what the question tells. offered: what any name of the procedure says. titled: what its title says; a title
    that does more than is asked for ("cấp giấy phép di dời" for "cấp giấy phép") fits less.
    """
    if not asked or not offered:
        return 0.0
    met = total = plainest = 0.0
    for keys, sure in asked.items():
        total += sure
        plainest = max(plainest, sure)
        if keys & offered:
            met += sure
        elif any(_near()[key] & offered for key in keys):
            met += NEAR * sure
    fit = (2 * met / total - 1) * plainest
    more = titled - _weak() and all(keys <= _weak() for keys in asked)
    return max(-1.0, fit - _MORE_THAN_ASKED * min(1.0, plainest / _PLAIN_ENOUGH)) if more else fit
