"""What a receipt code (mã hồ sơ) says: from a match of its grammar to its normal form, or to doubt.

A national code is ``agency-YYMMDD-sequence``: the day of receipt and the running number of that day, 4 digits
by Thông tư 01/2018/TT-VPCP, Điều 19; systems in use also give 5, so 3 to 6 are read. There is no check digit.
The agency part is written in one of two orders:

- old, ``000.00.15.H58`` (V1V2V3.Z1Z2.Y1Y2.MX1X2, the circular and QCVN 102:2016/BTTTT): province last;
- new, ``H58.15`` (Quyết định 20/2020/QĐ-TTg, amended by 09/2025/QĐ-TTg): province first, deeper levels after.

A legacy code of OpenCPS is ``CNTBD.181121.00336``: one word for the agency, then the same day and number. Its
separators are noise to us: it is always normalised with dots.

The letters O, I and L stand for 0, 1 and 1 in groups of digits; a group of an agency part made only of digits
and these letters is one. Digits are never changed, added or dropped, and the province's letter is never
replaced: ``H5B`` is not ``H58``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from knowledge import receipt_grammar as grammar
from knowledge.receipt_fold import fold

_CACHED_GROUPS = 1024  # the agencies and days of a large import repeat
_LETTERS_TO_DIGITS = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """One code in its normal form; `read` of `text` gives the same code again.

    `agency` keeps the order in which it was written, so one dossier may be known by two codes (index both).
    `province` is the group of the kind ``H58``, None for a legacy code. `received_on` is the day in the code
    with YY as 20YY, None when there is no such day. `sequence` keeps its zeros.
    """

    text: str
    kind: Literal["national", "legacy"]
    agency: str
    province: str | None
    received_on: date | None
    sequence: str


@lru_cache(maxsize=_CACHED_GROUPS)
def agency_key(agency: str) -> tuple[str, ...] | None:
    """The agency part as (province, second level, third, fourth), the same for both orders; None if it is none.

    ``000.00.15.H58``, ``H58.15`` and ``H58.15.00.000`` are all ("H58", "15"): the old order is turned round
    and levels of zeros at the end are dropped. Only the writing is compared: where the decision of 2020 gave
    an agency another number, its two codes stay two agencies. Levels are compared as written, "5" is not "05".
    """
    match = grammar.AGENCY.fullmatch(fold(agency).text.strip() + "-")
    groups = _groups(match["agency"], match["long"] is not None) if match else None
    if match is None or groups is None:
        return None
    levels = groups[::-1] if match["long"] else groups
    while len(levels) > 1 and not levels[-1].strip("0"):
        levels = levels[:-1]
    return levels


def national_code(match: grammar.Match) -> ReceiptCode | None:
    """The national code that a match spells, or None when a group of its agency can be read in two ways."""
    groups = _groups(match["agency"], match["long"] is not None)
    if groups is None:
        return None
    agency, province = ".".join(groups), groups[-1] if match["long"] else groups[0]
    digits, sequence = _digits(match["date"]), _digits(match["seq"])
    name = f"{agency}-{digits}-{sequence}"
    return ReceiptCode(name, "national", agency, province, day_of(digits), sequence)


def legacy_code(match: grammar.Match) -> ReceiptCode | None:
    """The legacy code that a match spells, or None when its first word is no agency."""
    office = match["office"]
    if office in grammar.NOT_AN_OFFICE or grammar.NEARLY_PROVINCE.fullmatch(office):
        return None
    digits, sequence = _digits(match["office_date"]), _digits(match["office_seq"])
    name = f"{office}.{digits}.{sequence}"
    return ReceiptCode(name, "legacy", office, None, day_of(digits), sequence)


@lru_cache(maxsize=_CACHED_GROUPS)
def _groups(agency: str, province_last: bool) -> tuple[str, ...] | None:
    """The agency's groups in the order written, letters for digits undone; None when one is ambiguous.

    Ambiguous: a group that mixes digits, O, I or L and other letters (``A0O``); a first group that looks as
    much like a province as the last one (``A12.00.15.H58``).
    """
    groups = grammar.GROUP.findall(agency)
    at = len(groups) - 1 if province_last else 0
    if province_last and grammar.PROVINCE.fullmatch(groups[0]):
        first_is_letter, last_is_letter = groups[0][0] not in "OIL", groups[at][0] not in "OIL"
        if first_is_letter or not last_is_letter:
            return None
    for place, group in enumerate(groups):
        if place == at:
            groups[place] = group[0] + _digits(group[1:])
        elif grammar.DIGITS.fullmatch(group):
            groups[place] = _digits(group)
        elif any(map(str.isdigit, group)) and any(letter in "OIL" for letter in group):
            return None
    return tuple(groups)


def _digits(group: str) -> str:
    return group if group.isdigit() else group.translate(_LETTERS_TO_DIGITS)


@lru_cache(maxsize=_CACHED_GROUPS)
def day_of(digits: str) -> date | None:
    """YYMMDD as a day of this century, None when there is no such day; letters may stand for digits."""
    year, month, day = (int(_digits(digits)[at : at + 2]) for at in (0, 2, 4))
    try:
        return date(2000 + year, month, day)
    except ValueError:
        return None
