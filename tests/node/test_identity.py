"""Who a node is (sections 3 and 6): its keyring, seal keys made and destroyed at their times, the seed that no database keeps."""

from itertools import combinations
from typing import Any

import pytest

from alongside_node import schema
from alongside_node.foundation.database import Database
from alongside_node.identity import actions as identity
from alongside_node.identity import rules
from alongside_protocol import node_document, recovery
from alongside_protocol.errors import Refused
from alongside_protocol.keys import SigningKey
from alongside_protocol.profile import Profile
from alongside_protocol.recovery import RecoverySeed
from alongside_protocol.sealing import Context, SealPublicKey, open, seal  # noqa: A004 - the protocol's word
from world import START, Randomness, commitments

DAY = 86_400
ORIGIN = "https://oak.example"
PROFILE = Profile(name="Oak", lang="en", commitments=commitments())  # type: ignore[arg-type]


def found(database: Database, seed: str = "oak", origin: str = ORIGIN) -> RecoverySeed:
    random = Randomness(seed)
    return database.write(lambda tx: identity.found(tx, origin=origin, profile=PROFILE, now=START, random=random))


def keyring(database: Database) -> identity.Keyring:
    return database.read(identity.keyring)


def renew(database: Database, now: int) -> bool:
    random = Randomness(str(now))
    return database.write(lambda tx: identity.renew_seal_keys(tx, doc=1, now=now, random=random))


def seal_rows(database: Database) -> list[Any]:
    table = schema.node_key
    return database.read(lambda r: r.execute(table.select().where(table.c.purpose == "seal")).all())


def test_before_it_is_founded_there_is_nobody(database: Database) -> None:
    assert not database.read(identity.is_founded)
    for work in (identity.keyring, identity.standing_community):
        with pytest.raises(identity.NotFoundedError):
            database.read(work)


def test_founding_makes_a_whole_keyring(database: Database) -> None:
    found(database)
    keys = keyring(database)
    assert database.read(identity.is_founded)
    assert (keys.origin, keys.doc) == (ORIGIN, 1)
    assert keys.signing.verify_key.text == keys.chain.newest.sign.text
    assert list(keys.seals) == [keys.seal.k]
    assert keys.seal.exp == START + 30 * DAY
    assert keys.seals[keys.seal.k].public.text == keys.seal.k


def test_a_database_is_founded_once(database: Database) -> None:
    found(database)
    before = keyring(database)
    with pytest.raises(Exception, match=r"(?i)unique|primary|duplicate"):
        found(database, "again")
    assert keyring(database).id == before.id


@pytest.mark.parametrize("origin", ["http://oak.example", "https://oak.example/path", "oak", ""])
def test_an_origin_that_no_peer_could_reach_is_refused_and_nothing_is_kept(database: Database, origin: str) -> None:
    with pytest.raises(Refused):
        found(database, origin=origin)
    assert not database.read(identity.is_founded)


def test_no_private_key_is_shown_by_a_repr(database: Database) -> None:
    seed = found(database)
    keys = keyring(database)
    shown = repr((keys, seed))
    for secret in (
        keys.signing.seed,
        keys.secret,
        keys.words_salt,
        *(key.raw for key in keys.seals.values()),
        seed.raw,
    ):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


def test_the_recovery_seed_and_its_keys_are_in_no_table(database: Database) -> None:
    seed = found(database)
    kept = database.read(lambda r: [r.execute(table.select()).all() for table in schema.metadata.sorted_tables])
    secrets = [seed.raw, *(seed.key(n).seed for n in range(4))]
    assert not any(repr(secret)[2:-1] in repr(kept) for secret in secrets)


def test_any_two_sheets_give_the_seed_back_which_signs_for_the_node(database: Database) -> None:
    seed = found(database)
    sheets = recovery.split(seed, sheets=3, needed=2)
    for two in combinations(sheets, 2):
        again = recovery.combine(list(two))
        assert again.raw == seed.raw
        chain = keyring(database).chain
        fresh = SigningKey(b"f" * 32)
        after = node_document.succeed(chain, origin="https://new.example", sign=fresh, recovery=again, now=START + DAY)
        assert after.newest.n == 2
        assert after.id == chain.id
    for one in sheets:
        with pytest.raises(Refused):
            recovery.combine([one])


def test_purposes_and_parts_of_what_is_derived_cannot_be_confused(database: Database) -> None:
    found(database)
    keys = keyring(database)
    several = [("a", "b"), ("ab",), ("a", "b", ""), ("", "ab"), ("a", "", "b"), ("b", "a")]
    assert len({keys.derived(*one) for one in several}) == len(several)
    assert keys.derived("a", "b") == keys.derived("a", "b")
    assert rules.derived(b"other", "a", "b") != keys.derived("a", "b")


# Seal keys.


def test_a_seal_key_is_followed_by_another_fifteen_days_before_its_end(database: Database) -> None:
    found(database)
    first = keyring(database).seal
    assert not renew(database, START + 15 * DAY)
    assert renew(database, START + 15 * DAY + 1)
    keys = keyring(database)
    assert keys.seal.k != first.k
    assert keys.seal.exp == START + 15 * DAY + 1 + 30 * DAY
    assert set(keys.seals) == {first.k, keys.seal.k}
    assert not renew(database, START + 15 * DAY + 2)


def test_a_seal_key_is_destroyed_fifteen_days_after_its_end_and_not_before(database: Database) -> None:
    found(database)
    first = keyring(database).seal
    renew(database, START + 20 * DAY)
    end = first.exp + 15 * DAY
    renew(database, end - 1)
    assert first.k in keyring(database).seals
    assert renew(database, end)
    assert first.k not in keyring(database).seals
    assert next(row for row in seal_rows(database) if row.public == first.k).private is None


def test_what_was_sealed_to_a_key_before_its_end_opens_until_it_is_destroyed(database: Database) -> None:
    found(database)
    first = keyring(database).seal
    context = Context(from_="x", to="y", id="i", type="t", ref="r", n=1)
    sealed = seal(b"words", SealPublicKey.from_text(first.k), context)
    for day in range(1, 45):
        renew(database, START + day * DAY)
        assert open(sealed, keyring(database).seals[first.k], context) == b"words"
    renew(database, START + 45 * DAY)
    assert first.k not in keyring(database).seals


def test_after_a_long_absence_there_is_a_fresh_key_and_the_old_ones_are_gone(database: Database) -> None:
    found(database)
    first = keyring(database).seal
    now = START + 200 * DAY
    assert renew(database, now)
    keys = keyring(database)
    assert list(keys.seals) == [keys.seal.k]
    assert keys.seal.k != first.k
    assert keys.seal.exp == now + 30 * DAY


def test_saying_it_anew_raises_the_revision_and_keeps_the_record(database: Database) -> None:
    found(database)
    before = database.read(identity.standing_community)
    after = database.write(lambda tx: identity.save_profile(tx, PROFILE.model_copy(update={"name": "Oaks"})))
    assert (after.record_id, after.rev) == (before.record_id, before.rev + 1)
    assert database.read(identity.standing_community) == after
