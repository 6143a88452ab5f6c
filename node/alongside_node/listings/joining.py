"""How those who were accepted join: a link, a door, a room. Sealed to those who keep the listing, told only in an acceptance (listing.md).

Never in the record, never in a calendar. After somebody new keeps the listing it stays sealed to the former key, which those who were there
before open for thirty days: whoever of them looks at it or says yes seals it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import sealing
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey

from . import store

CHARACTERS: Final = 400
_JOINING: Final = "joining"


def _context(listing: str, me: NodeId) -> Context:
    return Context(from_=me, to=me, id=listing, type=_JOINING, ref="", n=0)


@dataclass(frozen=True)
class Kept:
    """Sealed, to be kept. `key`: to which; `sealed` None: nothing is told any more."""

    listing: str
    key: str
    sealed: bytes | None = field(repr=False)


def prepare(reading: Reading, listing: str, words: str, *, me: NodeId) -> Kept:
    """Seal it to the listing's key; empty words: nothing is told."""
    key = store.current_key(reading, listing) or ""
    if not key or not words:
        return Kept(listing, key, None)
    return Kept(listing, key, sealing.seal(words.encode("utf-8"), SealPublicKey.from_text(key), _context(listing, me)))


def keep(tx: Writing, kept: Kept) -> None:
    """Keep it, unless the listing's people changed meanwhile: then what was there before stays."""
    if store.current_key(tx, kept.listing) == kept.key:
        store.save_joining(tx, kept.listing, kept.key, kept.sealed)


def told(reading: Reading, listing: str, keys: Mapping[str, SealPrivateKey], *, me: NodeId) -> str:
    """What is told, for somebody who has the listing's keys; empty: nothing, or they cannot open it."""
    kept = store.joining(reading, listing)
    if kept is None or kept[0] not in keys:
        return ""
    try:
        return sealing.open(kept[1], keys[kept[0]], _context(listing, me)).decode("utf-8")
    except Refused:
        return ""


def is_lost(reading: Reading, listing: str, keys: Mapping[str, SealPrivateKey]) -> bool:
    """Whether something is kept that this person cannot open: others wrote it before they came."""
    kept = store.joining(reading, listing)
    return kept is not None and kept[0] not in keys
