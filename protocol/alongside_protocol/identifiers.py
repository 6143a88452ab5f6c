"""Identifiers as types, so that a node's id can never be passed where a record's is meant (specification, section 3).

Each is text on the wire: base64url of 32 bytes for a node, of 16 random bytes for everything else. Ids carry no meaning
and no order: nobody learns from one when it was made or how many there are.
"""

from collections.abc import Callable
from typing import NewType

from . import base64url

NodeId = NewType("NodeId", str)
RecordId = NewType("RecordId", str)
MessageId = NewType("MessageId", str)
Ref = NewType("Ref", str)

RANDOM_ID_BYTES = 16
NODE_ID_BYTES = 32

Random = Callable[[int], bytes]
"""Where randomness comes from: `secrets.token_bytes` in a program, a seeded source in a test."""


def parse_node_id(text: str) -> NodeId:
    """Canonical text of a node id. Raises `Refused` (`base64url`)."""
    base64url.decode(text, length=NODE_ID_BYTES)
    return NodeId(text)


def parse_record_id(text: str) -> RecordId:
    """Canonical text of a record id. Raises `Refused` (`base64url`)."""
    base64url.decode(text, length=RANDOM_ID_BYTES)
    return RecordId(text)


def new_record_id(random: Random) -> RecordId:
    """A fresh record id."""
    return RecordId(base64url.encode(random(RANDOM_ID_BYTES)))


def new_message_id(random: Random) -> MessageId:
    """A fresh message id, unique for its sender."""
    return MessageId(base64url.encode(random(RANDOM_ID_BYTES)))


def new_ref(random: Random) -> Ref:
    """A fresh referral reference, known only to the two nodes it concerns."""
    return Ref(base64url.encode(random(RANDOM_ID_BYTES)))
