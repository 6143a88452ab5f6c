"""A record: one line of a directory, kept and passed on as the exact bytes received (section 4).

    {"v":1,"id":…,"kind":"listing"|"profile","salt":…,"rev":…,"mod":"2026-11-23",…}

The salt is new at each revision, so that the hash of a withdrawn record, should anybody keep it, says nothing. `mod` is a day:
the hour at which somebody edits is nobody's business.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import base64url, canonical, limits
from .errors import Code, Refused
from .identifiers import RANDOM_ID_BYTES, Random, RecordId, parse_record_id
from .listing import Listing
from .profile import Profile
from .text_forms import DATE


class Kind(StrEnum):
    """What a record describes."""

    LISTING = "listing"
    PROFILE = "profile"


_CONTENT: dict[Kind, type[Listing] | type[Profile]] = {Kind.LISTING: Listing, Kind.PROFILE: Profile}


class _Common(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    v: Annotated[int, Field(ge=1, le=1)]
    id: str
    kind: Annotated[Kind, Field(strict=False)]
    salt: str
    rev: Annotated[int, Field(ge=1, le=limits.SAFE_INTEGER)]
    mod: Annotated[str, Field(pattern=DATE)]


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was read: its exact `line` (without line end) and what it says."""

    id: RecordId
    kind: Kind
    rev: int
    mod: str
    line: bytes
    content: Listing | Profile

    @property
    def digest(self) -> bytes:
        """What its leaf is made of."""
        return digest(self.line)


def digest(line: bytes) -> bytes:
    """SHA-256 of a record's line."""
    return sha256(line).digest()


def read(line: bytes, *, expected_id: RecordId) -> Record:
    """Read a record whose hash was already checked.

    Raises `Refused`: as `canonical.parse`; `record-form` when it is not a record of this version or has another id.
    """
    members = canonical.parse_object(line, max_bytes=limits.RECORD_BYTES)
    try:
        common = _Common.model_validate(members)
        content = _CONTENT[common.kind].model_validate(members)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise Refused(Code.RECORD_FORM, f"not a record of version 1: {where[:80]}") from None
    if common.id != expected_id:
        raise Refused(Code.RECORD_FORM, "the id inside is not the id in front")
    base64url.decode(common.salt, length=RANDOM_ID_BYTES)
    return Record(expected_id, common.kind, common.rev, common.mod, line, content)


def write(content: Listing | Profile, *, record_id: RecordId, rev: int, now: int, random: Random) -> bytes:
    """The line of a record, with a fresh salt. Raises `Refused` (`too-large`) above 16 KiB."""
    members: dict[str, Any] = {
        "v": 1,
        "id": parse_record_id(record_id),
        "kind": (Kind.LISTING if isinstance(content, Listing) else Kind.PROFILE).value,
        "salt": base64url.encode(random(RANDOM_ID_BYTES)),
        "rev": rev,
        "mod": datetime.fromtimestamp(now, UTC).date().isoformat(),
    }
    line = canonical.dump(members | content.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
    if len(line) > limits.RECORD_BYTES:
        raise Refused(Code.TOO_LARGE, f"a record of more than {limits.RECORD_BYTES} bytes")
    return line
