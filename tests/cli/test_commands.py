"""What every command has in common: help with an example, exit codes, faults in one line, clean standard output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bot.cli import PLACES, app
from tests.cli.motcua import Motcua


def every_command() -> Iterator[tuple[str, ...]]:
    """List every command and sub-command by its words."""
    group: Any = get_command(app)
    for name in PLACES:
        yield (name,)
        command: Any = group.get_command(group.make_context("motcua", [name]), name)
        yield from ((name, inner) for inner in getattr(command, "commands", ()))


def call(*words: str) -> Any:
    return CliRunner().invoke(app, words)


@pytest.mark.parametrize("words", [(), *every_command()], ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    shown = call(*words, "--help")
    assert shown.exit_code == 0
    assert f"Example: {'motcua ' if len(words) != 1 or words[0] != 'chat' else 'echo'}" in shown.output
    assert " ".join(("motcua", *words)).strip() in " ".join(shown.output.split())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "chta",
        "chat --nope",
        "chat more words",
        "chat --as",
        "ask --top 0",
        "ask --top many x",
        "status",
        "status one two",
        "dossiers",
        "dossiers nonsense",
        "dossiers import",
        "dossiers list --most 0",
        "dossiers list --most 99999999999999999999",
        "dossiers show",
        "feedback show",
        "feedback list --most -1",
        "outbox list --state nonsense",
        "outbox retry",
        "outbox retry twelve",
        "outbox retry 99999999999999999999",
        "migrate now",
        "demo extra",
        "demo --as anna",
    ],
)
def test_wrong_usage_ends_with_status_2_and_says_what_is_wrong(line: str) -> None:
    ended = call(*line.split())
    assert ended.exit_code == 2
    assert "Error: " in ended.output or "Commands:" in ended.output
    assert "Traceback" not in ended.output


def test_a_mistyped_command_is_told_which_one_was_meant() -> None:
    assert "Did you mean 'dossiers'" in call("dosiers").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dossiers", "import", "none.csv"), "none.csv: No such file or directory"),
        (("dossiers", "show", "nonsense"), "no dossier nonsense"),
        (("feedback", "show", "PAKN-20261123-9999"), "no feedback PAKN-20261123-9999"),
        (("outbox", "retry", "7"), "row 7 cannot be tried again"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_fault_of_the_user_is_one_line_on_standard_error(bare: Motcua, words: tuple[str, ...], said: str) -> None:
    ran = bare(*words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("motcua: ")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_wrong_settings_stop_every_command_with_all_their_faults(bare: Motcua) -> None:
    bare.settings = {"MOTCUA_FOO__BAR": "1", "MOTCUA_DATABASE__URL": "mysql://user:geheim@host/x"}
    ran = bare("status", "x")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("motcua: ")
    assert "MOTCUA_FOO__BAR" in ran.err
    assert "MOTCUA_DATABASE__URL" in ran.err
    assert "geheim" not in ran.err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MOTCUA_DATABASE__URL", "postgresql://motcua@127.0.0.1:1/none", "Connection refused"),
        ("MOTCUA_DATABASE__KEY_FILE", "/dev/null/key", "key_file"),
        ("MOTCUA_CATALOGUE__EDITION", "atlantis-2020", "atlantis-2020"),
    ],
)
def test_what_is_out_of_reach_is_told_in_one_line(bare: Motcua, name: str, value: str, said: str) -> None:
    bare.settings = {name: value}
    ran = bare("status", "x")
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_told_in_one_line(bare: Motcua) -> None:
    bare.write("var", "a file where the folder of the database should be")
    bare.settings = {"MOTCUA_DATABASE__KEY_FILE": "key"}
    ran = bare("status", "x")
    assert (ran.code, ran.out, ran.err) == (1, "", "motcua: var: File exists\n")


def test_a_file_that_is_no_database_is_told_in_one_line(bare: Motcua) -> None:
    (bare.folder / "var").mkdir()
    bare.write("var/motcua.db", "this is a text, and it is longer than the head of a database would have to be\n" * 9)
    ran = bare("status", "x")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("\n") == 1


def test_processes_that_start_together_on_an_empty_database_do_not_meet(anew: Motcua) -> None:
    together = [anew.start("status", "x", "--json") for _ in range(2)]
    ended = [(one.communicate(timeout=60), one.returncode) for one in together]
    for (out, err), code in ended:
        assert (code, err) == (0, b"")
        assert out.count(b"\n") == 1
