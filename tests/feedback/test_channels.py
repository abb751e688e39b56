"""A feedback with two photos in eight messages, as somebody hands it in on a real channel, to the acknowledgement.

That every reply of the stories of feedback says the same on every channel is checked wherever `board` is used; the
terminal has its own in `tests/cli/test_operations.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.schema import feedback, feedback_file
from tests.channels.test_zalo_attachments import sends
from tests.channels.zalo_town import town
from tests.feedback.test_pakn import ADDRESS, CONTENT, NAME, PHONE, photo


@pytest.mark.usefixtures("database")
async def test_on_zalo(engine_url: str, tmp_path: Path) -> None:
    async with town(engine_url, tmp_path) as at:
        await at.says("#phan_anh")
        await at.says(CONTENT)
        for colour in ("red", "blue"):
            await sends(at, f"{colour}.jpg", photo(colour))
        for answer in (NAME, ADDRESS):
            await at.says(answer)
        (review,) = await at.says(PHONE)
        send = next(line.split(".")[0].strip() for line in review.splitlines() if line.endswith(". Gửi"))
        (done, *_) = await at.says(send)
        assert "PAKN-" in done
        while await at.app.jobs.one():
            await at.settles()
        assert len(await at.reads(select(feedback_file.c.name))) == 2
        ((content,),) = await at.reads(select(feedback.c.content))
        assert content == CONTENT
