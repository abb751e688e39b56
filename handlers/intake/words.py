"""What is wrong with a file or a row of it, in the words of whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from handlers.texts import words
from knowledge.errors import Wrong

OPERATOR = "en"  # the commands speak English
CONTRACT = "vi"  # and the national contract Vietnamese: senders look for its words

RowProblem = Literal[
    "empty",
    "no_procedure",
    "not_code",
    "not_status",
    "not_one_of",
    "not_money",
    "not_date",
    "not_year",
    "not_text",
    "not_list",
    "not_record",
    "before",
    "too_long",
    "width",
    "quote",
    "formula",
    "twice",
]
FileProblem = Literal[
    "no_column",
    "column_twice",
    "not_utf8",
    "not_xlsx",
]
PushAnswer = Literal[
    "done",
    "some",
    "exists",
    "denied",
    "not_understood",
    "no_service",
    "too_big",
    "too_fast",
]


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be taken: its line in the file (or place in a message, from 1), the column, and why.

    `problem`: the key of the words, `intake.fault_<problem>`, with their `values`; `column` "" is the row itself.
    """

    line: int
    column: str
    problem: RowProblem
    values: Mapping[str, object] = field(default_factory=dict)

    def reason(self, language: str) -> str:
        """Say why, in this language."""
        return words(language).plain(f"intake.fault_{self.problem}", **self.values)

    def __str__(self) -> str:
        return f"line {self.line}: {self.column or '(row)'}: {self.reason(OPERATOR)}"


def pushed(answer: PushAnswer, **values: object) -> str:
    """Word the answer to a system that pushes, in the language of the contract; the key is `intake.push_<answer>`."""
    return words(CONTRACT).plain(f"intake.push_{answer}", **values)


class FileFault(Wrong):
    """A file that cannot be taken at all; as a text it says so in English."""

    def __init__(self, problem: FileProblem, **values: object) -> None:
        self.problem, self.values = problem, values
        super().__init__(self.reason(OPERATOR))

    def reason(self, language: str) -> str:
        """Say why, in this language."""
        return words(language).plain(f"intake.file_{self.problem}", **self.values)
