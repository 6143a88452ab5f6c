"""For stewards: how the node is, whom we federate with, and letting somebody in. No person's secrets are here."""

from typing import Annotated, Literal

from pydantic import Field

from alongside_node import reporting
from alongside_node.members import actions as members
from alongside_node.members.actions import Role
from alongside_node.peers.actions import State
from alongside_protocol.messages import Steps

from .forms import Caller, Day, Form, NodeName, day_text


class PeerAnswer(Form):
    """One community we know. `ours`, `theirs`: how far each side goes; `trouble`: a code, when something is wrong."""

    node: NodeName
    name: str
    origin: str
    state: Annotated[State, Field(strict=False)]
    ours: Annotated[Steps, Field(strict=False)]
    theirs: Annotated[Steps, Field(strict=False)]
    listings: int
    set_aside: int
    checked: Day | None
    expired: bool
    waiting: int
    trouble: str | None


class Peers(Form):
    """Every community we know."""

    peers: tuple[PeerAnswer, ...]


class Status(Form):
    """How the node is."""

    community: str
    node: NodeName
    origin: str
    members: int
    listings: int
    head: str | None
    signed: Day | None
    messages_waiting: int
    peers: tuple[PeerAnswer, ...]


class Inviting(Form):
    """What an invitation makes of who uses it."""

    role: Literal["member", "steward"] = "member"


class Invited(Form):
    """A code for one person; it is shown once, and only its hash is kept."""

    code: str
    last_day: Day


async def status(caller: Caller) -> Status:
    """How the node is: its listings, its head, what waits, whom it follows."""
    keyring, now = caller.edge.keys(), caller.now
    found = await caller.edge.read(lambda reading: reporting.status_of(reading, keyring, now))
    return Status(**{**found, "peers": tuple(PeerAnswer(**peer) for peer in found["peers"])})


async def peers_known(caller: Caller) -> Peers:
    """Every community we know, and how it stands between us."""
    now = caller.now
    found = await caller.edge.read(lambda reading: reporting.peers_of(reading, now))
    return Peers(peers=tuple(PeerAnswer(**peer) for peer in found))


async def invite(caller: Caller, body: Inviting) -> Invited:
    """A code with which one person may join."""
    now, random, role = caller.now, caller.edge.random, Role(body.role)
    code, last_day = await caller.edge.write(lambda tx: members.invite(tx, role, now=now, random=random))
    return Invited(code=code, last_day=day_text(last_day))
