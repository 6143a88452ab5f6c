"""Which addresses a node may connect to: a table of every special form (safety A.1; Lemmy CVE-2026-33693, Fedify CVE-2026-50131)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_node.foundation.addresses import is_public, vet, vet_port
from alongside_protocol.errors import Code, Refused

# Each stands for one way in which a guard of somebody else's was passed by.
SPECIAL = {
    "this network": ["0.0.0.0", "0.1.2.3"],
    "private": ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1"],
    "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "link-local, where clouds keep credentials": ["169.254.169.254", "fe80::1", "fe80::a9fe:a9fe"],
    "protocol assignments": ["192.0.0.1", "192.0.0.170", "192.31.196.1", "192.52.193.1", "192.175.48.1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "6to4": ["192.88.99.1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:808:808::1"],
    "benchmarking": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved and broadcast": ["240.0.0.1", "255.255.255.255"],
    "unspecified": ["::"],
    "IPv4 inside IPv6": ["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::a00:1"],
    "Teredo and ORCHID": ["2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:1::1"],
    "direct delegation": ["2620:4f:8000::1"],
    "unique local": ["fc00::1", "fd12:3456:789a::1"],
    "old site-local": ["fec0::1"],
    "discard": ["100::1", "100:0:0:1::1"],
    "segment routing": ["5f00::1"],
}
ODD = [
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.0.1 ",
    " 8.8.8.8",
    "8.8.8.8\n",
    "8.8.8",
    "",
    "localhost",
]
ZONES = ["fe80::1%eth0", "2606:4700::1111%1", "::1%lo"]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "11.0.0.1",
    "223.255.255.255",
]
PUBLIC_V6 = ["2606:4700::1111", "2a00:1450:4001::1", "2001:200::1", "2001:4860::8888", "3ffe::1", "2620:4f:8001::1"]


@pytest.mark.parametrize("address", [address for many in SPECIAL.values() for address in many])
def test_a_special_address_is_refused(address: str) -> None:
    with pytest.raises(Refused) as refused:
        vet([address], allow_loopback=False)
    assert refused.value.code is Code.ADDRESS


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_V6)
def test_an_ordinary_public_address_is_taken(address: str) -> None:
    assert str(vet([address], allow_loopback=False)) == address


@pytest.mark.parametrize("text", ODD + ZONES)
@pytest.mark.parametrize("allow_loopback", [True, False])
def test_an_odd_form_is_refused_and_not_interpreted(text: str, allow_loopback: bool) -> None:
    with pytest.raises(Refused) as refused:
        vet([text], allow_loopback=allow_loopback)
    assert refused.value.code is Code.ADDRESS


@pytest.mark.parametrize("others", [["8.8.8.8", "127.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["2606:4700::1111", "::1"]])
def test_one_special_address_among_public_ones_refuses_the_name(others: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        vet(others, allow_loopback=False)
    assert refused.value.code is Code.ADDRESS


def test_a_name_without_an_address_is_unreachable() -> None:
    with pytest.raises(Refused) as refused:
        vet([], allow_loopback=False)
    assert refused.value.code is Code.UNREACHABLE


def test_development_opens_loopback_and_nothing_else() -> None:
    assert str(vet(["127.0.0.1"], allow_loopback=True)) == "127.0.0.1"
    assert str(vet(["::1"], allow_loopback=True)) == "::1"
    inside = [a for kind, many in SPECIAL.items() if kind != "loopback" for a in many]
    for address in inside:
        with pytest.raises(Refused):
            vet([address], allow_loopback=True)


@pytest.mark.parametrize("port", [1, 21, 22, 25, 80, 110, 445, 587, 1023])
def test_a_port_of_another_service_is_refused(port: int) -> None:
    with pytest.raises(Refused) as refused:
        vet_port(port, allow_loopback=False)
    assert refused.value.code is Code.ADDRESS


@pytest.mark.parametrize("port", [443, 1024, 8443, 65535])
def test_https_and_high_ports_are_taken(port: int) -> None:
    vet_port(port, allow_loopback=False)


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_outside_global_unicast_is_public(address) -> None:  # noqa: ANN001 - Hypothesis's
    assert not is_public(address) or int(address) >> 125 == 1


@given(st.ip_addresses(v=4))
def test_what_the_registry_of_this_python_calls_special_is_never_public(address) -> None:  # noqa: ANN001
    assert address.is_global or not is_public(address)
