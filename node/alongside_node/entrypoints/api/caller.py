"""Who calls: the person for whom a client's token acts, and what the endpoints stand on (safety.md, D.31).

A token is read anew from the database with each request, so that ending one ends it at once. It opens no sealed key: nothing here
holds one. Cookies are never looked at, so no page of another site can act through a browser.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from starlette.requests import Request

from alongside_node.directory.searching import Viewer
from alongside_node.entrypoints.allowance import Allowance
from alongside_node.entrypoints.edge import Edge
from alongside_node.members import actions as members
from alongside_node.members.actions import Act, Derivation, Member, Role
from alongside_node.members.rules import may
from alongside_node.referrals.rules import OPEN_AT_ONCE
from alongside_protocol import limits
from alongside_protocol.identifiers import NodeId

from .problems import Problem, ProblemError
from .repeats import Repeats

REQUESTS_A_DAY = OPEN_AT_ONCE
"""That clients of one person may begin. The node cannot look into the box of who seals by themselves, so it cannot count what is open."""
CALLS_A_MINUTE = 300
"""Of one person, with all their clients: a client that looks every few seconds stays far below."""
_SCHEME = "bearer "


@dataclass
class Api:
    """What all endpoints stand on."""

    edge: Edge
    derivation: Derivation
    stylesheet: str
    """The address of the pages' stylesheet, for the reference."""
    allowance: Allowance = field(default_factory=lambda: Allowance(CALLS_A_MINUTE))
    asking: Allowance = field(default_factory=lambda: Allowance(REQUESTS_A_DAY, seconds=limits.DAY))
    repeats: Repeats = field(default_factory=Repeats)


@dataclass(frozen=True)
class Calling:
    """One call. `token` is empty, and `person` None, when nobody is signed in."""

    api: Api
    person: Member | None
    token: str = field(repr=False)

    @property
    def edge(self) -> Edge:
        """Database, clock, keys."""
        return self.api.edge

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.edge.now

    @property
    def me(self) -> NodeId:
        """The id of this node."""
        return self.edge.me

    @property
    def role(self) -> Role | None:
        """What they are here; None: not signed in."""
        return None if self.person is None else self.person.role

    @property
    def member(self) -> Member:
        """Who is signed in; the guard has let nobody else in."""
        if self.person is None:
            raise ProblemError(Problem.NOT_SIGNED_IN)
        return self.person

    @property
    def viewer(self) -> Viewer:
        """How they look at the directory."""
        return Viewer(self.me, member=may(self.role, Act.SEARCH_FEDERATED))

    @property
    def known_as(self) -> bytes:
        """A name for this token in memory, from which it cannot be had back."""
        return sha256(b"alongside-caller-1 " + self.token.encode("ascii", "replace")).digest()


async def who_calls(api: Api, request: Request) -> Calling:
    """Raises `ProblemError` (`not-signed-in`) for a token that is none, or no longer; `Refused` (`busy`) for too many calls."""
    given = request.headers.get("authorization", "")
    if not given:
        return Calling(api, None, "")
    if not given.lower().startswith(_SCHEME):
        raise ProblemError(Problem.NOT_SIGNED_IN)
    token, now = given[len(_SCHEME) :].strip(), api.edge.now
    person = await api.edge.read(lambda reading: members.granted(reading, token, now=now))
    if person is None:
        raise ProblemError(Problem.NOT_SIGNED_IN)
    api.allowance.take(person.id, now)
    return Calling(api, person, token)
