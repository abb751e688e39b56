"""What the README says is true: its conversation is replayed, its links lead somewhere.

After a change of the texts, `MOTCUA_UPDATE=1 ./run test tests/test_readme.py` writes what the bot says now.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest

from bot.app import running
from bot.channels.terminal import Terminal, read_line
from bot.demo import SAMPLE_CODE, fill
from bot.settings import load

ROOT = Path(__file__).parent.parent
READMES = sorted(path.name for path in ROOT.glob("README*.md"))
CONVERSATION = re.compile(r"<!-- conversation -->\n```text\n(.*?)```", re.DOTALL)


def told(readme: str) -> str:
    """Give the conversation that a README shows."""
    found = CONVERSATION.search((ROOT / readme).read_text(encoding="utf-8"))
    assert found is not None, f"{readme} shows no conversation"
    return found.group(1)


async def replay(url: str, folder: Path, lines: list[str]) -> str:
    """Hold the conversation in the terminal with the demo's data and give the transcript."""
    given = load(environment={"MOTCUA_DATABASE__URL": url, "MOTCUA_DATABASE__KEY_FILE": str(folder / "key")})
    transcript = ""
    out = io.StringIO()
    async with running(given, [Terminal(out)], sample=SAMPLE_CODE) as app:
        await fill(app, given)
        for line in lines:
            out.seek(0)
            out.truncate()
            await app.receive("terminal", "reader", read_line(line))
            await app.turns.idle()
            transcript += f"> {line}\n{out.getvalue()}"
    return transcript


@pytest.mark.parametrize("readme", READMES)
async def test_the_conversation_in_the_readme_is_what_the_bot_says(
    readme: str, engine_url: str, tmp_path: Path
) -> None:
    shown = told(readme)
    lines = [line.removeprefix("> ") for line in shown.splitlines() if line.startswith("> ")]
    assert len(lines) >= 3
    said = (await replay(engine_url, tmp_path, lines)).strip()
    if os.environ.get("MOTCUA_UPDATE") == "1":
        text = (ROOT / readme).read_text(encoding="utf-8")
        (ROOT / readme).write_text(text.replace(shown, f"{said}\n"), encoding="utf-8")
    assert said == told(readme).strip()


@pytest.mark.parametrize("readme", READMES)
def test_every_link_in_the_readme_leads_to_a_file(readme: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
    assert targets
    missing = [target for target in targets if "://" not in target and not (ROOT / target).exists()]
    assert missing == []
