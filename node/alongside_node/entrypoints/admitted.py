"""Who may open a page or use an endpoint of the API: the words in which both tables say it (safety.md, D.29).

Deny by default: an address that is in no table does not exist, and each row of a table names one of these.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from alongside_node.members.actions import Role


class Who(StrEnum):
    """Who is let in."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed_in"
    """Also somebody who asked without an account."""
    MEMBERS = "members"
    STEWARDS = "stewards"


ADMITTED: Final[Mapping[Who, frozenset[Role | None]]] = MappingProxyType(
    {
        Who.EVERYBODY: frozenset({None, *Role}),
        Who.SIGNED_IN: frozenset(Role),
        Who.MEMBERS: frozenset({Role.MEMBER, Role.STEWARD}),
        Who.STEWARDS: frozenset({Role.STEWARD}),
    }
)
"""None stands for somebody who is not signed in."""
