"""Ed25519 keys and printed keys: RFC 8032 and RFC 8037 vectors, and every key that must not be taken (section 2; safety, B.12)."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url
from alongside_protocol.errors import Code, Refused
from alongside_protocol.keys import SigningKey, VerifyKey
from alongside_protocol.published_keys import PUBLISHED, VECTOR_SEEDS, refuse_published, vector_key

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
KEY = SigningKey(bytes(range(32)))

# RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
            "655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
            "b00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
            "c027beceea1ec40a"
        ),
    ),
]

# The eight points of small order, as in the literature ("Taming the many EdDSAs", table 6); half have two signs.
SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]


def key_code(raw: bytes) -> Code:
    with pytest.raises(Refused) as error:
        VerifyKey(raw)
    return error.value.code


def signature_code(key: VerifyKey, signature: bytes, message: bytes = b"words") -> Code:
    with pytest.raises(Refused) as error:
        key.verify(signature, message)
    return error.value.code


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey(bytes.fromhex(seed))
    assert key.verify_key.raw.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    VerifyKey(bytes.fromhex(public)).verify(bytes.fromhex(signature), bytes.fromhex(message))


def test_the_signed_example_of_rfc_8037() -> None:
    key = SigningKey(base64url.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    assert key.verify_key.text == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    assert base64url.encode(key.sign(signed)) == (
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )


@pytest.mark.parametrize("text", SMALL_ORDER)
def test_a_key_of_small_order_is_refused(text: str) -> None:
    assert key_code(bytes.fromhex(text)) is Code.BAD_KEY


@pytest.mark.parametrize("y", [FIELD, FIELD + 1, FIELD + 18, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_a_key_that_is_not_written_canonically_is_refused(y: int, sign: int) -> None:
    assert key_code((y | sign << 255).to_bytes(32, "little")) is Code.BAD_KEY


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    assert key_code(bytes([7]) * length) is Code.BAD_KEY
    with pytest.raises(Refused) as error:
        SigningKey(bytes(length))
    assert error.value.code is Code.BAD_KEY


def test_a_key_is_read_from_its_text() -> None:
    assert VerifyKey.from_text(KEY.verify_key.text) == KEY.verify_key
    with pytest.raises(Refused) as error:
        VerifyKey.from_text(KEY.verify_key.text + "=")
    assert error.value.code is Code.BASE64URL


@given(st.binary(max_size=50), st.integers(0, 511))
def test_a_signature_with_one_bit_changed_does_not_fit(message: bytes, bit: int) -> None:
    signature = KEY.sign(message)
    KEY.verify_key.verify(signature, message)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert signature_code(KEY.verify_key, bytes(changed), message) is Code.SIGNATURE


def test_a_signature_cannot_be_written_in_a_second_way() -> None:
    signature = KEY.sign(b"words")
    scalar = int.from_bytes(signature[32:], "little")
    again = signature[:32] + (scalar + ORDER).to_bytes(32, "little")
    assert signature_code(KEY.verify_key, again) is Code.SIGNATURE


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert signature_code(KEY.verify_key, bytes(length)) is Code.SIGNATURE


@pytest.mark.parametrize("sign", [0, 1])
def test_a_key_that_is_not_a_point_on_the_curve_is_refused(sign: int) -> None:
    assert key_code((2 | sign << 255).to_bytes(32, "little")) is Code.BAD_KEY


def test_another_key_or_another_message_does_not_fit() -> None:
    signature = KEY.sign(b"words")
    assert signature_code(vector_key(0).verify_key, signature) is Code.SIGNATURE
    assert signature_code(KEY.verify_key, signature, b"other words") is Code.SIGNATURE


def test_keys_compare_by_their_bytes_and_never_show_secrets() -> None:
    public, other = KEY.verify_key, vector_key(1).verify_key
    assert {public, VerifyKey(public.raw), other} == {public, other}
    assert public != public.raw
    assert KEY.seed == bytes(range(32))
    assert public.text in repr(KEY)
    assert public.text in repr(public)
    for secret in (KEY.seed.hex(), base64url.encode(KEY.seed), repr(KEY.seed)):
        assert secret not in repr(KEY)


def test_a_key_that_is_printed_in_public_is_refused_when_a_node_brings_it() -> None:
    printed = [VerifyKey(bytes.fromhex(public)) for _, public, _, _ in RFC_8032]
    printed += [vector_key(number).verify_key for number in range(VECTOR_SEEDS)]
    printed.append(VerifyKey.from_text("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"))
    for key in printed:
        assert key.raw in PUBLISHED
        with pytest.raises(Refused) as error:
            refuse_published(key)
        assert error.value.code is Code.BAD_KEY
    refuse_published(KEY.verify_key)


def test_vector_keys_are_hashes_of_their_label() -> None:
    assert vector_key(3).seed == sha256(b"alongside test vector key 3").digest()
