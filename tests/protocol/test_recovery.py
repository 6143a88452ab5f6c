"""Recovery sheets: SLIP-39 as its official vectors have it; any two of three make the seed again (section 3).

The official secrets are sealed with the passphrase "TREZOR"; sheets of this protocol have none.
"""

import random as seeded
from hashlib import sha256
from hmac import digest as hmac_digest
from itertools import combinations

import pytest
import shamir_mnemonic

from alongside_protocol.errors import Code, Refused
from alongside_protocol.recovery import RecoverySeed, combine, split

SEED = RecoverySeed(bytes(range(32)))
SHEETS = split(SEED)

# From the vectors published with SLIP-39: numbers 20, 23 (valid, 256 bits), then 21, 22, 24 and 6 (invalid).
ONE_SHEET = (
    "theory painting academic academic armed sweater year military elder discuss acne wildlife boring employer fused large "
    "satoshi bundle carbon diagnose anatomy hamster leaves tracks paces beyond phantom capital marvel lips brave detect luck"
)
TWO_SHEETS = [
    (
        "humidity disease academic always aluminum jewelry energy woman receiver strategy amuse duckling lying evidence network "
        "walnut tactics forget hairy rebound impulse brother survive clothes stadium mailman rival ocean reward venture always "
        "armed unwrap"
    ),
    (
        "humidity disease academic agency actress jacket gross physics cylinder solution fake mortgage benefit public busy "
        "prepare sharp friar change work slow purchase ruler again tricycle involve viral wireless mixture anatomy desert cargo "
        "upgrade"
    ),
]
INVALID = [
    [ONE_SHEET.replace("detect luck", "detect lunar")],
    [
        (
            "theory painting academic academic campus sweater year military elder discuss acne wildlife boring employer fused "
            "large satoshi bundle carbon diagnose anatomy hamster leaves tracks paces beyond phantom capital marvel lips "
            "facility obtain sister"
        )
    ],
    TWO_SHEETS[:1],
    [
        (
            "adequate smoking academic acid debut wine petition glen cluster slow rhyme slow simple epidemic rumor junk tracks "
            "treat olympic tolerate"
        ),
        (
            "adequate stay academic agency agency formal party ting frequent learn upstairs remember smear leaf damage anatomy "
            "ladle market hush corner"
        ),
    ],
]


def code_of(sheets: list[str]) -> Code:
    with pytest.raises(Refused) as error:
        combine(sheets)
    return error.value.code


@pytest.mark.parametrize(
    ("sheets", "secret"),
    [
        ([ONE_SHEET], "989baf9dcaad5b10ca33dfd8cc75e42477025dce88ae83e75a230086a0e00e92"),
        (TWO_SHEETS, "c938b319067687e990e05e0da0ecce1278f75ff58d9853f19dcaeed5de104aae"),
    ],
)
def test_the_official_sheets_give_the_official_secret(sheets: list[str], secret: str) -> None:
    assert shamir_mnemonic.combine_mnemonics(sheets, b"TREZOR").hex() == secret
    assert combine(sheets).raw == shamir_mnemonic.combine_mnemonics(sheets)


@pytest.mark.parametrize("sheets", INVALID)
def test_the_official_invalid_sheets_are_refused(sheets: list[str]) -> None:
    assert code_of(sheets) is Code.RECOVERY_SHEETS


@pytest.mark.parametrize("chosen", [*combinations(range(3), 2), (0, 1, 2), (2, 0), (1, 1, 2)])
def test_any_sheets_that_are_enough_give_the_seed_back(chosen: tuple[int, ...]) -> None:
    assert combine([SHEETS[index] for index in chosen]).raw == SEED.raw


@pytest.mark.parametrize("needed", [2, 3, 5])
def test_more_people_can_be_needed(needed: int) -> None:
    sheets = split(SEED, sheets=5, needed=needed)
    assert [len(sheet.split()) for sheet in sheets] == [33] * 5
    assert combine(sheets[5 - needed :]).raw == SEED.raw
    assert code_of(sheets[: needed - 1]) is Code.RECOVERY_SHEETS


def test_a_sheet_may_be_typed_in_capitals_and_over_lines() -> None:
    assert combine([SHEETS[0].upper().replace(" ", "\n"), f"  {SHEETS[2]}\t"]).raw == SEED.raw


def test_sheets_that_do_not_make_this_seed_are_refused() -> None:
    other, short = split(RecoverySeed(bytes(32))), shamir_mnemonic.generate_mnemonics(1, [(2, 2)], bytes(16))[0]
    words = SHEETS[0].split()
    slipped = " ".join([*words[:9], "zero" if words[9] != "zero" else "acid", *words[10:]])
    for sheets in (
        [],
        [""],
        [SHEETS[0]],
        [SHEETS[0], SHEETS[0]],
        [SHEETS[0], other[1]],
        [SHEETS[0], SHEETS[1], other[2]],
        [slipped, SHEETS[1]],
        [" ".join(words[:-1]), SHEETS[1]],
        ["no such words", SHEETS[1]],
        list(short),
    ):
        assert code_of(sheets) is Code.RECOVERY_SHEETS


@pytest.mark.parametrize(("sheets", "needed"), [(3, 1), (1, 1), (2, 3), (17, 2), (3, 0)])
def test_one_sheet_is_never_enough(sheets: int, needed: int) -> None:
    with pytest.raises(Refused) as error:
        split(SEED, sheets=sheets, needed=needed)
    assert error.value.code is Code.RECOVERY_SHEETS


def test_each_document_has_a_key_of_its_own_from_one_seed() -> None:
    assert len({SEED.key(n).verify_key for n in range(1, 9)}) == 8
    assert SEED.key(2).seed == RecoverySeed(SEED.raw).key(2).seed
    # RFC 5869: extract with 32 zero bytes, expand once.
    extracted = hmac_digest(bytes(32), SEED.raw, sha256)
    assert SEED.key(2).seed == hmac_digest(extracted, b"alongside-recovery-1 2\x01", sha256)


def test_a_seed_is_fresh_has_32_bytes_and_is_never_shown() -> None:
    random = seeded.Random(1).randbytes
    assert RecoverySeed.generate(random).raw != RecoverySeed.generate(random).raw
    assert repr(SEED) == "RecoverySeed()"
    for length in (16, 31, 33):
        with pytest.raises(Refused) as error:
            RecoverySeed(bytes(length))
        assert error.value.code is Code.RECOVERY_SHEETS
