"""The settings of e-mail: a server that takes what officials are sent. Nothing is received."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.settings.sources import Section
from bot.settings.values import one_line

Line = Annotated[str, AfterValidator(one_line), Field(max_length=200)]


class Email(Section):
    """On when the server and the sender are there."""

    host: Line = Field(default="", description="the name of an SMTP server, or empty")
    port: int = Field(default=587, ge=1, le=65535, description="a port, 1 to 65535")
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="starttls, tls or none")
    username: Line = Field(default="", description="the name to log in with, or empty")
    password: SecretStr = Field(default=SecretStr(""), description="the password to log in with")
    sender: Line = Field(default="", description="the address that mails come from, or empty")

    @property
    def on(self) -> bool:
        """Whether the channel is on."""
        return bool(self.host and self.sender)

    @model_validator(mode="after")
    def _a_password_does_not_travel_in_the_open(self) -> Email:
        if self.security == "none" and self.username and self.host not in ("localhost", "127.0.0.1"):
            raise ValueError("a password is only sent with starttls or tls")
        return self
