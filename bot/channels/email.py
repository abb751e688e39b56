"""E-mail, send only: for officials whom no chat reaches. A message is plain text; its buttons do not travel.

The library is loaded at the first mail: most processes never send one.
"""

from __future__ import annotations

import logging
from email.message import EmailMessage
from email.utils import make_msgid

from bot.channels.base import REPEATED, Outgoing
from bot.channels.plain import plain_text
from bot.settings.email import Email as Settings
from knowledge.errors import DeliveryError, Gone, Refused, TryLater, Uncertain

log = logging.getLogger(__name__)

SECONDS = 15.0  # for each answer of the server
SUBJECT_MOST = 120  # characters
NO_MAILBOX = frozenset({550, 551, 553})  # RFC 5321, 4.2.2: there is no such mailbox, or it is elsewhere


class Email:
    """The channel. An address is a mailbox."""

    name = "email"

    def __init__(self, given: Settings) -> None:
        self._given = given

    async def send(self, message: Outgoing) -> str | None:
        """Send one mail and return its Message-ID. Raises `DeliveryError`."""
        import aiosmtplib

        given, mail = self._given, self.written(message)
        try:
            await aiosmtplib.send(
                mail,
                hostname=given.host,
                port=given.port,
                username=given.username or None,
                password=given.password.get_secret_value() or None,
                use_tls=given.security == "tls",
                start_tls=given.security == "starttls",
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise ours([one.code for one in error.recipients], "the mailbox was refused") from None
        except aiosmtplib.SMTPAuthenticationError as error:
            log.error("the mail server does not take the login: check email.username and email.password")
            raise TryLater(f"login refused: {error.code}") from None
        except aiosmtplib.SMTPResponseException as error:
            raise ours([error.code], f"{error.code}") from None
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPConnectTimeoutError):
            raise TryLater("the mail server cannot be reached") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Uncertain(type(error).__name__) from None
        return str(mail["Message-ID"])[:100]

    def written(self, message: Outgoing) -> EmailMessage:
        """Write the mail: the first line is its subject too."""
        mail = EmailMessage()
        text = plain_text(message.reply.text)
        mark = f"{REPEATED} " if message.repeated else ""
        mail["Subject"] = f"{mark}{text.splitlines()[0]}"[:SUBJECT_MOST]
        mail["From"], mail["To"] = self._given.sender, message.address
        mail["Message-ID"] = make_msgid(domain=self._given.sender.rpartition("@")[2] or None)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer comes back
        mail.set_content(text)
        for file in message.files:
            kind, _, subtype = file.media_type.partition("/")
            mail.add_attachment(file.content, maintype=kind, subtype=subtype or "octet-stream", filename=file.name)
        return mail


def ours(codes: list[int], said: str) -> DeliveryError:
    """Turn the server's refusal into ours: 4yz may pass (RFC 5321, 4.2.1), a missing mailbox is gone."""
    if codes and all(code in NO_MAILBOX for code in codes):
        return Gone(said)
    return TryLater(said) if all(400 <= code < 500 for code in codes) else Refused(said)
