"""Procedures in conversation: a question answered, a choice offered, browsing by field, a matter of another body."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from handlers import offers
from handlers.actions import action, parse
from handlers.board import contact, whom_to_ask
from handlers.catalogue import cards, checklists, question_desk, reckoning
from handlers.messages import Button, Turn
from handlers.talk import Talk, in_rows, lines
from knowledge.aspects import Aspect, aspect_of, is_follow_up
from knowledge.catalogue import Procedure
from knowledge.search import Decision, Found

LISTED = 8  # procedures on one page: more buttons do not fit a phone
CHOICES = 3  # candidates of a close call: more than three is not a choice but a list


def ask(talk: Talk, found: Found) -> Turn:
    """Answer a question in free text: the procedure or the one part that was asked, a choice, or "I don't know"."""
    aspect = aspect_of(talk.text)
    if found.decision is Decision.answer:
        procedure = _entry(talk, found.hits[0].id)
        if procedure is not None:
            return show(talk, procedure, aspect)
    if found.decision is Decision.choose:
        return choose(talk, [hit.id for hit in found.hits[:CHOICES]], aspect)
    if is_follow_up(talk.text):
        return which(talk)
    question_desk.note(talk.tx, talk.account.id, talk.text, talk.now)
    return unknown(talk)


def follow_up(talk: Talk) -> Turn | None:
    """Answer a question that names no procedure from the one that was just shown, or for the choice just offered.

    None when it is no such question, or when there is nothing that it could be about.
    """
    aspect = is_follow_up(talk.text)
    if aspect is None:
        return None
    procedure = _entry(talk, talk.session.topic)
    if procedure is not None:
        return show(talk, procedure, aspect)
    offered = _choice(talk)
    return choose(talk, offered, aspect) if offered else None


def _choice(talk: Talk) -> list[str]:
    """List the procedures of the choice that the last message offered; [] when it offered none, or a longer list."""
    verbs = (parse(written) for _, written in talk.session.offered)
    ids = list(dict.fromkeys(verb[1][0] for verb in verbs if verb is not None and verb[0] in ("show", "part")))
    return ids if 1 < len(ids) <= CHOICES else []


def which(talk: Talk) -> Turn:
    """Ask which procedure a question is about that names none; a second time it is a miss like any other."""
    if talk.session.misses:
        return unknown(talk)
    rows = [[talk.button("fields", "fields")], [talk.button("menu", "menu")]]
    return talk.answer(talk.say("procedure.which"), rows, misses=1, done="asked_which")


def show(talk: Talk, procedure: Procedure, aspect: Aspect | None = None) -> Turn:
    """Show the card of a procedure, or one part of it."""
    if procedure.kind == "redirect":
        return talk.answer(
            cards.elsewhere(talk, procedure), [[talk.button("menu", "menu")]], misses=0, topic=None, done="redirected"
        )
    after = reckoning.asked_for(talk.text) if aspect is Aspect.time else None
    if after is not None:
        return reckoning.show(talk, procedure, after)
    text = cards.card(talk, procedure) if aspect is None else cards.part(talk, procedure, aspect)
    return talk.answer(text, _part_buttons(talk, procedure, aspect), misses=0, topic=procedure.id)


def choose(talk: Talk, ids: Sequence[str], aspect: Aspect | None) -> Turn:
    """Offer a few procedures to tap."""
    offered = [entry for entry in (_entry(talk, entry_id) for entry_id in ids) if entry is not None]
    rows = [[Button(cards.short_title(talk, entry), _show_action(entry, aspect))] for entry in offered]
    rows.append([talk.button("fields", "fields"), talk.button("human", "human")])
    return talk.answer(talk.say("procedure.choose"), rows, misses=0, topic=None, done="offered")


def unknown(talk: Talk) -> Turn:
    """Say honestly that nothing matches; the second miss in a row ends with people."""
    misses = talk.session.misses + 1
    key = "unknown.first" if misses == 1 else "unknown.again"
    buttons = [[talk.button("fields", "fields")], [talk.button("board", "board"), talk.button("menu", "menu")]]
    text = lines([talk.say(key), whom_to_ask(talk)])
    return talk.answer(text, buttons, misses=misses, done="unknown")


def press(talk: Talk, verb: str, arguments: tuple[str, ...]) -> Turn | None:
    """Do what one of this room's buttons says; None for one that nobody made."""
    match verb, arguments:
        case "show", (entry_id,):
            return by_id(talk, entry_id)
        case "part", (entry_id, aspect):
            return by_id(talk, entry_id, aspect)
        case "reckon", (entry_id,):
            procedure = _entry(talk, entry_id)
            return None if procedure is None else reckoning.show(talk, procedure)
        case "related", (entry_id,):
            return related(talk, entry_id)
        case "fields", (offers.HERE,):
            return fields(talk)
        case "field", (mark,) | (mark, _):
            return field(talk, mark, *arguments[1:])
        case "useful", (answer, entry_id, *aspect) if len(aspect) <= 1:
            return vote(talk, answer, entry_id, *aspect)
    return None


def by_id(talk: Talk, entry_id: str, aspect: str = "") -> Turn | None:
    """Show a procedure by its id, or the part of that name; None when there is no such entry or part."""
    procedure = _entry(talk, entry_id)
    if procedure is None or (aspect and aspect not in Aspect.__members__):
        return None
    return show(talk, procedure, Aspect(aspect) if aspect else None)


def related(talk: Talk, entry_id: str) -> Turn | None:
    """List the procedures that are related to one; None when there is no such entry, or none is."""
    procedure = _entry(talk, entry_id)
    others = [] if procedure is None else [one for name in procedure.related if (one := _entry(talk, name))]
    if procedure is None or not others:
        return None
    rows = [[Button(cards.short_title(talk, one), _show_action(one, None))] for one in others[:LISTED]]
    rows.append([talk.button("card", "show", procedure.id), talk.button("menu", "menu")])
    text = talk.say("procedure.related", title=cards.title(talk, procedure))
    return talk.answer(text, rows, misses=0, topic=procedure.id)


def fields(talk: Talk) -> Turn:
    """List the fields."""
    if talk.shelf is None:
        return talk.answer(talk.say("browse.no_catalogue", contact=contact(talk)))
    rows = [
        [Button(_field_label(talk, name, members), action("field", _mark(name), "1"))]
        for name, members in talk.shelf.edition.fields()
    ]
    return talk.answer(talk.say("browse.fields"), [*rows, [talk.button("menu", "menu")]], misses=0)


def field(talk: Talk, mark: str, page: str = "1") -> Turn | None:
    """List the procedures of a field, a page at a time; None when there is no such field or page."""
    found = [] if talk.shelf is None else [entry for entry in talk.shelf.edition.fields() if _mark(entry[0]) == mark]
    if not found or not page.isdecimal():
        return None
    name, members = found[0]
    pages, number = -(-len(members) // LISTED), int(page)
    if not 1 <= number <= pages:
        return None
    shown = members[(number - 1) * LISTED : number * LISTED]
    rows = [[Button(cards.short_title(talk, entry), _show_action(entry, None))] for entry in shown]
    key = "browse.list_page" if pages > 1 else "browse.list"
    text = talk.say(key, field=_field_name(talk, name, members), count=len(members), page=number, pages=pages)
    return talk.answer(text, [*rows, *_page_buttons(talk, mark, number, pages)], misses=0)


def _page_buttons(talk: Talk, mark: str, number: int, pages: int) -> list[list[Button]]:
    turning = []
    if number > 1:
        turning.append(talk.button("previous", "field", mark, str(number - 1)))
    if number < pages:
        turning.append(talk.button("next", "field", mark, str(number + 1)))
    return [turning, [talk.button("back", "fields", offers.HERE), talk.button("menu", "menu")]]


def _part_buttons(talk: Talk, procedure: Procedure, shown: Aspect | None) -> list[list[Button]]:
    parts = [
        Button(talk.say.plain(f"aspect.{part}"), action("part", procedure.id, part))
        for part, name in cards.PARTS.items()
        if part is not shown and procedure.has(name)
    ]
    more = list(_more_buttons(talk, procedure, shown))
    last = [talk.button("field", "field", _mark(procedure.field)), talk.button("menu", "menu")]
    if shown is not None:
        last.insert(0, talk.button("card", "show", procedure.id))
    return [*in_rows(parts, 2), *in_rows(more, 2), _votes(talk, procedure, shown), last]


def _more_buttons(talk: Talk, procedure: Procedure, shown: Aspect | None) -> Iterator[Button]:
    """Offer what belongs to the part on show, and on the card what leads on."""
    if shown is Aspect.papers and procedure.papers and not talk.group:
        yield talk.button("checklist", "papers", procedure.id)
    if shown in (Aspect.papers, Aspect.form):
        yield from checklists.forms(talk, procedure)
    if shown is Aspect.time and procedure.time is not None and procedure.time.value is not None:
        yield talk.button("reckon", "reckon", procedure.id)
    if shown is None and procedure.related:
        yield talk.button("related", "related", procedure.id)


def _votes(talk: Talk, procedure: Procedure, shown: Aspect | None) -> list[Button]:
    about = (procedure.id,) if shown is None else (procedure.id, shown)
    return [talk.button("useful", "useful", "yes", *about), talk.button("not_useful", "useful", "no", *about)]


def vote(talk: Talk, answer: str, entry_id: str, aspect: str = "") -> Turn | None:
    """Note in the audit trail whether an answer was useful; None when there is no such entry or part.

    The line says which entry and part, and nothing of the question. A person may tap twice: count lanes, not lines.
    """
    procedure = _entry(talk, entry_id)
    if procedure is None or (aspect and aspect not in Aspect.__members__) or answer not in ("yes", "no"):
        return None
    key = "useful" if answer == "yes" else "not_useful"
    told = talk.say("procedure.useful") if answer == "yes" else talk.say("procedure.not_useful", contact=contact(talk))
    return replace(talk.answer(told, done=key), detail=":".join(part for part in (entry_id, aspect) if part))


def _show_action(entry: Procedure, aspect: Aspect | None) -> str:
    return action("show", entry.id) if aspect is None else action("part", entry.id, aspect)


def _entry(talk: Talk, entry_id: str | None) -> Procedure | None:
    return None if talk.shelf is None or entry_id is None else talk.shelf.edition.by_id(entry_id)


def _field_name(talk: Talk, name: str, members: Sequence[Procedure]) -> str:
    return members[0].field_en if talk.language == "en" and members[0].field_en else name


def _field_label(talk: Talk, name: str, members: Sequence[Procedure]) -> str:
    return f"{_field_name(talk, name, members)} ({len(members)})"


def _mark(name: str) -> str:
    """Name a field in a button: names are too long for one, and their order changes with the edition."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]
