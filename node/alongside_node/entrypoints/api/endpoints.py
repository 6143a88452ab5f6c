"""Every endpoint with its address and who may use it: what is not in this table does not exist (safety.md, D.29).

Each row names a handler, whose docstring is its description. Never decides anything by itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Final

from alongside_node.entrypoints.admitted import Who

from . import accounts, directory, incoming, offerings, reference, requests, stewardship

SECURITY: Final = {"token": {"type": "http", "scheme": "bearer", "description": "From `POST /grants` or `POST /join`."}}

_KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "The same key with the same body, within twenty minutes, is answered as the first time.",
}


@dataclass(frozen=True)
class Endpoint:
    """One row. `answer`: the model of what it returns; None: it says itself. `writes`: takes an `Idempotency-Key`."""

    method: str
    path: str
    who: Who
    handler: Callable[..., Awaitable[Any]]
    answer: Any = None
    status: int = 200
    writes: bool = True

    @property
    def summary(self) -> str:
        """The first line of what its handler says."""
        return (getdoc(self.handler) or "").partition("\n")[0].rstrip(".")

    @property
    def extra(self) -> dict[str, Any]:
        """What the description says of it beside its members."""
        found: dict[str, Any] = {"x-who": self.who.value}
        if self.who is not Who.EVERYBODY:
            found["security"] = [{"token": []}]
        elif self.path in _BETTER_SIGNED_IN:
            found["security"] = [{}, {"token": []}]
        else:
            found["security"] = []
        if self.method == "POST" and self.writes:
            found["parameters"] = [_KEY_PARAMETER]
        return found


_E, _S, _M, _ST = Who.EVERYBODY, Who.SIGNED_IN, Who.MEMBERS, Who.STEWARDS
_OFFERING, _REQUEST, _INCOMING = "/offerings/{listing}", "/requests/{ref}", "/incoming/{peer}/{ref}"
_SEARCH, _LISTING = "/search", "/listings/{node}/{listing}"
_BETTER_SIGNED_IN: Final = frozenset({_SEARCH, _LISTING})
"""Open to everybody; whose token is a member's sees what is meant for federated communities too."""

ENDPOINTS: Final = (
    Endpoint("GET", "/", _E, reference.page),
    Endpoint("GET", "/openapi.json", _E, reference.description),
    Endpoint("POST", "/grants", _E, accounts.grant, accounts.Granted, 201),
    Endpoint("DELETE", "/grants/current", _S, accounts.end, status=204),
    Endpoint("GET", "/grants", _S, accounts.programs, accounts.Programs),
    Endpoint("DELETE", "/grants/{program}", _S, accounts.end_program, status=204),
    Endpoint("GET", "/sessions", _S, accounts.sessions, accounts.Sessions),
    Endpoint("DELETE", "/sessions/{session}", _S, accounts.end_session, status=204),
    Endpoint("POST", "/account/take", _S, accounts.take, writes=False),
    Endpoint("POST", "/join", _E, accounts.join, accounts.Granted, 201),
    Endpoint("POST", "/account/leave", _S, accounts.leave, status=204),
    Endpoint("GET", "/community", _E, directory.community, directory.Community),
    Endpoint("POST", _SEARCH, _E, directory.search, directory.Results, writes=False),
    Endpoint("GET", _LISTING, _E, directory.listing, directory.Result),
    Endpoint("GET", "/offerings", _M, offerings.mine, offerings.Offerings),
    Endpoint("POST", "/offerings", _M, offerings.create, offerings.OfferingAnswer, 201),
    Endpoint("PUT", _OFFERING, _M, offerings.edit, offerings.OfferingAnswer),
    Endpoint("POST", f"{_OFFERING}/publish", _M, offerings.publish, offerings.OfferingAnswer),
    Endpoint("POST", f"{_OFFERING}/confirm", _M, offerings.confirm, offerings.OfferingAnswer),
    Endpoint("POST", f"{_OFFERING}/rest", _M, offerings.rest, offerings.OfferingAnswer),
    Endpoint("POST", f"{_OFFERING}/reopen", _M, offerings.reopen, offerings.OfferingAnswer),
    Endpoint("POST", f"{_OFFERING}/withdraw", _M, offerings.withdraw, offerings.OfferingAnswer),
    Endpoint("GET", "/addressees/{node}/{listing}", _S, requests.addressee, requests.AddresseeAnswer),
    Endpoint("GET", "/box", _S, requests.box, requests.BoxAnswer),
    Endpoint("POST", "/requests", _M, requests.ask, requests.RequestAnswer, 201),
    Endpoint("GET", _REQUEST, _S, requests.one, requests.ThreadAnswer),
    Endpoint("POST", f"{_REQUEST}/messages", _S, requests.write_on, requests.RequestAnswer),
    Endpoint("POST", f"{_REQUEST}/withdraw", _S, requests.withdraw, requests.RequestAnswer),
    Endpoint("POST", f"{_REQUEST}/close", _S, requests.close, requests.RequestAnswer),
    Endpoint("POST", f"{_REQUEST}/erase", _S, requests.erase, status=204),
    Endpoint("GET", f"{_REQUEST}/receipt", _S, requests.receipt, requests.ReceiptAnswer),
    Endpoint("GET", "/incoming", _M, incoming.everything, incoming.Everything),
    Endpoint("GET", _INCOMING, _M, incoming.one, incoming.IncomingThread),
    Endpoint("POST", f"{_INCOMING}/answers", _M, incoming.answer, incoming.IncomingRow),
    Endpoint("GET", "/status", _ST, stewardship.status, stewardship.Status),
    Endpoint("GET", "/peers", _ST, stewardship.peers_known, stewardship.Peers),
    Endpoint("POST", "/invitations", _ST, stewardship.invite, stewardship.Invited, 201),
)
