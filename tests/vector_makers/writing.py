"""How a file of vectors is written: its cases, those that are taken with what comes of them, those that are refused with the reason.

The reason of a refusal is written down by whoever made the case, never asked of the library: a test asks it afterwards.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from alongside_protocol import base64url, canonical, jws, limits
from alongside_protocol.errors import Code
from alongside_protocol.keys import SigningKey
from vector_makers.readers import READERS

FOLDER = Path(__file__).parents[2] / "protocol/alongside_protocol/testing/vectors"
NOW = 1_800_000_000

Case = dict[str, Any]
encode, decode = base64url.encode, base64url.decode


def fixed(label: object, length: int = 32) -> bytes:
    """Bytes that everybody can make again."""
    return sha256(f"alongside vector {label}".encode()).digest()[:length]


def random(label: object, length: int = 32) -> str:
    """The same, as base64url."""
    return encode(fixed(label, length))


class Sheet:
    """One file. `world` is what its cases share."""

    def __init__(self, path: str, about: str, **world: Any) -> None:
        self.path, self.about, self.world = path, about, world
        self.cases: list[Case] = []

    def takes(self, inputs: Mapping[str, Case]) -> None:
        """Cases that a reader takes, each with what our own makes of it."""
        read = READERS[self.path]
        self.cases += [{"name": name} | given | {"expect": read(self.world, given)} for name, given in inputs.items()]

    def refuses(self, reason: Code, why: str, inputs: Mapping[str, Case]) -> None:
        """Cases that a reader refuses for one reason, by one rule."""
        said = {"reason": reason.value, "why": why}
        self.cases += [{"name": name} | given | said for name, given in inputs.items()]

    @property
    def text(self) -> str:
        """One case a line, so that a change shows as a change of that case. Everything beyond ASCII is escaped, so that nothing hides."""
        lines = [json.dumps(case) for case in self.cases]
        return json.dumps({"about": self.about} | self.world)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n"


def signed(kind: jws.Type, original: str, key: SigningKey, **changed: Any) -> str:
    """An envelope that says something else than the original, with a signature that fits; "absent" takes a member out."""
    members = canonical.parse_object(decode(original.split(".")[1]), max_bytes=limits.JWS_BYTES) | changed
    return jws.sign(kind, canonical.dump({name: value for name, value in members.items() if value != "absent"}), key)
