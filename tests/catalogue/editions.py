"""Editions as hypothesis makes them: sound by our rules, otherwise anything that a record can hold."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from hypothesis import strategies as st

from knowledge.catalogue import (
    EVIDENCE_FIELDS,
    Channels,
    Duration,
    Edition,
    Evidence,
    Fee,
    LegalBasis,
    Paper,
    Procedure,
    Redirect,
)

DAYS = st.dates(date(1946, 1, 1), date(2100, 1, 1))
LINKS = st.none() | st.just("https://example.org/a?b=1&c=<2>")


def _sound(text: str) -> str:
    """Make a text one that a catalogue may hold."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return unicodedata.normalize("NFC", kept).strip()


TEXTS = st.one_of(st.text(max_size=25), st.sampled_from(["=1", "Đơn", "1.5", "01/02/2026", "a  b", "_x000D_"])).map(
    _sound
)
FILLED = TEXTS.filter(bool)
COUNTS = st.none() | st.integers(1, 99)
LAWS = st.builds(LegalBasis, number=FILLED, date=st.none() | DAYS, link=LINKS, note=TEXTS)


def _times(legal: st.SearchStrategy[Duration | None]) -> st.SearchStrategy[Duration]:
    units = st.sampled_from(["working_days", "days", "working_hours"])
    counted = st.builds(Duration, value=st.integers(1, 999), unit=units, note=TEXTS, legal=legal)
    return counted | st.builds(Duration, note=FILLED, legal=legal)


FEES = (
    st.builds(Fee, kind=st.just("amount"), amount=st.integers(1, 10**6).map(lambda n: n * 1000), per_what=TEXTS)
    | st.builds(Fee, kind=st.sampled_from(["none", "unknown"]), basis=TEXTS, note=TEXTS)
)  # fmt: skip
YES = st.none() | st.booleans()
EVIDENCE = st.builds(
    Evidence,
    sources=st.lists(FILLED.filter(lambda text: "\n" not in text), max_size=2, unique=True).map(tuple),
    checked_on=DAYS,
    illustrative=st.booleans(),
    doubt=TEXTS,
)


@st.composite
def _procedures(draw: Any, number: int) -> Procedure:
    is_redirect = draw(st.booleans())
    lists = st.lists(FILLED, max_size=2).map(tuple)
    return Procedure(
        id=f"P.{number}",
        title=draw(FILLED),
        field=draw(FILLED),
        kind="redirect" if is_redirect else "procedure",
        code=draw(st.sampled_from([None, f"1.{number:06d}", f"2.{number:06d}.000.00.00.H58"])),
        title_en=draw(TEXTS),
        field_en=draw(TEXTS),
        aliases=draw(lists),
        audience=draw(TEXTS),
        papers=draw(
            st.lists(
                st.builds(
                    Paper,
                    name=FILLED,
                    form=st.sampled_from([None, "original", "certified", "copy"]),
                    count=COUNTS,
                    when_needed=TEXTS,
                    form_file=st.none() | FILLED,
                    link=LINKS,
                ),
                max_size=3,
            ).map(tuple)
        ),
        sets=draw(COUNTS),
        steps=draw(lists),
        time=draw(st.none() | _times(st.none() | _times(st.none()))),
        fees=draw(st.lists(FEES, max_size=2).map(tuple)),
        channels=draw(st.builds(Channels, st.sampled_from([None, 3, 4]), YES, YES, TEXTS, LINKS, YES)),
        result=draw(TEXTS),
        conditions=draw(lists),
        legal_basis=draw(st.lists(LAWS, max_size=2).map(tuple)),
        competent_body=draw(TEXTS),
        receiving_body=draw(TEXTS),
        related=("P.0",) if number else (),
        redirect=Redirect(draw(FILLED), draw(TEXTS)) if is_redirect else None,
        published_by=draw(st.none() | LAWS),
        evidence=draw(st.dictionaries(st.sampled_from(sorted(EVIDENCE_FIELDS)), EVIDENCE, max_size=3)),
    )


@st.composite
def editions(draw: Any) -> Edition:
    """Sound editions of one to three entries."""
    since = draw(DAYS)
    return Edition(
        name="thu",
        title=draw(FILLED),
        agency_note=draw(TEXTS),
        effective_from=since,
        effective_to=draw(st.none() | st.just(since)),
        publication_decision=draw(TEXTS),
        note=draw(TEXTS),
        procedures=tuple(draw(_procedures(number)) for number in range(draw(st.integers(1, 3)))),
    )
