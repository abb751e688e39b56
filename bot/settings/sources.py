"""Where settings come from: files and the environment, any model of sections, every fault reported at once.

pydantic checks the values; reading is our own because every fault must name its place (file or variable), a secret
may come in a file of its own, an unknown name must be a fault, and nothing hidden may be shown.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from knowledge.errors import WrongSettings

PREFIX = "MOTCUA_"
FILE = "_file"
SHOWN_CHARACTERS = 60  # of a wrong value: enough to find it, short enough for a line

Kind = TypeVar("Kind", bound=BaseModel)


class Section(BaseModel):
    """The base of every section: frozen, without unknown keys, blanks around texts dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Given:
    """A value, and what to call its place in a fault; a broken one has its fault already and gets no second."""

    value: object
    place: str
    broken: bool = False


Layer = dict[tuple[str, str], Given]
"""What one source gives, by (section, key)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a model."""

    section: str
    key: str
    field: FieldInfo

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{PREFIX}{self.section.upper()}__{self.key.upper()}"

    @property
    def secret(self) -> bool:
        """Whether it can also be given as a file that holds it."""
        return self.field.annotation is SecretStr or SecretStr in get_args(self.field.annotation)

    @property
    def hidden(self) -> bool:
        """Whether its value must never be shown."""
        return self.secret or not self.field.repr


def settings_of(kind: type[BaseModel]) -> Iterator[Setting]:
    """List every setting of a model of sections, in order."""
    for section, model in sections_of(kind).items():
        for key, field in model.model_fields.items():
            yield Setting(section, key, field)


def sections_of(kind: type[BaseModel]) -> dict[str, type[Section]]:
    """List the sections of a model. Raises TypeError for a field that is no `Section`."""
    found: dict[str, type[Section]] = {}
    for name, field in kind.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, Section)):
            raise TypeError(f"{kind.__name__}.{name} is not a Section")
        found[name] = field.annotation
    return found


def from_file(path: Path, kind: type[BaseModel], faults: list[str]) -> Layer | None:
    """Read a TOML file; what is wrong with it is added to `faults`. None when it cannot be read at all."""
    try:
        text = path.read_bytes().decode("utf-8-sig")  # Windows editors put a mark at the beginning
    except OSError as error:
        faults.append(f"{path}: {error.strerror}")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        faults.append(f"{path}: line {line} is not UTF-8: save the file as UTF-8")
    else:
        return from_text(text, str(path), kind, faults)
    return None


def from_text(text: str, label: str, kind: type[BaseModel], faults: list[str]) -> Layer | None:
    """Read the text of a TOML file called `label`; None when it is not TOML."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{label}: {error}")  # the message names line and column
        return None
    sections = sections_of(kind)
    found: Layer = {}
    for section, table in tables.items():
        if section not in sections:
            what = "unknown section" if isinstance(table, dict) else "it stands outside a section"
            faults.append(f"{label}: {section}: {what}{_nearest(section, sections)}")
        elif not isinstance(table, dict):
            faults.append(f"{label}: {section}: it must be a section, [{section}]")
        else:
            given = {key: Given(value, f"{label}: {section}.{key}") for key, value in table.items()}
            found |= _keys(section, given, sections[section], faults)
    return found


def from_environment(environment: Mapping[str, str], kind: type[BaseModel], faults: list[str]) -> Layer:
    """Read the variables `MOTCUA_SECTION__KEY`; others of ours have no double underscore and are no settings."""
    names: dict[str, tuple[str, str]] = {}
    for setting in settings_of(kind):
        names[setting.variable] = (setting.section, setting.key)
        if setting.secret:
            names[setting.variable + FILE.upper()] = (setting.section, setting.key + FILE)
    misspelt = {name.replace("__", "_"): name for name in names}
    given: dict[str, dict[str, Given]] = {}
    for name in sorted(name for name in environment if name.startswith(PREFIX)):
        if name in names:
            section, key = names[name]
            given.setdefault(section, {})[key] = Given(environment[name], name)
        elif "__" in name:
            faults.append(f"{name}: unknown setting{_nearest(name, names)}")
        elif name in misspelt:
            faults.append(f"{name}: unknown setting, did you mean {misspelt[name]}?")
    sections = sections_of(kind)
    found: Layer = {}
    for section, keys in given.items():
        found |= _keys(section, keys, sections[section], faults)
    return found


def _keys(section: str, given: Mapping[str, Given], model: type[Section], faults: list[str]) -> Layer:
    """Check the names of one section of one source, and take the secrets out of their files."""
    settings = {key: Setting(section, key, field) for key, field in model.model_fields.items()}
    files = {key + FILE: key for key, setting in settings.items() if setting.secret}
    given = {key: one for key, one in given.items() if not (_is_secret(key, settings, files) and _is_empty(one.value))}
    found: Layer = {}
    for key, one in given.items():
        if key in settings:
            found[section, key] = one
        elif key not in files:
            faults.append(f"{one.place}: unknown key{_nearest(key, [*settings, *files])}")
        elif files[key] in given:
            faults.append(f"{one.place}: {given[files[key]].place} is given too: keep one of them")
        else:
            secret = _read_secret(one, faults)
            found[section, files[key]] = Given(secret, one.place, broken=secret is None)
    return found


def _is_secret(key: str, settings: Mapping[str, Setting], files: Mapping[str, str]) -> bool:
    return key in files or (key in settings and settings[key].secret)


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _read_secret(one: Given, faults: list[str]) -> str | None:
    """Read the file of a secret. Its path is not shown: people put the secret itself there by mistake."""
    try:
        if not isinstance(one.value, str):
            raise ValueError
        secret = Path(one.value).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        faults.append(f"{one.place}: this file cannot be read: {error.strerror}")
    except (ValueError, RuntimeError):  # no text, no path, or no such home
        faults.append(f"{one.place}: it must be the path of a text file that holds the secret")
    else:
        if secret:
            return secret
        faults.append(f"{one.place}: this file is empty")
    return None


def resolve(kind: type[Kind], layers: Sequence[Layer], faults: Iterable[str], *, complete: bool) -> Kind:
    """Lay the sources over each other, later ones win, and make the model.

    `complete` is False when a source could not be read: what it would have given is then not called missing.
    Raises `WrongSettings` with `faults` and those of the values.
    """
    merged: Layer = {}
    for layer in layers:
        merged |= layer
    values: dict[str, dict[str, Any]] = {section: {} for section in sections_of(kind)}
    for (section, key), one in merged.items():
        values[section][key] = one.value
    every = list(faults)
    try:
        made = kind.model_validate(values)
    except ValidationError as error:
        settings = {(setting.section, setting.key): setting for setting in settings_of(kind)}
        broken = {key for key, one in merged.items() if one.broken}
        for found in error.errors(include_url=False):
            missing = found["type"] == "missing"
            if tuple(found["loc"][:2]) not in broken and (complete or not missing):
                every.append(_fault(found, merged, settings))
    if every:
        raise WrongSettings(every) from None
    return made


def _fault(found: ErrorDetails, merged: Layer, settings: Mapping[tuple[str, str], Setting]) -> str:
    place = tuple(map(str, found["loc"][:2]))
    reason = str(found["ctx"]["error"]) if found["type"] == "value_error" else ""
    if len(place) < 2:  # two settings do not go together
        return f"{''.join(place) or 'settings'}: {reason}"
    section, key = place
    setting = settings[section, key]
    allowed = f"it must be {setting.field.description}"
    if found["type"] == "missing":
        return f"{section}.{key} is missing: {allowed}"
    given = merged[section, key]
    if setting.hidden:
        return f"{given.place}: {allowed} (the value is not shown)"
    shown = json.dumps(found["input"], ensure_ascii=False, default=str)
    if len(shown) > SHOWN_CHARACTERS:
        shown = shown[: SHOWN_CHARACTERS - 1] + "…"
    return f"{given.place}: {shown} is not allowed{f' ({reason})' if reason else ''}: {allowed}"


def _nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant, or which there are."""
    known = list(known)
    near = get_close_matches(name.lower(), [one.lower() for one in known], n=1)
    if near:
        return f", did you mean {next(one for one in known if one.lower() == near[0])}?"
    return f", known are: {', '.join(known)}" if len(known) <= 40 else ""
