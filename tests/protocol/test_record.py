"""Records and profiles: one line, its exact bytes, a new salt each time (section 4; safety, B.16, B.17; listing.md)."""

import json
import random as seeded
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_protocol import base64url, canonical, limits, record
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import RecordId
from alongside_protocol.listing import Listing
from alongside_protocol.profile import Profile
from alongside_protocol.record import Kind
from alongside_protocol.testing.fake_node import FakeNode

NODE = FakeNode("records")
ID = RecordId("R" * 21 + "A")
SALT = "S" * 21 + "A"
NOON = 1_800_000_000
PROFILE: dict[str, Any] = {"v": 1, "id": ID, "kind": "profile", "salt": SALT, "rev": 1, "mod": "2027-01-15"} | {
    "name": "Us",
    "lang": "en",
}


def line(**changed: Any) -> bytes:
    return canonical.dump({name: value for name, value in (PROFILE | changed).items() if value is not None})


def code_of(raw: bytes, expected_id: RecordId = ID) -> Code:
    with pytest.raises(Refused) as error:
        record.read(raw, expected_id=expected_id)
    return error.value.code


def written(content: Listing | Profile, *, seed: int = 1, now: int = NOON) -> bytes:
    return record.write(content, record_id=ID, rev=3, now=now, random=seeded.Random(seed).randbytes)


def test_a_listing_is_read_as_it_was_written() -> None:
    listing = NODE.listing("Soup on Sundays")
    got = record.read(written(listing), expected_id=ID)
    assert (got.id, got.kind, got.rev, got.mod, got.content) == (ID, Kind.LISTING, 3, "2027-01-15", listing)
    assert got.digest == record.digest(got.line) == sha256(written(listing)).digest()


def test_a_profile_is_read_as_it_was_written() -> None:
    contact = {"kind": "phone", "value": "112", "note": "day and night"}
    profile = Profile.model_validate(
        {"name": "North", "description": "We\nlisten", "lang": "ca", "languages": ["ca", "es"]}
        | {"agreements": "Be kind", "hard_night": [contact], "capabilities": ["fit"]}
    )
    got = record.read(written(profile), expected_id=ID)
    assert (got.kind, got.content) == (Kind.PROFILE, profile)


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=120),
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=200),
    st.integers(946_684_800, 4_000_000_000),
)
def test_any_plain_words_survive(name: str, description: str, now: int) -> None:
    profile = Profile(name=name, description=description, lang="en")
    assert record.read(written(profile, now=now), expected_id=ID).content == profile


def test_each_revision_has_a_new_salt_and_so_a_new_hash() -> None:
    listing = NODE.listing()
    assert record.digest(written(listing, seed=1)) != record.digest(written(listing, seed=2))
    assert len(base64url.decode(json.loads(written(listing))["salt"])) == 16


def test_the_day_is_written_and_never_the_hour() -> None:
    listing = NODE.listing()
    assert written(listing, now=NOON) == written(listing, now=NOON - NOON % limits.DAY)


def test_members_of_a_later_version_are_ignored_and_stay_in_the_line() -> None:
    got = record.read(raw := line(later={"deep": [1]}), expected_id=ID)
    assert got.content == Profile(name="Us", lang="en")
    assert got.line == raw


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"v": True},
        {"v": None},
        {"kind": "person"},
        {"kind": None},
        {"kind": "listing"},
        {"rev": 0},
        {"rev": "1"},
        {"rev": None},
        {"mod": "2027-02-30"},
        {"mod": "2027-1-5"},
        {"mod": "٢٠٢٧-01-15"},
        {"mod": "2027-01-15T10:00"},
        {"mod": "2027-01-15\n"},
        {"salt": None},
        {"id": SALT},
        {"id": 7},
        {"name": ""},
        {"name": None},
        {"name": "two\nlines"},
        {"name": "x" * 121},
        {"name": "\u202eback"},
        {"description": "a\u0000b"},
        {"description": "x" * 4_001},
        {"lang": "English"},
        {"lang": "en\n"},
        {"languages": ["en"] * 21},
        {"capabilities": ["Fit"]},
        {"hard_night": [{"kind": "phone", "value": ""}]},
        {"commitments": {"police": {"answer": "perhaps"}}},
    ],
)
def test_a_record_of_another_form_is_set_aside_with_its_reason(changed: dict[str, Any]) -> None:
    record.read(line(), expected_id=ID)
    assert code_of(line(**changed)) is Code.RECORD_FORM


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"[]", Code.SHAPE),
        (b"", Code.JSON_SYNTAX),
        (line().replace(b'"rev":1', b'"rev":1.0'), Code.JSON_NUMBER),
        (line().replace(b'"rev":1', b'"rev":1,"rev":1'), Code.JSON_DUPLICATE),
        (line(name="x" * limits.RECORD_BYTES), Code.TOO_LARGE),
        (line(salt="A"), Code.BASE64URL),
        (line(salt="A" * 21 + "B"), Code.BASE64URL),
        (line(salt="A" * 43), Code.BASE64URL),
    ],
)
def test_a_line_that_is_not_strict_json_or_too_long_is_refused(raw: bytes, code: Code) -> None:
    assert code_of(raw) is code


def test_the_reason_names_the_member_and_never_what_it_held() -> None:
    with pytest.raises(Refused, match=r"hard_night\.0\.kind") as error:
        record.read(line(hard_night=[{"kind": "secret words", "value": "1"}]), expected_id=ID)
    assert "secret words" not in str(error.value)


def test_a_record_cannot_stand_under_another_id() -> None:
    assert code_of(line(), RecordId(SALT)) is Code.RECORD_FORM


def test_a_record_that_is_too_long_is_not_written() -> None:
    contacts = [{"kind": "page", "value": "é" * 400, "note": "é" * 400}] * 5
    profile = Profile.model_validate(
        {"name": "Us", "lang": "en", "description": "é" * 4_000, "agreements": "é" * 4_000, "hard_night": contacts}
    )
    with pytest.raises(Refused) as error:
        written(profile)
    assert error.value.code is Code.TOO_LARGE


def test_a_record_is_not_written_under_an_id_that_is_none() -> None:
    with pytest.raises(Refused) as error:
        record.write(NODE.listing(), record_id=RecordId("short"), rev=1, now=NOON, random=bytes)
    assert error.value.code is Code.BASE64URL
