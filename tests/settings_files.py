"""What the tests of the settings share: files in the working directory, and the faults that loading them has."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.settings import Settings, load
from knowledge.errors import WrongSettings


def config(text: str, encoding: str = "utf-8") -> Path:
    path = Path("my.toml")
    path.write_text(text, encoding=encoding)
    return path


def faults(
    text: str | None = None, environment: dict[str, str] | None = None, *, kind: type[BaseModel] = Settings
) -> str:
    with pytest.raises(WrongSettings) as raised:
        load(None if text is None else config(text), environment or {}, kind=kind)
    assert raised.value.faults == str(raised.value).splitlines(), "one line each"
    return str(raised.value)
