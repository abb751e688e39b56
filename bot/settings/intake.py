"""The settings of intake: who may push dossiers, how files are written here, and which systems are asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.intake.columns import COLUMNS
from bot.settings.sources import Section
from bot.settings.values import one_line, seconds, web_root
from knowledge.status import Status

SECRET_LEAST = 16  # characters; a shorter one could be guessed
MINUTES_MOST = 24 * 60
SILENT_MOST = 400  # working hours: after ten weeks nobody waits for a source
NAME_MOST = 80  # characters, as the columns of the database


class Source(BaseModel):
    """One system that is asked for dossiers. `statuses`: its status or sub-status → a national one, over the usual."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1, max_length=NAME_MOST), AfterValidator(one_line)]
    kind: Literal["opencps"]
    url: Annotated[str, Field(min_length=1), AfterValidator(web_root)]
    group: Annotated[str, BeforeValidator(str), Field(pattern=r"^\w*$")] = ""
    username: str = ""
    password: SecretStr = SecretStr("")
    statuses: tuple[tuple[str, Status], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        """Take the password out of its file, and the statuses out of their table."""
        if not isinstance(given, dict):
            raise ValueError("a source is a table")
        values = dict(given)
        if "password_file" in values:
            values["password"] = _secret_of(values.pop("password_file"))
        if isinstance(values.get("statuses"), dict):
            values["statuses"] = tuple(values["statuses"].items())
        return values


def _secret_of(path: object) -> str:
    try:
        return Path(str(path)).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError):
        raise ValueError("password_file cannot be read") from None


def _sources(given: object) -> object:
    """Read the list of sources, which the environment gives as JSON."""
    if isinstance(given, str):
        given = json.loads(given) if given.strip() else []
    if not isinstance(given, list | tuple):
        raise ValueError("not a list of tables")
    found: list[Source] = []
    for number, one in enumerate(given, 1):
        try:
            found.append(one if isinstance(one, Source) else Source.model_validate(one))
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"]) or "it"
            raise ValueError(f"source {number}: {place}: {fault['msg'].removeprefix('Value error, ')}") from None
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise ValueError("two sources have one name")
    return tuple(found)


def _mapping(given: object) -> object:
    """Read the table of titles, which the environment gives as JSON."""
    if isinstance(given, str):
        given = json.loads(given) if given.strip() else {}
    pairs = tuple(given.items()) if isinstance(given, dict) else given
    if not isinstance(pairs, tuple):
        raise ValueError("not a table")
    for title, name in pairs:
        if name not in COLUMNS:
            raise ValueError(f"{title}: {name} is no national column")
    return pairs


def _secret(secret: SecretStr) -> SecretStr:
    given = secret.get_secret_value()
    if given and (len(given) < SECRET_LEAST or not given.isascii() or not given.isprintable() or " " in given):
        raise ValueError("too short, or with other characters")
    return secret


class Intake(Section):
    """Where dossiers come from. Pushes are on when there is a `secret`, or a `username` with its `password`."""

    secret: Annotated[SecretStr, AfterValidator(_secret)] = Field(
        default=SecretStr(""), description=f"at least {SECRET_LEAST} letters, digits and signs without blanks, or empty"
    )
    username: str = Field(default="", description="the name with which the one-stop system logs in, or empty")
    password: Annotated[SecretStr, AfterValidator(_secret)] = Field(
        default=SecretStr(""), description=f"at least {SECRET_LEAST} letters, digits and signs without blanks, or empty"
    )
    source_name: Annotated[str, Field(min_length=1, max_length=NAME_MOST), AfterValidator(one_line)] = Field(
        default="hệ thống một cửa điện tử", description="what people read as the source of dossiers that are pushed"
    )
    mapping: Annotated[tuple[tuple[str, str], ...], BeforeValidator(_mapping)] = Field(
        default=(), description='a table of column titles, { "Số hồ sơ" = "MaHoSo" }'
    )
    sources: Annotated[tuple[Source, ...], BeforeValidator(_sources)] = Field(
        default=(), repr=False, description="a list of tables, each with name, kind and url (see docs/intake.md)"
    )
    every_minutes: Annotated[int, BeforeValidator(seconds), Field(ge=1, le=MINUTES_MOST)] = Field(
        default=15, description=f"a whole number of minutes from 1 to {MINUTES_MOST}"
    )
    silent_hours: Annotated[float, BeforeValidator(seconds), Field(gt=0, le=SILENT_MOST, allow_inf_nan=False)] = Field(
        default=8, description=f"how many working hours a source may be silent, up to {SILENT_MOST}"
    )

    @property
    def takes_pushes(self) -> bool:
        """Whether the one-stop system may push."""
        return bool(self.secret.get_secret_value() or self.password.get_secret_value())

    @model_validator(mode="after")
    def _name_and_password(self) -> Intake:
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("username and password belong together")
        return self
