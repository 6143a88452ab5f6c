"""The pieces that bodies and answers are made of. Strict: a member that nobody knows is refused, and nothing is converted."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from alongside_protocol import limits, sealing
from alongside_protocol.text_forms import BYTES_16, BYTES_32, LINE

from .caller import Calling


class Form(BaseModel):
    """What a client sends, and what it gets."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _text_length(raw: int) -> int:
    return (raw * 4 + 2) // 3


NAME_CHARACTERS: Final = 60

Name = Annotated[str, Field(max_length=NAME_CHARACTERS, pattern=LINE)]
NodeName = Annotated[str, Field(pattern=BYTES_32)]
RandomId = Annotated[str, Field(pattern=BYTES_16)]
Key = Annotated[str, Field(pattern=BYTES_32, description="An X25519 public key, as base64url.")]
SealedText = Annotated[
    str,
    Field(
        max_length=_text_length(sealing.LARGEST_PADDED + sealing.OVERHEAD),
        pattern="^[A-Za-z0-9_-]+$",
        description="Sealed bytes, as base64url.",
    ),
]
MessageText = Annotated[
    str,
    Field(
        max_length=_text_length(limits.MESSAGE_BYTES),
        pattern="^[A-Za-z0-9_-]+$",
        description="The bytes of a message, as `messages.write` makes them, as base64url.",
    ),
]
Instant = Annotated[int, Field(ge=1, le=limits.SAFE_INTEGER, description="Unix seconds.")]
Day = Annotated[str, Field(description="A day, as YYYY-MM-DD.")]

PathNode = Annotated[str, Path(pattern=BYTES_32)]
PathKey = Annotated[str, Path(pattern=BYTES_32)]
PathId = Annotated[str, Path(pattern=BYTES_16)]


def day_text(days: int) -> str:
    """A day from days since 1970."""
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def _calling(request: Request) -> Calling:
    found: Calling = request.state.calling
    return found


Caller = Annotated[Calling, Depends(_calling)]
"""Who calls, as the guard found out."""
