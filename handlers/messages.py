"""The only language between the layers: what came in, what goes out, and the record of a turn.

Everything here is frozen and turns into JSON and back without loss, because both sides of it are rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from markupsafe import Markup

SESSION_VERSION = 1  # raise it when the shape of Session changes; an unknown version restarts politely
ACTION_BYTES = 64  # Telegram's limit for what a button carries (Bot API, InlineKeyboardButton.callback_data)


class Kind(StrEnum):
    """What came in: a text, a pressed button, or something that the bot cannot read yet."""

    TEXT = "text"
    TAP = "tap"
    FILE = "file"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person did in a conversation. `text` is what they typed, or a button's action or label.

    `message`: the platform's id of the message whose button was tapped, so that it can be rewritten in place;
    `group`: said before others, where nothing personal may be asked or shown.
    """

    kind: Kind
    text: str = ""
    message: str | None = None
    group: bool = False

    def to_json(self) -> str:
        """Write the body of an event. Half a character, which no database can hold, becomes U+FFFD."""
        text = self.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        record = {"kind": self.kind, "text": text, "message": self.message, "group": self.group}
        return json.dumps(record, ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> Incoming:
        """Read the body of an event."""
        record = json.loads(body)
        return cls(Kind(record["kind"]), record["text"], record["message"], record["group"])


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to tap: what it says and the action that it sends back."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to a person: text in the small markup (`b`, `i`, `a`; everything else escaped), rows of buttons.

    `edits`: the platform's id of the message that this one replaces, where the channel can do so; else it is sent anew.
    """

    text: Markup
    buttons: tuple[tuple[Button, ...], ...] = ()
    files: tuple[str, ...] = ()
    edits: str | None = None

    def to_json(self) -> str:
        """Write the body of an outbox row."""
        rows = [[[button.label, button.action] for button in row] for row in self.buttons]
        record = {"text": str(self.text), "buttons": rows, "files": self.files, "edits": self.edits}
        return json.dumps(record, ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> Reply:
        """Read the body of an outbox row."""
        record = json.loads(body)
        rows = tuple(tuple(Button(*pair) for pair in row) for row in record["buttons"])
        return cls(Markup(record["text"]), rows, tuple(record["files"]), record["edits"])  # noqa: S704 - it was escaped when made


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
    """A message to an account that did not ask just now; `not_before` keeps it for a quiet hour's end."""

    account_id: int
    reply: Reply
    not_before: datetime | None = None


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
    `draft`: the form that is being filled in.
    """

    topic: str | None = None
    misses: int = 0
    offered: tuple[tuple[str, str], ...] = ()
    step: str | None = None
    draft: Draft | None = None

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
    never content or identity.
    """

    replies: tuple[Reply, ...] = ()
    session: Session | None = None
    events: tuple[Happening, ...] = ()
    jobs: tuple[Job, ...] = ()
    language: str | None = None
    done: str = "answered"
    detail: str | None = None


Say = Callable[..., Markup]
"""Words a text by its key in the conversation's language, escaping every value (see `texts`)."""
