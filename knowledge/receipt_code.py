"""Receipt codes of dossiers (mã hồ sơ): finds every code in a text, forgives its writing, never guesses.

`receipt_fold` reduces the writing to a small alphabet, `receipt_grammar` holds the patterns over it,
`receipt_spelling` says what a matched code means; here codes and attempts are found and judged in their context.

What is forgiven: letter case, width and font of characters, any dash, comma, underscore or middle dot for a
dot, characters without width, blanks around or in place of separators, a label in front, the secret of a QR
payload behind, and the letters O, I, L for 0, 1, 1 in groups of digits. Where two readings are possible the
answer is `Problem.FORMAT`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from knowledge import receipt_grammar as grammar
from knowledge.receipt_fold import OTHER_SIGN, Folded, fold
from knowledge.receipt_spelling import ReceiptCode, agency_key, day_of, legacy_code, national_code

__all__ = ["Problem", "Reading", "ReceiptCode", "agency_key", "read", "read_or_format"]

USUAL_SEQUENCE_DIGITS = 4  # Thông tư 01/2018/TT-VPCP, Điều 19
LONGEST_CONTINUATION = 8  # a longer run of digits behind a code is a telephone or tax number, not its tail


class Problem(StrEnum):
    """Why a code cannot be looked up here; checked in this order."""

    FORMAT = "format"
    DATE = "date"
    FUTURE = "future"
    OTHER_AGENCY = "other_agency"


@dataclass(frozen=True, slots=True)
class Reading:
    """One code, or one attempt at a code, found at ``text[start:end]`` of the text as given."""

    code: ReceiptCode | None
    problem: Problem | None
    start: int
    end: int


class _Found(NamedTuple):
    """A code or (code None) an attempt at one, in positions of the folded text."""

    code: ReceiptCode | None
    start: int
    end: int


def read(text: str, *, today: date, province_code: str | None = None, agency_code: str | None = None) -> list[Reading]:
    """Every distinct code in a text, in order of appearance; [] when nothing in it resembles a code.

    `province_code` (``H58``) and `agency_code` (either order) say which codes are ours; None or "" means not
    checked. A code of another agency, of a day after `today` or of no possible day is kept with its problem;
    what only resembles a code has no code and `Problem.FORMAT`. The secret of a QR payload
    (``...-secretKey=4179``) is outside the span. Readings never overlap.

    Raises ValueError when `province_code` or `agency_code` is itself not such a code.
    """
    ours = _Ours.parse(province_code, agency_code)
    folded = fold(text)
    return [_judged(found, folded, today, ours) for found in _distinct(folded, _find(folded))]


def read_or_format(
    text: str, *, today: date, province_code: str | None = None, agency_code: str | None = None
) -> list[Reading]:
    """Like `read`, for a text that is meant to be a code: never [].

    A code that running text could contain by chance (a legacy code with spaces for separators, a spaced short
    code with an impossible day) is read here; if nothing is found the whole text is one attempt.
    """
    readings = read(text, today=today, province_code=province_code, agency_code=agency_code)
    if readings:
        return readings
    folded = fold(text)
    if match := grammar.WHOLE.fullmatch(grammar.without_other_numbers(folded.text)):
        start, end = match.span("national" if match["national"] else "legacy")
        code = national_code(match) if match["national"] else legacy_code(match)
        if code is not None:
            ours = _Ours.parse(province_code, agency_code)
            return [_judged(_Found(code, start, end), folded, today, ours)]
    return [Reading(None, Problem.FORMAT, 0, len(text))]


@dataclass(frozen=True, slots=True)
class _Ours:
    """Which codes belong to us; None is not checked."""

    province: str | None
    agency: tuple[str, ...] | None

    @classmethod
    def parse(cls, province_code: str | None, agency_code: str | None) -> _Ours:
        province = agency_key(province_code) if province_code else None
        if province_code and (province is None or len(province) != 1):
            raise ValueError(f"not a province's code: {province_code!r}")
        agency = agency_key(agency_code) if agency_code else None
        if agency_code and agency is None:
            raise ValueError(f"not an agency's code: {agency_code!r}")
        return cls(province[0] if province else None, agency)

    def include(self, code: ReceiptCode) -> bool:
        """Whether the code is ours; a legacy code names no province and is never another agency's."""
        if code.kind == "legacy":
            return True
        if self.province is not None and code.province != self.province:
            return False
        return self.agency is None or agency_key(code.agency) == self.agency


def _judged(found: _Found, folded: Folded, today: date, ours: _Ours) -> Reading:
    code, problem = found.code, None
    if code is None:
        problem = Problem.FORMAT
    elif code.received_on is None:
        problem = Problem.DATE
    elif code.received_on > today:
        problem = Problem.FUTURE
    elif not ours.include(code):
        problem = Problem.OTHER_AGENCY
    start, end = folded.span(found.start, found.end)
    return Reading(code, problem, start, end)


def _distinct(folded: Folded, found: list[_Found]) -> Iterator[_Found]:
    seen: set[str] = set()
    for one in found:
        # An attempt has no normal form; what was written stands for it. The mark keeps the two apart.
        key = one.code.text if one.code else "?" + folded.text[one.start : one.end]
        if key not in seen:
            seen.add(key)
            yield one


def _find(folded: Folded) -> list[_Found]:
    """Codes first; attempts are then sought in what is left, so that no two finds overlap."""
    text = folded.text
    if not grammar.WORTH_READING.search(text):
        return []
    text = grammar.without_other_numbers(text)
    found: list[_Found] = []
    left: list[str] = []  # the text with its codes blanked
    kept, position = 0, 0
    while match := grammar.CODE.search(text, position):
        one = _national(text, match, kept) if match["national"] else _legacy(text, match, kept)
        if one is None:
            position = match.start() + 1
            continue
        found.append(one)
        left += text[kept : one.start], OTHER_SIGN * (one.end - one.start)
        kept = position = one.end
    rest = "".join(left) + text[kept:]
    for match in grammar.ATTEMPT.finditer(rest):
        digits = match["day_short"] or match["day_long"] or match["day_spaced"]
        if digits is None or day_of(digits) is not None:
            found.append(_Found(None, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def _national(text: str, match: grammar.Match, previous_end: int) -> _Found | None:
    """A national code as its neighbours allow: itself, an attempt (a group too many), or None (chance)."""
    if (not match["long"] and _by_chance(match)) or _begins_a_code(text, match.start("seq")):
        return None
    start, end = match.span()
    before = _group_before(text, match)
    if before is not None and before >= previous_end:
        return _Found(None, before, end)
    if after := _group_after(text, end):
        return _Found(None, start, after.end("group"))
    if len(match["seq"]) != USUAL_SEQUENCE_DIGITS and _only_blanks_before_sequence(text, match):
        return _Found(None, start, end)
    if len(match["seq"]) < USUAL_SEQUENCE_DIGITS and (split := grammar.DIGITS_AFTER.match(text, end)):
        return _Found(None, start, split.end())
    return _Found(national_code(match), start, end)


def _only_blanks_before_sequence(text: str, match: grammar.Match) -> bool:
    """A dash before the day but none behind it: the number may be a word of the sentence (``-200617 100 m2``)."""
    before_day = text[match.end("agency") : match.start("date")]
    behind_day = text[match.end("date") : match.start("seq")]
    return behind_day.isspace() and not before_day.isspace()


def _by_chance(match: grammar.Match) -> bool:
    """Whether a short code is likelier words and sums: ``A12 150000 2000`` may be a flat and its price."""
    return " " in match[0] and "." not in match[0] and day_of(match["date"]) is None


def _group_before(text: str, match: grammar.Match) -> int | None:
    """Where a group begins that hangs on a code's head, so that the code is a part of something else.

    Tightly separated groups do when they have a digit (a word may be a label). With blanks between, a group of
    digits does when the code has no second level of its own (``00 15 H58-...``) or is written with blanks too.
    """
    start = match.start()
    tight = _tight_group_before(text, start)
    if tight is not None and _has_digit(text[tight:start]):
        return tight
    if match["bare"] or (match["short"] and grammar.SPACED.match(match["short"])):
        loose = grammar.LOOSE_GROUP_BEFORE.search(text, max(0, start - grammar.LOOK_BACK), start)
        return loose.start() if loose else None
    return None


def _tight_group_before(text: str, start: int) -> int | None:
    backwards = text[max(0, start - grammar.LOOK_BACK) : start][::-1]
    before = grammar.GROUP_BEFORE_REVERSED.match(backwards)
    return start - before.end() if before else None


def _group_after(text: str, end: int) -> grammar.Match | None:
    """The group with a digit that hangs on a code's tail, unless another code begins there."""
    after = grammar.GROUP_AFTER.match(text, end)
    if after is None or not _has_digit(after["group"]) or len(after["group"]) > LONGEST_CONTINUATION:
        return None
    return None if _begins_a_code(text, after.start("group")) else after


def _begins_a_code(text: str, start: int) -> bool:
    return grammar.CODE.match(text, start) is not None


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _legacy(text: str, match: grammar.Match, previous_end: int) -> _Found | None:
    """A legacy code, or None when its surroundings make it a part of a number, an address or a file's name."""
    start, end = match.span()
    before = _tight_group_before(text, start)
    if text[start - 1 : start] in ("/", "@") or (before is not None and before >= previous_end):
        return None
    if text[end : end + 1] in ("/", "@") or _group_after(text, end):
        return None
    # With dashes and no possible day it is the number of a contract or a telephone.
    if "-" in match[0] and day_of(match["office_date"]) is None:
        return None
    code = legacy_code(match)
    return _Found(code, start, end) if code else None
