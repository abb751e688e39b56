"""The only language between the layers: what came in, what goes out, and the record of a turn.

Everything here is frozen and turns into JSON and back without loss, because both sides of it are rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from markupsafe import Markup

SESSION_VERSION = 1  # raise it when the shape of Session changes; an unknown version restarts politely
DIGEST_ROWS = 8  # of buttons in a digest: more would bury the text under them
ACTION_BYTES = 64  # Telegram's limit for what a button carries (Bot API, InlineKeyboardButton.callback_data)
PHONE_VALUES = ("code", "status", "time")
"""The names of what a notice by phone can tell: nothing personal, for whoever has the number reads it."""


class Kind(StrEnum):
    """What came in: a text, a pressed button, a file, a telephone number, or what the bot cannot read."""

    TEXT = "text"
    TAP = "tap"
    FILE = "file"
    CONTACT = "contact"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, still where the platform keeps it.

    `reference`: by which the channel fetches it (`bot/work/attachments.py`), never an address with a secret in it;
    `name` and `media_type` as the sender's program called them, "" where it did not, and not to be believed; `size` in
    bytes, None if not told.

    A turn never waits for a file: it orders a job with `to_record()` in its body, and the job fetches the bytes.
    """

    reference: str
    name: str = ""
    size: int | None = None
    media_type: str = ""

    def to_record(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        names = {"reference": self.reference, "name": self.name, "media_type": self.media_type}
        return {**{key: _whole(text) for key, text in names.items()}, "size": self.size}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Attachment:
        """Make it again of what JSON held."""
        return cls(**record)


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person did in a conversation. `text` is what they typed, or a button's action or label.

    `message`: the platform's id of the message whose button was tapped, so that it can be rewritten in place;
    `group`: said before others, where nothing personal may be asked or shown; `files`: what came with it. A file with
    words under it is a `TEXT`, one without is a `FILE`. `phone`: the number of a `CONTACT`, only where the platform
    vouches that it is the sender's own; `network`: where it came from as far as the channel knows, hashed with our key.
    `by`: in a group, the address of the private conversation with whoever did it, where the channel tells;
    `claimed`: the number that they gave in a form of the platform and that nobody vouches for.
    """

    kind: Kind
    text: str = ""
    message: str | None = None
    group: bool = False
    files: tuple[Attachment, ...] = ()
    phone: str | None = None
    network: str | None = None
    by: str | None = None
    claimed: str | None = None

    def to_json(self) -> str:
        """Write the body of an event. Half a character, which no database can hold, becomes U+FFFD."""
        files = [file.to_record() for file in self.files]
        record = {"kind": self.kind, "text": _whole(self.text), "message": self.message, "group": self.group}
        more = {"files": files, "phone": self.phone, "network": self.network, "by": self.by, "claimed": self.claimed}
        return json.dumps({**record, **more}, ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> Incoming:
        """Read the body of an event; one of the time before attachments has none."""
        record = json.loads(body)
        files = tuple(map(Attachment.from_record, record.get("files", ())))
        more = map(record.get, ("phone", "network", "by", "claimed"))
        known = (record["message"], record["group"], files, *more)
        return cls(Kind(record["kind"]), record["text"], *known)


def _whole(text: str) -> str:
    """Replace half characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to tap: what it says and the action that it sends back."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class FileRef:
    """A kept file that goes with a reply: its hash in `storage/files.py`, and the name under which it is shown."""

    hash: str
    name: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to a person: text in the small markup (`b`, `i`, `a`; everything else escaped), rows of buttons.

    `files`: kept files that go with it; they must be kept until it was read (a day or longer, for the web page);
    `edits`: the platform's id of the message that this one replaces, where the channel can do so; else it is sent anew;
    `asks_phone`: the label of a button that shares the person's own number, on channels that have one; such a message
    has no other buttons; `by_phone`: what it tells in named values, once for each matter, for the templates that may be
    sent to a telephone number (`PHONE_VALUES`).
    """

    text: Markup
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[FileRef, ...] = ()
    edits: str | None = None
    asks_phone: str = ""
    by_phone: tuple[tuple[tuple[str, str], ...], ...] = ()

    def to_json(self) -> str:
        """Write the body of an outbox row."""
        rows = [[[button.label, button.action] for button in row] for row in self.buttons]
        files = [[file.hash, file.name] for file in self.files]
        record = {"text": str(self.text), "buttons": rows, "files": files, "edits": self.edits}
        return json.dumps({**record, "asks_phone": self.asks_phone, "by_phone": self.by_phone}, ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> Reply:
        """Read the body of an outbox row."""
        record = json.loads(body)
        rows = tuple(tuple(Button(*pair) for pair in row) for row in record["buttons"])
        files = tuple(FileRef(*pair) for pair in record["files"])
        text = Markup(record["text"])  # noqa: S704 - it was escaped when made
        by_phone = tuple(tuple((name, said) for name, said in values) for values in record.get("by_phone", ()))
        return cls(text, rows, files, record["edits"], record.get("asks_phone", ""), by_phone)

    def below(self, other: Reply) -> Reply:
        """Give one message of both, this one below the other; a row of buttons that both have stands once."""
        rows = tuple(dict.fromkeys((*other.buttons, *self.buttons)))[:DIGEST_ROWS]
        text = Markup("\n\n").join((other.text, self.text))
        by_phone = tuple(dict.fromkeys((*other.by_phone, *self.by_phone)))
        return replace(other, text=text, buttons=rows, files=(*other.files, *self.files), by_phone=by_phone)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a turn brought about and that others may have to hear of (see `notices.py`)."""

    name: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Long work that a turn orders: its kind and what to do it with (JSON). The result comes as `<kind>_done`."""

    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to an account that did not ask just now.

    `not_before`: it waits until then, such as an official's next digest; without it the agency's quiet hours hold it
    back (`handlers/quiet.py`), unless it is `urgent`. Replies go first: an account's notices wait while a reply does.

    `digest`: notices of one digest (a name of the rule's own) to one account that wait for the same `not_before` leave
    as one message: the texts below each other, `DIGEST_ROWS` rows of buttons, all files, and `heading` once on top.
    What comes after the message left begins the next one. Without a `not_before` each notice goes by itself.

    Where its person has several accounts it goes to the one that suits them best; `here`: to this very one.

    `about`: a name of what it is about, by which it is found again to be taken back or edited.
    """

    account_id: int
    reply: Reply
    not_before: datetime | None = None
    urgent: bool = False
    digest: str = ""
    heading: Markup | None = None
    here: bool = False
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that is being filled in.

    `step`: the question that is open, or the review; `editing`: it was opened from the review and leads back there;
    `asked_at`: when it was last shown, with its time zone; `paused`: the person was asked whether to go on with it and
    has not said so yet, so that no text is taken for an answer.
    """

    form: str
    step: str
    answers: Mapping[str, str]
    asked_at: datetime
    editing: bool = False
    paused: bool = False

    def to_record(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        return {
            "form": self.form,
            "step": self.step,
            "answers": dict(self.answers),
            "asked_at": self.asked_at.isoformat(),
            "editing": self.editing,
            "paused": self.paused,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Draft:
        """Make it again of what JSON held. Raises ValueError, KeyError or TypeError for anything else."""
        asked_at = datetime.fromisoformat(record["asked_at"])
        if asked_at.tzinfo is None:
            raise ValueError("a draft was asked at a time without a zone")
        return cls(**{**record, "answers": dict(record["answers"]), "asked_at": asked_at})


@dataclass(frozen=True, slots=True)
class Session:
    """Where a conversation stands.

    `topic`: the procedure last shown; `misses`: questions in a row without an answer; `offered`: the buttons of the
    last reply, so that a number or a label typed works like the button; `step`: what was asked outside of forms;
    `draft`: the form that is being filled in; `code`: the dossier asked for last, `proved_until` (ISO 8601): until when
    its owner need not prove to be it again.
    """

    topic: str | None = None
    misses: int = 0
    offered: tuple[tuple[str, str], ...] = ()
    step: str | None = None
    draft: Draft | None = None
    code: str | None = None
    proved_until: str | None = None

    @property
    def is_filling(self) -> bool:
        """Whether a form has a question open, or its review."""
        return self.draft is not None and not self.draft.paused

    def to_json(self) -> str:
        """Write the saved state."""
        record = {
            "topic": self.topic,
            "misses": self.misses,
            "offered": self.offered,
            "step": self.step,
            "draft": None if self.draft is None else self.draft.to_record(),
            "code": self.code,
            "proved_until": self.proved_until,
        }
        return json.dumps(record, ensure_ascii=False)

    @classmethod
    def from_json(cls, state: str) -> Session:
        """Read the saved state of the current version. Raises ValueError, KeyError or TypeError for anything else."""
        record = json.loads(state)
        record["offered"] = tuple((label, action) for label, action in record["offered"])
        if "answers" in record:
            record = _with_draft(record)
        if record["draft"] is not None:
            record["draft"] = Draft.from_record(record["draft"])
        return cls(**record)


def _with_draft(record: dict[str, Any]) -> dict[str, Any]:
    """Read the state as it was before drafts: the form beside the rest, and nothing said of when it was asked."""
    form, step, answers = record.pop("form"), record.pop("step"), record.pop("answers")
    if form is None:
        return {**record, "step": step, "draft": None}
    asked_at = datetime.min.replace(tzinfo=UTC).isoformat()
    return {**record, "draft": {"form": form, "step": step, "answers": answers, "asked_at": asked_at}}


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler decided: what to say, where the conversation stands now, what others may have to hear of, and
    the long work that it orders.

    `language` is set when the person chose one; `done` is the word for the audit trail, `detail` what it was about,
    never content or identity; `not_before` holds the replies back.
    """

    replies: tuple[Reply, ...] = ()
    session: Session | None = None
    events: tuple[Happening, ...] = ()
    jobs: tuple[Job, ...] = ()
    language: str | None = None
    done: str = "answered"
    detail: str | None = None
    not_before: datetime | None = None


Say = Callable[..., Markup]
"""Words a text by its key in the conversation's language, escaping every value (see `texts`)."""
