"""E-mail goes out as plain text to a server that speaks SMTP, and its answers become ours."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from markupsafe import Markup

from bot.channels.base import Outgoing, OutgoingFile
from bot.channels.email import Email
from bot.settings.email import Email as Settings
from handlers.messages import Button, Reply
from knowledge.errors import DeliveryError, Gone, Refused, TryLater, Uncertain

WORDS = Outgoing(
    "an@example.vn", Reply(Markup("<b>Hồ sơ mới</b>\nMã: 1 &lt; 2"), ((Button("Tôi nhận", "1:x"),),)), False
)


@dataclass
class Mailbox:
    """A server that answers each command as it is told to, and keeps what it was given."""

    answers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    talks: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.append(asyncio.create_task(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 mail")
        while line := await reader.readline():
            verb = line.decode().split(":")[0].split()[0].upper()
            if verb == "DATA":
                if verb in self.answers:
                    await say(self.answers[verb])
                    continue
                await say("354 go on")
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                if self.answers.get("END") == "silence":
                    break
                await say(self.answers.get("END", "250 kept"))
            elif verb == "QUIT":
                await say("221 bye")
                break
            else:
                await say(self.answers.get(verb, "250 ok"))
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def mailbox(**answers: str) -> AsyncIterator[Mailbox]:
    kept = Mailbox(answers)
    server = await asyncio.start_server(kept.begin, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        await asyncio.gather(*kept.talks)


def channel(port: int) -> Email:
    return Email(Settings(host="127.0.0.1", port=port, security="none", sender="motcua@example.vn"))


async def test_a_mail_is_plain_text_with_the_first_line_as_subject_and_its_files() -> None:
    async with mailbox() as kept:
        file = OutgoingFile("danh-sach.xlsx", b"PK", "application/zip")
        sent = await channel(kept.port).send(Outgoing(WORDS.address, WORDS.reply, True, (file,)))
    (raw,) = kept.mails
    mail = email.message_from_bytes(raw.removesuffix(b".\r\n"), policy=email.policy.default)
    assert (mail["Subject"], mail["To"], mail["From"]) == ("(↻) Hồ sơ mới", "an@example.vn", "motcua@example.vn")
    assert mail["Message-ID"] == sent
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body()
    assert body is not None
    assert body.get_content().strip() == "Hồ sơ mới\nMã: 1 < 2", "buttons do not travel"
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("danh-sach.xlsx", b"PK")


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"RCPT": "550 no such mailbox"}, Gone),
        ({"RCPT": "450 busy"}, TryLater),
        ({"RCPT": "552 full"}, Refused),
        ({"MAIL": "421 later"}, TryLater),
        ({"DATA": "554 no"}, Refused),
        ({"END": "451 later"}, TryLater),
        ({"END": "silence"}, Uncertain),
    ],
)
async def test_the_answers_of_the_server_become_ours(answers: dict[str, str], kind: type[DeliveryError]) -> None:
    async with mailbox(**answers) as kept:
        with pytest.raises(kind):
            await channel(kept.port).send(WORDS)


async def test_a_server_that_is_not_there_is_tried_later() -> None:
    async with mailbox() as kept:
        port = kept.port
    with pytest.raises(TryLater):
        await channel(port).send(WORDS)


def test_a_password_is_not_sent_in_the_open() -> None:
    with pytest.raises(ValueError, match="starttls or tls"):
        Settings(host="mail.example.vn", sender="a@example.vn", username="a", security="none")
