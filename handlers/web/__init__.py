"""The page of the web chat: its template, style and script, and its words from `handlers.texts`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from handlers.actions import action
from handlers.agency import Agency
from handlers.texts import LANGUAGES, Words, words

MARK_CHARACTERS = 12  # of the hash in an asset's address: 48 bits tell any two versions apart
OTHER = {"vi": "en", "en": "vi"}

# What stands in the page or is said by its script, in either language.
SPOKEN = (
    "web.notice",
    "web.skip",
    "web.log",
    "web.label",
    "web.placeholder",
    "web.send",
    "web.you",
    "web.bot",
    "web.choices",
    "web.typing",
    "web.offline",
    "web.resending",
    "web.slow",
    "web.too_long",
    "web.refused",
    "web.no_cookie",
    "web.end",
    "web.end_ask",
    "web.privacy",
    "web.unread",
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file: its content, its media type, and the hash that stands in its address."""

    content: bytes
    type: str
    mark: str


def _asset(name: str, type_: str) -> Asset:
    content = resources.files(__name__).joinpath(name).read_bytes()
    return Asset(content, type_, hashlib.sha256(content).hexdigest()[:MARK_CHARACTERS])


ASSETS = {
    "chat.css": _asset("chat.css", "text/css; charset=utf-8"),
    "chat.js": _asset("chat.js", "text/javascript; charset=utf-8"),
    "icon.svg": _asset("icon.svg", "image/svg+xml"),
}
"""The files that the page needs, by name."""

_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
    resources.files(__name__).joinpath("chat.html").read_text(encoding="utf-8")
)


def page(agency: Agency, language: str) -> str:
    """Write the page for an agency in a language. It is the same for everybody."""
    say = words(language)
    spoken = {one: _spoken(words(one), agency) for one in LANGUAGES}
    return _TEMPLATE.render(
        say=say,
        said=spoken[language],
        words=json.dumps(spoken, ensure_ascii=False),
        other=OTHER[language],
        assets={name: f"/chat/assets/{asset.mark}/{name}" for name, asset in ASSETS.items()},
        without=_without_script(say, agency),
    )


def _spoken(say: Words, agency: Agency) -> dict[str, str]:
    """Give what the script says in this language, by the names of its texts."""
    told = {key.partition(".")[2]: say.plain(key) for key in SPOKEN if key not in ("web.slow", "web.unread")}
    # The script puts the numbers in itself.
    told |= {"slow": say.plain("web.slow", seconds="{}"), "unread": say.plain("web.unread", count="{}")}
    other = OTHER[say.language]
    agency_name = agency.called(say.language)
    return told | {
        "title": say.plain("web.title", agency=agency_name),
        "agency": agency_name,
        "other": say.plain("button.language"),
        "other_action": action("lang", other),
    }


def _without_script(say: Words, agency: Agency) -> list[Markup]:
    """Say what to do where no script runs: the page needs one, the people do not."""
    told = [say("web.without_script", agency=agency.called(say.language))]
    if agency.counter:
        told.append(say("contact.counter", counter=agency.counter))
    if agency.address:
        told.append(say("board.address", address=agency.address))
    told.append(say("board.phone", phone=agency.phone) if agency.phone else say("board.phone_unknown"))
    return told
