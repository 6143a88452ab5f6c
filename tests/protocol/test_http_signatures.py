"""Signed requests: RFC 9421 in one profile, against the RFC's own example and another implementation (section 5; safety, B.9,
B.10, B.13)."""

from base64 import b64encode
from dataclasses import replace
from time import time
from types import SimpleNamespace

import http_message_signatures
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures.algorithms import ED25519
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url, http_signatures, limits
from alongside_protocol.errors import Code, Refused
from alongside_protocol.http_signatures import content_digest, key_id, read, sign, signature_base, verify
from alongside_protocol.identifiers import NodeId
from alongside_protocol.keys import SigningKey

NOW = 1_800_000_000
KEY = SigningKey(bytes(range(32)))
NODE = NodeId("N" * 42 + "A")
KEY_ID = key_id(NODE, 3)
TARGET = "https://node.example/alongside/v1/changes?since=0.0&after=4.AAAAAAAAAAAAAAAAAAAAAA"
INBOX = "https://node.example/alongside/v1/inbox"
TYPE = "application/alongside+json"
GET = sign("GET", TARGET, key=KEY, keyid=KEY_ID, now=NOW)
POST = sign("POST", INBOX, key=KEY, keyid=KEY_ID, now=NOW, body=b"{}", content_type=TYPE)


def read_code(method: str, headers: dict[str, str]) -> Code:
    with pytest.raises(Refused) as error:
        read(method, headers)
    return error.value.code


def verify_code(method: str, target: str, headers: dict[str, str], key: SigningKey = KEY) -> Code:
    with pytest.raises(Refused) as error:
        verify(read(method, headers), method, target, headers, key.verify_key)
    return error.value.code


def test_the_key_and_signature_of_rfc_9421_b_2_6_fit_its_signature_base() -> None:
    key = SigningKey(base64url.decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU"))
    base = (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
        '"@method": POST\n'
        '"@path": /foo\n'
        '"@authority": example.com\n'
        '"content-type": application/json\n'
        '"content-length": 18\n'
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    assert key.verify_key.raw.hex() == "26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb"
    assert b64encode(key.sign(base.encode())) == (
        b"wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )


def test_the_signature_base_is_written_as_rfc_9421_section_2_5_says() -> None:
    params = POST["signature-input"].removeprefix("sig=")
    assert signature_base("POST", INBOX, POST, params).decode() == (
        f'"@method": POST\n"@target-uri": {INBOX}\n"content-type": {TYPE}\n'
        f'"content-digest": {content_digest(b"{}")}\n"@signature-params": {params}'
    )
    assert params == (
        '("@method" "@target-uri" "content-type" "content-digest")'
        f';created={NOW};expires={NOW + 300};keyid="{KEY_ID}";alg="ed25519";tag="alongside"'
    )


def test_the_digest_is_that_of_rfc_9530() -> None:
    assert content_digest(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


class Keys(http_message_signatures.HTTPSignatureKeyResolver):
    """The other implementation's way to our key."""

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        assert key_id == KEY_ID
        return Ed25519PublicKey.from_public_bytes(KEY.verify_key.raw)


@pytest.mark.parametrize(("method", "target", "body"), [("GET", TARGET, None), ("POST", INBOX, b"{}")])
def test_another_implementation_verifies_what_we_sign(method: str, target: str, body: bytes | None) -> None:
    content_type = TYPE if body else ""
    headers = sign(method, target, key=KEY, keyid=KEY_ID, now=int(time()), body=body, content_type=content_type)
    verifier = http_message_signatures.HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=Keys())
    message = SimpleNamespace(method=method, url=target, headers=headers)
    (result,) = verifier.verify(message, expect_tag="alongside", body=body)
    assert result.parameters["keyid"] == KEY_ID
    assert result.covered_components['"@target-uri"'] == target
    with pytest.raises(http_message_signatures.InvalidSignature):
        verifier.verify(SimpleNamespace(method=method, url=target + "x", headers=headers), expect_tag="alongside")


@given(
    st.sampled_from(["GET", "POST"]),
    st.from_regex(r"https://[a-z]{1,9}\.example/[!-~]{0,40}", fullmatch=True),
    st.binary(max_size=60),
    st.integers(0, 10**11),
)
def test_what_was_signed_verifies(method: str, target: str, body: bytes, now: int) -> None:
    posted = {"body": body, "content_type": TYPE} if method == "POST" else {}
    headers = sign(method, target, key=KEY, keyid=KEY_ID, now=now, **posted)
    presented = read(method, headers)
    assert (presented.node, presented.doc, presented.created, presented.expires) == (NODE, 3, now, now + 300)
    verify(presented, method, target, headers, KEY.verify_key)
    http_signatures.check_time(presented, now=now)
    if method == "POST":
        http_signatures.check_content_digest(headers["content-digest"], body)


@given(st.sampled_from(["signature-input", "signature"]), st.data())
def test_a_signature_header_with_one_character_changed_is_refused(name: str, data: st.DataObject) -> None:
    value = POST[name]
    place = data.draw(st.integers(0, len(value) - 1))
    character = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    if character != value[place]:
        changed = POST | {name: value[:place] + character + value[place + 1 :]}
        with pytest.raises(Refused) as error:
            verify(read("POST", changed), "POST", INBOX, changed, KEY.verify_key)
        assert error.value.code is Code.REQUEST_SIGNATURE


@pytest.mark.parametrize(
    ("method", "target", "changed"),
    [
        ("POST", INBOX + "?x=1", {}),
        ("POST", INBOX.replace("https", "http"), {}),
        ("POST", INBOX.replace("node.example", "other.example"), {}),
        ("POST", INBOX.replace("/v1", "/v2"), {}),
        ("POST", INBOX + "/é", {}),
        ("POST", INBOX + "/\u2603", {}),
        ("POST", INBOX, {"content-type": "application/json"}),
        ("POST", INBOX, {"content-digest": content_digest(b"{} ")}),
    ],
)
def test_a_request_that_was_changed_on_the_way_is_refused(method: str, target: str, changed: dict[str, str]) -> None:
    verify(read("POST", POST), "POST", INBOX, POST, KEY.verify_key)
    assert verify_code(method, target, POST | changed) is Code.REQUEST_SIGNATURE


@pytest.mark.parametrize("name", ["content-type", "content-digest"])
def test_a_covered_header_that_is_missing_is_refused(name: str) -> None:
    headers = {header: value for header, value in POST.items() if header != name}
    assert verify_code("POST", INBOX, headers) is Code.REQUEST_SIGNATURE


def test_another_nodes_key_is_refused() -> None:
    assert verify_code("GET", TARGET, GET, SigningKey(bytes(32))) is Code.REQUEST_SIGNATURE


INPUT, SIGNATURE = GET["signature-input"], GET["signature"]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("GET", {"signature": SIGNATURE}),
        ("GET", {"signature-input": INPUT}),
        ("POST", GET),
        ("GET", POST),
        ("PUT", GET),
        ("HEAD", GET),
        ("GET", GET | {"signature-input": f"{INPUT}, {INPUT.replace('sig=', 'sig2=')}"}),
        ("GET", GET | {"signature": f"{SIGNATURE}, {SIGNATURE}"}),
        ("GET", GET | {"signature-input": INPUT.replace("sig=", "sig1=")}),
        ("GET", GET | {"signature-input": INPUT.replace('"@method" ', "")}),
        ("GET", GET | {"signature-input": INPUT.replace('"@method" "@target-uri"', '"@target-uri" "@method"')}),
        ("GET", GET | {"signature-input": INPUT.replace("@target-uri", "@path")}),
        ("GET", GET | {"signature-input": INPUT.replace('"@target-uri"', '"@target-uri";req')}),
        ("GET", GET | {"signature-input": INPUT.replace('alg="ed25519"', 'alg="hmac-sha256"')}),
        ("GET", GET | {"signature-input": INPUT.replace(';alg="ed25519"', "")}),
        ("GET", GET | {"signature-input": INPUT.replace('tag="alongside"', 'tag="other"')}),
        ("GET", GET | {"signature-input": INPUT.replace(';tag="alongside"', "")}),
        ("GET", GET | {"signature-input": INPUT + ';nonce="1"'}),
        ("GET", GET | {"signature-input": INPUT + "\n"}),
        ("GET", GET | {"signature-input": INPUT.replace(f";expires={NOW + 300}", "")}),
        ("GET", GET | {"signature-input": INPUT.replace(f"created={NOW}", f"created=-{NOW}")}),
        ("GET", GET | {"signature-input": INPUT.replace(f"created={NOW}", "created=1800000000000")}),
        ("GET", GET | {"signature-input": INPUT.replace(".3", ".0")}),
        ("GET", GET | {"signature-input": INPUT.replace(".3", ".03")}),
        ("GET", GET | {"signature-input": INPUT.replace(".3", "")}),
        ("GET", GET | {"signature-input": INPUT.replace(NODE, "https://node.example/key")}),
        ("GET", GET | {"signature": SIGNATURE.replace("==:", ":")}),
        ("GET", GET | {"signature": SIGNATURE[:-4] + "/==:"}),
        ("GET", GET | {"signature": "sig=::"}),
        ("GET", GET | {"signature": SIGNATURE.replace("+", "-").replace("/", "_").replace("==", "--")}),
    ],
)
def test_what_is_not_one_signature_of_this_profile_is_refused(method: str, headers: dict[str, str]) -> None:
    assert read_code(method, headers) is Code.REQUEST_SIGNATURE


@pytest.mark.parametrize(
    ("now", "taken"),
    [(NOW - 301, False), (NOW - 300, True), (NOW, True), (NOW + 600, True), (NOW + 601, False)],
)
def test_clocks_may_differ_by_five_minutes(now: int, taken: bool) -> None:
    presented = read("GET", GET)
    if taken:
        http_signatures.check_time(presented, now=now)
        return
    with pytest.raises(Refused, match="clock") as error:
        http_signatures.check_time(presented, now=now)
    assert error.value.code is Code.REQUEST_TIME


@pytest.mark.parametrize("life", [-1, 0, limits.SIGNATURE_LIFE + 1])
def test_a_signature_lives_five_minutes_at_most(life: int) -> None:
    presented = replace(read("GET", GET), expires=NOW + life)
    with pytest.raises(Refused) as error:
        http_signatures.check_time(presented, now=NOW)
    assert error.value.code is Code.REQUEST_TIME


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        content_digest(b"other"),
        content_digest(b"{}").replace("sha-256", "SHA-256"),
        content_digest(b"{}") + ", " + content_digest(b"{}"),
        content_digest(b"{}").replace("sha-256", "md5"),
        "sha-256=:\u2603:",
    ],
)
def test_a_digest_is_exactly_that_of_the_body(header: str | None) -> None:
    http_signatures.check_content_digest(content_digest(b"{}"), b"{}")
    with pytest.raises(Refused) as error:
        http_signatures.check_content_digest(header, b"{}")
    assert error.value.code is Code.CONTENT_DIGEST


def test_refusing_an_unknown_sender_verifies_a_signature_as_well() -> None:
    http_signatures.verify_nothing()
