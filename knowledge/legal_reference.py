"""Texts of law named in a text: "Nghị định 152/2020/NĐ-CP", "khoản 2 Điều 9", as they are written there."""

from __future__ import annotations

import re

FOUND_MOST = 3
_NUMBER = r"(?:số\s+)?\d{1,4}(?:/\d{4})?(?:/[A-ZĐ0-9][A-ZĐ0-9-]*)?"
_DOCUMENT = re.compile(
    rf"\b(?:Nghị định|Thông tư|Quyết định|Nghị quyết|Nghi dinh|Thong tu|Quyet dinh|Nghi quyet|Decree|Circular)"
    rf"\s+{_NUMBER}|\bLuật(?:\s+[A-ZĐÁÀẢÂĂÔƠÊƯ]\w*(?:\s\w+){{0,4}}?)?\s+(?:năm\s+)?\d{{4}}",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:(?:điểm|diem)\s+[a-zđ]\s+)?(?:(?:khoản|khoan)\s+\d{1,2},?\s+)?(?:điều|dieu|article)\s+\d{1,3}\b",
    re.IGNORECASE,
)


def legal_reference(text: str) -> str | None:
    """Give the documents and the articles that a text names, "; " between them; None when it names none."""
    documents = [" ".join(found[0].split()) for found in _DOCUMENT.finditer(text)]
    places = [" ".join(found[0].split()) for found in _PLACE.finditer(text)]
    named = list(dict.fromkeys([*documents[:FOUND_MOST], *places[:FOUND_MOST]]))
    return "; ".join(named) or None
