"""The signed envelope: a constant header, canonical text, verified before it is parsed (section 2; RFC 7515, RFC 9864)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url, jws, limits
from alongside_protocol.errors import Code, Refused
from alongside_protocol.jws import Type
from alongside_protocol.keys import SigningKey

KEY = SigningKey(bytes(range(32)))
PAYLOAD = b'{"v":1}'
TEXT = jws.sign(Type.HEAD, PAYLOAD, KEY)
HEADER, BODY, SIGNATURE = TEXT.split(".")


def code_of(text: str, kind: Type = Type.HEAD) -> Code:
    with pytest.raises(Refused) as error:
        jws.verify(kind, text, KEY.verify_key)
    return error.value.code


def signed_with_header(header: bytes) -> str:
    signed = f"{base64url.encode(header)}.{BODY}"
    return f"{signed}.{base64url.encode(KEY.sign(signed.encode()))}"


@given(st.sampled_from(Type), st.binary(max_size=200))
def test_a_payload_comes_out_as_it_went_in(kind: Type, payload: bytes) -> None:
    text = jws.sign(kind, payload, KEY)
    assert jws.verify(kind, text, KEY.verify_key) == payload
    assert jws.unverified_payload(kind, text) == payload


def test_the_header_is_one_constant_for_each_type() -> None:
    for kind in Type:
        header = json.loads(base64url.decode(jws.sign(kind, b"", KEY).split(".")[0]))
        assert header == {"alg": "Ed25519", "typ": f"alongside-{kind.name.lower()}+jws"}


@pytest.mark.parametrize("expected", list(Type))
@pytest.mark.parametrize("made", list(Type))
def test_an_envelope_of_another_type_is_refused(made: Type, expected: Type) -> None:
    text = jws.sign(made, PAYLOAD, KEY)
    if made is expected:
        assert jws.verify(expected, text, KEY.verify_key) == PAYLOAD
    else:
        assert code_of(text, expected) is Code.JWS_HEADER


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none","typ":"alongside-head+jws"}',
        b'{"alg":"EdDSA","typ":"alongside-head+jws"}',
        b'{"alg":"HS256","typ":"alongside-head+jws"}',
        b'{"typ":"alongside-head+jws","alg":"Ed25519"}',
        b'{"alg":"Ed25519", "typ":"alongside-head+jws"}',
        b'{"alg":"Ed25519","typ":"alongside-head+jws","kid":"1"}',
        b'{"alg":"Ed25519","typ":"alongside-head+jws","crit":["b64"],"b64":false}',
        b'{"alg":"Ed25519","typ":"alongside-head+jws","jwk":{"kty":"OKP","crv":"Ed25519","x":"A"}}',
        b'{"alg":"Ed25519"}',
        b"{}",
        b"",
    ],
)
def test_any_other_header_is_refused_although_its_signature_fits(header: bytes) -> None:
    assert code_of(signed_with_header(header)) is Code.JWS_HEADER


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Code.JWS_HEADER),
        (HEADER, Code.JWS_HEADER),
        (f"{HEADER}.{BODY}", Code.JWS_FORM),
        (f"{HEADER}.", Code.JWS_FORM),
        (f"{HEADER}..{SIGNATURE}", Code.SIGNATURE),
        (f"{HEADER}.{BODY}.", Code.BASE64URL),
        (f"{TEXT}.", Code.BASE64URL),
        (f"{TEXT}.{SIGNATURE}", Code.BASE64URL),
        (f"{TEXT}\n", Code.BASE64URL),
        (f" {TEXT}", Code.JWS_HEADER),
        (f"{HEADER}.{BODY}=.{SIGNATURE}", Code.BASE64URL),
        (f"{HEADER}.{BODY[:-1]}.{SIGNATURE}", Code.BASE64URL),
        (f"{HEADER}.{BODY}.{SIGNATURE[:-1]}B", Code.BASE64URL),
        (f"{HEADER}.{BODY}.{SIGNATURE[:-2]}", Code.BASE64URL),
        (f"{HEADER}.{BODY}.{SIGNATURE.replace('-', '+').replace('_', '/')}==", Code.BASE64URL),
        (f"{HEADER}.é.{SIGNATURE}", Code.BASE64URL),
        (f"{HEADER}.{base64url.encode(b'other')}.{SIGNATURE}", Code.SIGNATURE),
        ('{"payload":"","signatures":[]}', Code.JWS_HEADER),
    ],
)
def test_a_text_that_is_not_the_one_text_of_its_envelope_is_refused(text: str, code: Code) -> None:
    assert code_of(text) is code


def test_another_key_does_not_verify() -> None:
    with pytest.raises(Refused) as error:
        jws.verify(Type.HEAD, TEXT, SigningKey(bytes(32)).verify_key)
    assert error.value.code is Code.SIGNATURE


def test_an_envelope_that_is_too_long_is_refused_before_it_is_decoded() -> None:
    assert code_of(TEXT + "A" * limits.JWS_BYTES) is Code.TOO_LARGE


def test_the_signature_is_checked_before_anything_is_parsed() -> None:
    broken = jws.sign(Type.HEAD, b'{"a":1,"a":1}', KEY)
    with pytest.raises(Refused) as error:
        jws.verified_object(Type.HEAD, broken, KEY.verify_key)
    assert error.value.code is Code.JSON_DUPLICATE
    with pytest.raises(Refused) as error:
        jws.verified_object(Type.HEAD, broken, SigningKey(bytes(32)).verify_key)
    assert error.value.code is Code.SIGNATURE
    assert jws.verified_object(Type.HEAD, TEXT, KEY.verify_key) == {"v": 1}


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("AZaz09-_.=~"))
def test_a_text_with_one_character_changed_is_refused(place: int, character: str) -> None:
    changed = TEXT[:place] + character + TEXT[place + 1 :]
    if changed != TEXT:
        assert code_of(changed) in {Code.JWS_HEADER, Code.JWS_FORM, Code.BASE64URL, Code.SIGNATURE}
