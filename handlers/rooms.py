"""What a room brings into the conversation, so that a new one is one module and one line where it is composed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from handlers import front
from handlers.forms import Form
from handlers.messages import Kind, Turn
from handlers.standing import role_of, traced
from handlers.talk import Talk
from storage.officials.register import Role

Verb = Callable[[Talk, tuple[str, ...]], Turn | None]
"""Does what a button with this verb says, given its arguments; None for one that nobody made."""

Heard = Callable[[Talk], Turn | None]
"""Reads a message that may be this room's; None when it is not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job that this conversation ordered ended: its result (JSON), or the name of what went wrong."""

    result: str | None
    error: str | None

    @classmethod
    def from_json(cls, body: str) -> Outcome:
        """Read the body of the event that brings it."""
        record = json.loads(body)
        return cls(record["result"], record["error"])


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the conversation.

    `verbs`: what its buttons say; `commands`: typed name (folded, without the slash) → the verb that it stands for,
    with the rest of the line in `talk.text`; `private`: verbs that are led out of a group; `forms`: its dialogues;
    `steps`: the open question (`Session.step`) → what reads the text typed there, tried before anything else but
    buttons and commands; `hears`: reads a free text before codes, wishes and the search; `links`: reads what a
    deep link brought, the rest of `/start`; `takes_file`: reads a message
    that carries a file (`talk.files`; words under it are `talk.text`), before anything else; `takes_contact`: reads a
    shared telephone number (`talk.phone`); `results`: kind of job → what is said when it is done; `roles`: verb → which
    officials it is for, to everybody else it is like a verb that nobody made; `in_groups`: those of them that work on
    a button of a group's message too; `gate`: reads every message before all else, with its kind.
    """

    name: str
    verbs: Mapping[str, Verb] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    private: frozenset[str] = frozenset()
    forms: tuple[Form, ...] = ()
    steps: Mapping[str, Heard] = field(default_factory=dict)
    hears: Heard | None = None
    links: Heard | None = None
    takes_file: Heard | None = None
    takes_contact: Heard | None = None
    results: Mapping[str, Callable[[Talk, Outcome], Turn]] = field(default_factory=dict)
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    in_groups: frozenset[str] = frozenset()
    gate: Callable[[Talk, Kind], Turn | None] | None = None

    def gated(self, kind: Kind) -> Heard | None:
        """Give what reads a message of this kind before all else."""
        gate = self.gate
        return None if gate is None else lambda talk: gate(talk, kind)

    def act(self, talk: Talk, verb: str, arguments: tuple[str, ...]) -> Turn | None:
        """Do what one of this room's buttons says."""
        if verb in self.roles and not self._may(talk, verb):
            return None  # before anything else: who may not press it does not learn that there is such a button
        if talk.group and verb in self.private:
            return front.in_private(talk)
        turn = self.verbs[verb](talk, arguments)
        if turn is None or verb not in self.roles:
            return turn
        seen = replace(turn, done=f"{verb}_shown") if turn.done == "answered" else turn
        return traced(talk, seen, " ".join(arguments))

    def _may(self, talk: Talk, verb: str) -> bool:
        return (not talk.group or verb in self.in_groups) and role_of(talk) in self.roles[verb]
