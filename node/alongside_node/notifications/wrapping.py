"""Where somebody is told, wrapped at rest under a key that lies beside the database and not in it.

The node must be able to read it while nobody is signed in, so whoever takes the whole machine can too; a copy of the database alone
shows neither an address nor in which language, zone or hours. All choices have one length.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from alongside_protocol.identifiers import Random

from .rules import Choice, Kind

KEY_NAME: Final = "notifications.key"
KEY_BYTES: Final = 32
_NONCE: Final = 12
_PADDED: Final = 1_024


def key_in(folder: Path, random: Random) -> bytes:
    """The key of this node, made when it is not there yet; only the user who runs the node can read the file."""
    path = folder / KEY_NAME
    if not path.exists():
        _make(path, random(KEY_BYTES), random(8).hex())
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(
            f"{path} is not a key of {KEY_BYTES} bytes; without it nobody can be told anything. Take it away to begin anew."
        )
    return key


def _make(path: Path, key: bytes, name: str) -> None:
    """Whole or not at all, and never over one that another process has made meanwhile."""
    unfinished = path.with_name(f"{path.name}.{name}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(unfinished)
    unfinished.unlink()


def wrap(choice: Choice, key: bytes, *, row: str, random: Random) -> bytes:
    """A choice, unreadable without the key and in no other row."""
    raw = json.dumps(
        {
            "to": choice.to,
            "lang": choice.lang,
            "remind": choice.remind,
            "quiet": choice.quiet,
            "zone": choice.zone,
        }
    ).encode("utf-8")
    nonce = random(_NONCE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, raw.ljust(_PADDED), row.encode("ascii"))


def unwrap(wrapped: bytes, kind: Kind, key: bytes, *, row: str) -> Choice | None:
    """None when the key is not the one, or the row was changed: then nobody is told, and the person can choose again."""
    try:
        raw = ChaCha20Poly1305(key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], row.encode("ascii"))
    except (InvalidTag, ValueError):
        return None
    said: dict[str, Any] = json.loads(raw)
    quiet = said["quiet"]
    return Choice(
        kind, said["to"], said["lang"], said["remind"], None if quiet is None else (quiet[0], quiet[1]), said["zone"]
    )
