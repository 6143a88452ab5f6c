"""Sealing: HPKE as RFC 9180 has it, bound to its context, padded in one way (section 6).

The library used offers no associated data, which the RFC's vector needs; so a second, short implementation (`vector_makers.hpke`)
is checked against the vector first, and then has to open what this library seals and the other way round.
"""

import random as seeded
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url, sealing
from alongside_protocol.errors import Code, Refused
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey, open, seal  # noqa: A004 - RFC 9180's word
from vector_makers import hpke

FIELD = 2**255 - 19
RANDOM = seeded.Random(9180).randbytes
KEY, OTHER = SealPrivateKey.generate(RANDOM), SealPrivateKey.generate(RANDOM)
CONTEXT = Context("sender", "recipient", "id", "referral.offer", "ref", 1)

# RFC 9180, A.2.1.
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
ENC = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
SK_E = "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600"
SK_R = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"
PLAIN = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
CIPHER = "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"


def open_code(ciphertext: bytes, key: SealPrivateKey = KEY, context: Context = CONTEXT) -> Code:
    with pytest.raises(Refused) as error:
        open(ciphertext, key, context)
    return error.value.code


def test_the_second_implementation_agrees_with_the_vector_of_rfc_9180() -> None:
    public = SealPrivateKey(bytes.fromhex(SK_R)).public.raw
    assert public.hex() == "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"
    sealed = hpke.seal(PLAIN, public, INFO, ephemeral=bytes.fromhex(SK_E), aad=b"Count-0")
    assert sealed.hex() == ENC + CIPHER
    assert hpke.open(sealed, bytes.fromhex(SK_R), INFO, aad=b"Count-0") == PLAIN


def test_what_we_seal_is_hpke_as_the_second_implementation_reads_it() -> None:
    padded = hpke.open(seal(b"words", KEY.public, CONTEXT), KEY.raw, CONTEXT.info(KEY.public))
    assert padded == b"\x00\x00\x00\x05words".ljust(512, b"\x00")
    sealed = hpke.seal(padded, KEY.public.raw, CONTEXT.info(KEY.public), ephemeral=bytes(range(32)))
    assert open(sealed, KEY, CONTEXT) == b"words"


def test_a_context_is_written_with_the_length_of_every_member() -> None:
    members = (b"alongside-seal-1", b"sender", b"recipient", b"id", b"referral.offer", b"ref", b"1", KEY.public.raw)
    assert CONTEXT.info(KEY.public) == b"".join(len(member).to_bytes(4, "big") + member for member in members)


@given(st.binary(max_size=2_000))
def test_what_was_sealed_opens_for_its_reader(plaintext: bytes) -> None:
    ciphertext = seal(plaintext, KEY.public, CONTEXT)
    assert open(ciphertext, KEY, CONTEXT) == plaintext
    size = len(ciphertext) - sealing.OVERHEAD
    assert size & (size - 1) == 0
    assert size >= 512


@pytest.mark.parametrize(
    ("length", "padded"), [(0, 512), (508, 512), (509, 1024), (1020, 1024), (1021, 2048), (32_764, 32_768)]
)
def test_the_length_shows_only_a_power_of_two(length: int, padded: int) -> None:
    ciphertext = seal(bytes(length), KEY.public, CONTEXT)
    assert len(ciphertext) == padded + sealing.OVERHEAD
    assert open(ciphertext, KEY, CONTEXT) == bytes(length)


def test_more_than_fits_is_refused() -> None:
    with pytest.raises(Refused) as error:
        seal(bytes(32_765), KEY.public, CONTEXT)
    assert error.value.code is Code.SEAL_TOO_LARGE


@pytest.mark.parametrize(
    "changed",
    [
        {"from_": "sender2"},
        {"to": "r"},
        {"id": ""},
        {"type": "referral.message"},
        {"ref": "ref2"},
        {"n": 2},
        {"from_": "senderr", "to": "ecipient"},
    ],
)
def test_a_seal_cannot_be_moved_to_another_message(changed: dict[str, object]) -> None:
    assert open_code(seal(b"words", KEY.public, CONTEXT), context=replace(CONTEXT, **changed)) is Code.SEAL


def test_a_seal_does_not_open_with_another_key() -> None:
    assert open_code(seal(b"words", KEY.public, CONTEXT), OTHER) is Code.SEAL


@given(st.integers(0, 512 + sealing.OVERHEAD - 1), st.integers(0, 7))
def test_a_seal_with_one_bit_changed_does_not_open(place: int, bit: int) -> None:
    changed = bytearray(seal(b"words", KEY.public, CONTEXT))
    changed[place] ^= 1 << bit
    # X25519 takes no notice of the top bit of the encapsulated key, but HPKE hashes it.
    assert open_code(bytes(changed)) is Code.SEAL


@pytest.mark.parametrize("length", [0, 47, 48, 559, 32_768 + 49, 70_000])
def test_a_length_that_no_seal_has_is_refused(length: int) -> None:
    assert open_code(bytes(length)) is Code.SEAL


@pytest.mark.parametrize("length", [560, 561])
def test_an_encapsulated_key_of_low_order_is_refused(length: int) -> None:
    assert open_code(bytes(length)) is Code.SEAL


@pytest.mark.parametrize(
    "padded",
    [
        b"\x00\x00\x00\x05words".ljust(512, b"\x01"),
        b"\x00\x00\x00\x05words".ljust(1024, b"\x00"),
        b"\x00\x00\x00\x05words".ljust(513, b"\x00"),
        b"\x00\x00\x01\xfd".ljust(512, b"x"),
        b"\xff\xff\xff\xff".ljust(512, b"x"),
    ],
)
def test_any_padding_but_the_one_that_is_made_is_refused(padded: bytes) -> None:
    sealed = hpke.seal(padded, KEY.public.raw, CONTEXT.info(KEY.public), ephemeral=bytes(range(32)))
    assert open_code(sealed) is Code.SEAL


# X25519's points of low order, as RFC 7748 and "May the Fourth" list them.
@pytest.mark.parametrize(
    "raw",
    [
        (0).to_bytes(32, "little"),
        (1).to_bytes(32, "little"),
        (FIELD - 1).to_bytes(32, "little"),
        bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        FIELD.to_bytes(32, "little"),
        (FIELD + 1).to_bytes(32, "little"),
        (9 | 1 << 255).to_bytes(32, "little"),
        bytes(31),
        bytes(33),
    ],
)
def test_a_key_that_everybody_could_open_with_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as error:
        SealPublicKey(raw)
    assert error.value.code is Code.BAD_KEY


def test_keys_are_read_compared_and_never_show_secrets() -> None:
    public = KEY.public
    assert SealPublicKey.from_text(public.text) == public
    assert {public, SealPublicKey(public.raw), OTHER.public} == {public, OTHER.public}
    assert public != public.raw
    assert SealPrivateKey(KEY.raw).public == public
    assert public.text in repr(public)
    assert repr(KEY) == f"SealPrivateKey(public {public.text})"
    assert base64url.encode(KEY.raw) not in repr(KEY)
    with pytest.raises(Refused) as error:
        SealPrivateKey(bytes(31))
    assert error.value.code is Code.BAD_KEY


@pytest.mark.parametrize(
    "changed", [{"type": "referral.decline"}, {"ref": "other"}, {"n": 3}, {"text": b"no"}, {"ref": "refn", "n": 2}]
)
def test_an_answer_is_proven_for_its_own_words_only(changed: dict[str, object]) -> None:
    secret, said = bytes(range(32)), {"type": "referral.accept", "ref": "ref", "n": 2, "text": b"yes"}
    proof = sealing.answer_proof(secret, **said)
    sealing.check_answer_proof(proof, secret, **said)
    for given_proof, given_secret, given_words in (
        (proof, secret, said | changed),
        (proof, bytes(32), said),
        (proof[:31], secret, said),
    ):
        with pytest.raises(Refused) as error:
            sealing.check_answer_proof(given_proof, given_secret, **given_words)
        assert error.value.code is Code.ANSWER_UNPROVEN
