"""The example file holds every setting, explained, with its default."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from bot.settings import Settings, load, profile
from bot.settings.sources import settings_of

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"


def _uncommented() -> str:
    return re.sub(r"^#(?=[a-z_]+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _loaded(folder: Path) -> Settings:
    path = folder / "config.toml"
    path.write_text(_uncommented(), encoding="utf-8")
    return load(path, {})


def test_every_setting_is_in_the_example_file_and_every_key_there_exists() -> None:
    given = {(section, key) for section, table in tomllib.loads(_uncommented()).items() for key in table}
    expected = {(one.section, one.key) for one in settings_of(Settings)}
    expected |= {(one.section, f"{one.key}_file") for one in settings_of(Settings) if one.secret}
    assert given == expected


def test_the_example_file_loads_as_it_is_and_with_every_line_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where there is no config.toml
    assert load(EXAMPLE, {}) == load(None, {})
    assert _loaded(tmp_path).agency.profile == profile.DEMO


def test_the_example_file_shows_the_defaults(tmp_path: Path) -> None:
    shown = _loaded(tmp_path)
    for setting in settings_of(Settings):
        if (setting.section, setting.key) not in {("agency", "profile"), ("agency", "name")}:
            value = getattr(getattr(shown, setting.section), setting.key)
            assert value == setting.field.default, f"{setting.section}.{setting.key}"


def test_every_key_of_the_example_file_is_explained() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for above, line in pairwise(lines):
        if re.match(r"#?[a-z_]+ = ", line):
            assert above.startswith("# "), line


def test_every_setting_says_what_is_allowed() -> None:
    assert [one.variable for one in settings_of(Settings) if not one.field.description] == []
