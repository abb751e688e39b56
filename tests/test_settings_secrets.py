"""Secrets in the settings: from a file of their own or not, and never shown. The section here stands for any."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.settings import load
from bot.settings.sources import Section
from tests.settings_files import config, faults

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # an invented token, in the shape of a real one


class Telegram(Section):
    """A section as later channels have one."""

    token: SecretStr = Field(min_length=10, description="the token that BotFather gave")
    webhook_secret: SecretStr | None = Field(default=None, description="a secret of the webhook, or empty")
    mode: str = Field(default="polling", pattern="^(polling|webhook)$", description="polling or webhook")


class WithTelegram(BaseModel):
    """Settings with a section that has secrets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    telegram: Telegram


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("blank", ["", " \n"])
def test_a_secret_is_read_from_its_file_or_given_itself(blank: str) -> None:
    Path("token").write_text(TOKEN + "\n", encoding="utf-8")
    for given in (
        {"MOTCUA_TELEGRAM__TOKEN": TOKEN},
        {"MOTCUA_TELEGRAM__TOKEN_FILE": "token"},
        {"MOTCUA_TELEGRAM__TOKEN_FILE": "token", "MOTCUA_TELEGRAM__TOKEN": blank},
        {"MOTCUA_TELEGRAM__TOKEN_FILE": blank, "MOTCUA_TELEGRAM__TOKEN": TOKEN, "MOTCUA_TELEGRAM__WEBHOOK_SECRET": ""},
    ):
        telegram = load(None, given, kind=WithTelegram).telegram
        assert telegram.token.get_secret_value() == TOKEN
        assert telegram.webhook_secret is None
    from_file = load(config('[telegram]\ntoken_file = "token"'), {}, kind=WithTelegram).telegram
    assert from_file.token.get_secret_value() == TOKEN
    assert TOKEN not in repr(from_file) + str(from_file.model_dump())


def test_the_environment_wins_in_whichever_form_it_gives_a_secret() -> None:
    Path("token").write_text(TOKEN, encoding="utf-8")
    path = config('[telegram]\ntoken = "1:of-the-config-file"')
    telegram = load(path, {"MOTCUA_TELEGRAM__TOKEN_FILE": "token"}, kind=WithTelegram).telegram
    assert telegram.token.get_secret_value() == TOKEN


def test_a_secret_given_twice_in_one_place_is_a_fault() -> None:
    both = {"MOTCUA_TELEGRAM__TOKEN": TOKEN, "MOTCUA_TELEGRAM__TOKEN_FILE": "token"}
    said = faults(None, both, kind=WithTelegram)
    assert said == "MOTCUA_TELEGRAM__TOKEN_FILE: MOTCUA_TELEGRAM__TOKEN is given too: keep one of them"
    written = faults(f'[telegram]\ntoken = "{TOKEN}"\ntoken_file = "token"', kind=WithTelegram)
    assert "my.toml: telegram.token_file: my.toml: telegram.token is given too" in written


def test_a_section_without_its_compulsory_secret_says_so() -> None:
    assert faults(None, {}, kind=WithTelegram) == "telegram.token is missing: it must be the token that BotFather gave"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MOTCUA_TELEGRAM__TOKEN": TOKEN[:9]}, "MOTCUA_TELEGRAM__TOKEN: it must be the token that BotFather gave"),
        ({"MOTCUA_TELEGRAM__TOKEN_FILE": TOKEN}, "cannot be read: No such file"),
        ({"MOTCUA_TELEGRAM__TOKEN_FILE": TOKEN * 99}, "cannot be read: File name too long"),
        ({"MOTCUA_TELEGRAM__TOKEN_FILE": TOKEN + "\0"}, "must be the path of a text file"),
        ({"MOTCUA_TELEGRAM__TOKEN_FILE": "."}, "cannot be read: Is a directory"),
        ({"MOTCUA_TELEGRAM__TOKEN_FILE": "blank"}, "this file is empty"),
        ({"MOTCUA_TELEGRAM__TOKEN_FILE": "binary"}, "must be the path of a text file"),
        ({"MOTCUA_TELEGRAM__TOKEN": TOKEN, "MOTCUA_TELEGRAM__MODE": "pull"}, 'MODE: "pull" is not allowed'),
        ({"MOTCUA_TELEGRAM__TOKN": TOKEN}, "did you mean MOTCUA_TELEGRAM__TOKEN?"),
    ],
)
def test_a_wrong_secret_is_said_without_showing_it(given: dict[str, str], said: str) -> None:
    Path("blank").write_text("\n", encoding="utf-8")
    Path("binary").write_bytes(b"\xff\xfe")
    fault = faults(None, given, kind=WithTelegram)
    assert said in fault
    assert TOKEN[:9] not in fault


def test_a_secret_of_the_wrong_type_in_the_file_is_not_shown() -> None:
    assert "110201543" not in faults("[telegram]\ntoken = 110201543", kind=WithTelegram)
    assert "must be the path" in faults("[telegram]\ntoken_file = 110201543", kind=WithTelegram)


def test_the_password_of_the_database_is_never_shown() -> None:
    url = "postgresql://motcua:geheim@db/motcua"
    settings = load(environment={"MOTCUA_DATABASE__URL": url})
    assert settings.database.url == url
    assert "geheim" not in repr(settings) + str(settings)
    assert "geheim" not in faults(None, {"MOTCUA_DATABASE__URL": "mysql://motcua:geheim@db/motcua"})


def test_a_secret_whose_file_cannot_be_read_is_not_called_missing_too() -> None:
    assert "missing" not in faults(None, {"MOTCUA_TELEGRAM__TOKEN_FILE": "none"}, kind=WithTelegram)
