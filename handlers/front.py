"""The front desk: the topics, help, who speaks, in which language, and the way out of what is open."""

from __future__ import annotations

from dataclasses import replace

from handlers.messages import Button, Turn
from handlers.talk import Talk, in_rows
from handlers.texts import words

TOPICS = ("fields", "lookup", "mine", "feedback", "board")


def menu(talk: Talk) -> Turn:
    """Show the topics."""
    return talk.answer(talk.say("start.menu"), rows(talk), misses=0)


def rows(talk: Talk) -> list[list[Button]]:
    """Lay out the topics, and the other language under them."""
    other = "en" if talk.language == "vi" else "vi"
    topics = [talk.button(name, name) for name in TOPICS]
    return [*in_rows(topics, 2), [talk.button("language", "lang", other)]]


def with_menu(talk: Talk, key: str, *, done: str = "answered") -> Turn:
    """Say one thing over the topics."""
    return talk.answer(talk.say(key), rows(talk), done=done)


def in_private(talk: Talk) -> Turn:
    """Lead what needs anything personal out of a group."""
    return talk.answer(talk.say("start.in_private"), done="sent_private")


def help_(talk: Talk) -> Turn:
    """Tell what one can do."""
    return talk.answer(talk.say("start.help"), rows(talk), misses=0)


def thanks(talk: Talk) -> Turn:
    """Answer thanks."""
    return talk.answer(talk.say("start.thanks"), rows(talk), misses=0)


def bye(talk: Talk) -> Turn:
    """Answer a good-bye."""
    return talk.answer(talk.say("start.bye"), misses=0)


def who(talk: Talk) -> Turn:
    """Say who speaks: a machine."""
    return talk.answer(talk.say("start.who", agency=talk.agency_name()), rows(talk), misses=0)


def speak(talk: Talk, language: str) -> Turn:
    """Speak a language from now on."""
    spoken = replace(talk, say=words(language))
    return replace(with_menu(spoken, "start.language"), language=language)


def cancel(talk: Talk) -> Turn:
    """Leave what is open."""
    if talk.session.draft is None:
        return talk.answer(talk.say("start.nothing_to_cancel"), rows(talk), misses=0)
    return talk.answer(talk.say("form.discarded"), rows(talk), draft=None, misses=0, done="cancelled")
