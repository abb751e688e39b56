"""How a procedure is told: the card, each of its parts, and how sure each part is.

A part that is not verified is shown only with the words that say so and whom to ask; a part that is not known is said
to be missing, never filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from markupsafe import Markup

from handlers.board import contact
from handlers.catalogue.values import day_of, mark, worded
from handlers.talk import Talk, lines
from knowledge.aspects import Aspect
from knowledge.catalogue import Procedure, split_source

# The parts in the order of the buttons, and the catalogue's field that stands behind each.
PARTS: dict[Aspect, str] = {
    Aspect.papers: "papers",
    Aspect.time: "time",
    Aspect.fee: "fees",
    Aspect.where: "channels",
    Aspect.level: "online_level",
    Aspect.result: "result",
    Aspect.steps: "steps",
    Aspect.legal_basis: "legal_basis",
}
_FIELDS: dict[Aspect, str] = {
    **PARTS,
    Aspect.online: "online_level",
    Aspect.counter: "channels",
    Aspect.post: "channels",
    Aspect.form: "papers",
}
# What a part shows of other fields beside its own.
_BESIDES: dict[Aspect, tuple[str, ...]] = {
    Aspect.papers: ("sets",),
    Aspect.where: ("online_level",),
}
_FIRST_LETTER = re.compile(r"^(?:• )?\w", re.MULTILINE)
ON_CARD = (Aspect.time, Aspect.fee, Aspect.level, Aspect.result)


def title(talk: Talk, procedure: Procedure) -> str:
    """Name a procedure in the language of the turn."""
    return procedure.title_en if talk.language == "en" and procedure.title_en else procedure.title


def short_title(talk: Talk, procedure: Procedure) -> str:
    """Name a procedure as it fits on a button."""
    if talk.language == "en" and procedure.short_title_en:
        return procedure.short_title_en
    return procedure.short_title or procedure.title


def card(talk: Talk, procedure: Procedure) -> Markup:
    """Tell a procedure in short."""
    told = [(part, value) for part in ON_CARD if (value := worded(talk, procedure, part))]
    shown = ["title", *(_FIELDS[part] for part, _ in told), "conditions", "published_by"]
    return lines(
        [
            _heading(talk, procedure),
            *(_line(talk, procedure, part, worded(talk, procedure, part)) for part in ON_CARD),
            _conditions(talk, procedure),
            _published(talk, procedure),
            *_sources(talk, procedure, shown),
            _in_vietnamese(talk),
            edition_line(talk),
            _footer(talk, procedure, shown),
            talk.say("procedure.choose_part"),
        ]
    )


def part(talk: Talk, procedure: Procedure, aspect: Aspect) -> Markup:
    """Tell one part of a procedure, with where it comes from and how sure it is."""
    name = talk.say("procedure.part", part=talk.say.plain(f"aspect.{aspect}"))
    value = worded(talk, procedure, aspect)
    if not value:
        told = [talk.say("procedure.missing", contact=contact(talk))]
    else:
        told = [_capitals(value), *standing(talk, procedure, aspect), _in_vietnamese(talk)]
    return lines([_heading(talk, procedure), name, *told, edition_line(talk)])


def elsewhere(talk: Talk, procedure: Procedure) -> Markup:
    """Lead a matter that the agency does not handle to the body that does."""
    assert procedure.redirect is not None
    told = talk.say("redirect.body", agency=talk.agency_name(), body=procedure.redirect.body)
    sure = procedure.is_verified("redirect")
    return lines(
        [
            _heading(talk, procedure),
            told,
            *_sources(talk, procedure, ["redirect"]),
            _footer(talk, procedure, ["title"]) if sure else talk.say("redirect.unverified", contact=contact(talk)),
            edition_line(talk),
        ]
    )


def _heading(talk: Talk, procedure: Procedure) -> Markup:
    sure = procedure.is_verified("title")
    return talk.say("procedure.heading" if sure else "procedure.heading_unverified", title=title(talk, procedure))


def _line(talk: Talk, procedure: Procedure, aspect: Aspect, value: Markup) -> Markup:
    name = talk.say.plain(f"aspect.{aspect}")
    if not value:
        return talk.say("procedure.line_missing", part=name)
    return talk.say("procedure.line", part=name, mark=mark(talk, procedure, _FIELDS[aspect]), value=_in_one(value))


def _footer(talk: Talk, procedure: Procedure, fields: Iterable[str]) -> Markup:
    """Say whom to ask about what is marked, if any of these fields is."""
    marked = any(procedure.has(field) and not procedure.is_verified(field) for field in fields)
    return talk.say("procedure.marked", contact=contact(talk)) if marked else Markup("")


def _in_one(value: Markup) -> Markup:
    """Put the lines of a value into one, a sentence each."""
    first, *others = value.split("\n")
    for line in others:
        first += (Markup(" ") if first.endswith(".") else Markup(". ")) + _capitals(line)
    return first


def _capitals(value: Markup) -> Markup:
    """Let every line of a value begin with a capital letter."""
    return Markup(_FIRST_LETTER.sub(lambda found: found[0].upper(), value))  # noqa: S704 - it was Markup before


def _conditions(talk: Talk, procedure: Procedure) -> Markup:
    if not procedure.conditions:
        return Markup("")
    value = " ".join(procedure.conditions)
    return talk.say("procedure.conditions", mark=mark(talk, procedure, "conditions"), value=value)


def _published(talk: Talk, procedure: Procedure) -> Markup:
    if procedure.published_by is None:
        return Markup("")
    sure = procedure.is_verified("published_by")
    key = "procedure.published_by" if sure else "procedure.published_by_unverified"
    return talk.say(key, number=procedure.published_by.number)


def edition_line(talk: Talk) -> Markup:
    """Name the edition that an answer is from, and since when it is in force."""
    assert talk.shelf is not None
    edition = talk.shelf.edition
    return talk.say("procedure.edition", edition=edition.title, since=day_of(edition.effective_from))


def _in_vietnamese(talk: Talk) -> Markup:
    return Markup("") if talk.language == "vi" else talk.say("procedure.in_vietnamese")


def standing(talk: Talk, procedure: Procedure, aspect: Aspect) -> Iterator[Markup]:
    """Say how sure a part is: its sources and their date, or that it is not verified and whom to ask."""
    field = _FIELDS[aspect]
    if aspect is Aspect.online and not procedure.has(field):
        field = "channels"  # that it can be filed online at all
    if procedure.is_verified(field):
        yield from _sources(talk, procedure, [field])
        yield _footer(talk, procedure, ["title", *_BESIDES.get(aspect, ())])
        return
    key = "procedure.illustrative" if procedure.evidence_of(field).illustrative else "procedure.unverified"
    yield talk.say(key, contact=contact(talk))


def _sources(talk: Talk, procedure: Procedure, fields: Iterable[str]) -> Iterator[Markup]:
    """Name the sources of the verified ones among these fields, by the day on which they were checked."""
    found: dict[date | None, dict[str, None]] = {}
    for evidence in (procedure.evidence_of(field) for field in fields if procedure.is_verified(field)):
        names = dict.fromkeys(split_source(source)[0] for source in evidence.sources)
        found.setdefault(evidence.checked_on, {}).update(names)
    for day, names in found.items():
        told = "; ".join(names)
        if day is None:
            yield talk.say("procedure.source_undated", source=told)
        else:
            yield talk.say("procedure.source", source=told, checked=day_of(day))
