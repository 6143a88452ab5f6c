"""Which addresses a node may connect to: public ones, decided by an explicit table (section 8 of the specification).

Python's `ipaddress.is_global` is not a guard: it follows the registry of its release and lets NAT64 and 6to4 reach inside. A host
name is resolved once, every address it has must pass, and the connection goes to an address that was checked.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from alongside_protocol.errors import Code, Refused

# RFC 6890 and its registry, with multicast and reserved space.
_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_ALLOWED_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_LOOPBACK_V4 = IPv4Network("127.0.0.0/8")
_LOOPBACK_V6 = IPv6Address("::1")
_PLAIN_PORTS = (443,)
_FIRST_UNPRIVILEGED_PORT = 1024

Address = IPv4Address | IPv6Address


def vet(addresses: Sequence[str], *, allow_loopback: bool) -> Address:
    """The address to connect to, the first of those a name has. Raises `Refused` (`address`) unless all of them may be."""
    if not addresses:
        raise Refused(Code.UNREACHABLE, "the name has no address")
    parsed = [_parsed(text) for text in addresses]
    if not all(is_public(address) or (allow_loopback and is_loopback(address)) for address in parsed):
        raise Refused(Code.ADDRESS, "the name has an address inside a private or special network")
    return parsed[0]


def is_public(address: Address) -> bool:
    """Whether an address is an ordinary public one."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    return address in _ALLOWED_V6 and not any(address in network for network in _REFUSED_V6)


def is_loopback(address: Address) -> bool:
    """Whether it is this machine, for development."""
    return address in _LOOPBACK_V4 if isinstance(address, IPv4Address) else address == _LOOPBACK_V6


def vet_port(port: int, *, allow_loopback: bool) -> None:
    """Raises `Refused` (`address`) for ports of other services, so that no peer can make us speak to them."""
    if port not in _PLAIN_PORTS and port < _FIRST_UNPRIVILEGED_PORT and not allow_loopback:
        raise Refused(Code.ADDRESS, "a port that belongs to another service")


def _parsed(text: str) -> Address:
    if "%" in text:
        raise Refused(Code.ADDRESS, "an address with a zone")
    try:
        return ip_address(text)
    except ValueError:
        raise Refused(Code.ADDRESS, "not an address") from None
