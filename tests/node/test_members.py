"""People and what only they can open (safety D.28 to D.31, "At rest"): words, wrapped keys, sessions, boxes, invitations, grants."""

import unicodedata
from dataclasses import replace
from hashlib import sha256
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_node import schema
from alongside_node.foundation.database import Database
from alongside_node.members import actions as members
from alongside_node.members import rules, words
from alongside_node.members.actions import Act, Box, BoxChangedError, Person, Role
from alongside_node.members.wrapping import unwrap, wrap
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId
from alongside_protocol.sealing import SealPrivateKey
from world import START, Randomness

NODE = NodeId("a" * 43)
NOW = START
DAY = 86_400
RANDOM = Randomness("members")


def joining(name: str = "Mira", role: Role = Role.MEMBER, derived: words.Derived | None = None) -> members.Joining:
    derived = derived or words.Derived(RANDOM(32), RANDOM(32))
    return members.prepare(derived, node=NODE, name=name, role=role, lang="en", now=NOW, random=RANDOM)


def person(database: Database, **named: Any) -> Person:
    found = joining(**named)
    database.write(lambda tx: members.add(tx, found.member))
    return Person(found.member, found.key)


def rows(database: Database, table: str) -> list[Any]:
    return database.read(lambda reading: reading.execute(schema.metadata.tables[table].select()).all())


def session(database: Database, who: Person, now: int = NOW) -> str:
    return database.write(lambda tx: members.begin_session(tx, who, now=now, random=RANDOM))


def signed_in(database: Database, cookie: str, now: int) -> Person | None:
    found = database.read(lambda reading: members.session_of(reading, cookie, now=now))
    return None if found is None else found[0]


# Words.


@pytest.mark.parametrize("lang", sorted(words.LANGUAGES))
def test_no_two_words_of_a_language_become_one(lang: str) -> None:
    known = words.list_of(words.LANGUAGES[lang])
    assert len({words.normalised(word) for word in known}) == len(known) == 2048


@pytest.mark.parametrize("lang", sorted(words.LANGUAGES))
def test_capitals_accents_and_spacing_make_no_difference_in_any_language(lang: str) -> None:
    known = words.list_of(words.LANGUAGES[lang])
    plain = words.normalised(" ".join(known))
    assert words.normalised(" ".join(known).upper()) == plain
    assert words.normalised(" ".join(word.capitalize() for word in known)) == plain
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert words.normalised(unicodedata.normalize(form, ", \n".join(known))) == plain


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("ábaco débil", "ABACO  debil"),
        ("été fève", "ete feve"),
        ("\u0131ş\u0131k iğne", "IŞIK İĞNE"),
        ("čtverec žába", "ctverec zaba"),
        ("ёлка йод", "елка иод"),
        ("one two", "One, two."),
        ("one two", "\u200bone\u00a0two\u3000"),
        ("one two", "\uff4f\uff4e\uff45\u3000\uff54\uff57\uff4f"),
    ],
)
def test_how_somebody_types_their_words_makes_no_difference(written: str, typed: str) -> None:
    assert words.normalised(written) == words.normalised(typed)


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = words.normalised(text)
    assert words.normalised(once) == once


@pytest.mark.parametrize("lang", [*sorted(words.LANGUAGES), "de", "es-MX", "zz"])
def test_seven_words_are_given_in_a_language_there_is(lang: str) -> None:
    given_words = words.generate(lang, Randomness(lang))
    known = {unicodedata.normalize("NFC", word) for word in words.list_of(words.LANGUAGES[words.language_of(lang)])}
    assert len(given_words) == 7
    assert set(given_words) <= known


def test_every_bit_of_seven_words_comes_from_randomness() -> None:
    def first_bits(value: int) -> Any:
        return lambda length: value.to_bytes(length, "big")

    assert words.generate("en", first_bits(0)) != words.generate("en", first_bits(1 << 79))
    assert words.generate("en", first_bits(0)) != words.generate("en", first_bits(1 << 3))
    assert len({words.generate("en", Randomness(str(seed))) for seed in range(500)}) == 500


def test_words_derive_the_same_here_and_otherwise_on_another_node() -> None:
    here, again, there = (
        words.derive(text, salt)
        for text, salt in (("Uno dos", b"s" * 32), ("UNO  dós", b"s" * 32), ("uno dos", b"t" * 32))
    )
    assert (here.lookup, here.wrap) == (again.lookup, again.wrap)
    assert here.lookup != there.lookup
    assert here.wrap != there.wrap
    assert here.wrap not in (here.lookup, sha256(here.lookup).digest())


def test_known_and_unknown_words_take_the_same_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: one Argon2id of one cost each, also for what is no word at all."""
    from cryptography.hazmat.primitives.kdf import argon2  # noqa: PLC0415

    costs: list[tuple[int, int, int]] = []
    real = argon2.Argon2id

    def counting(**named: Any) -> Any:
        costs.append((named["memory_cost"], named["iterations"], named["lanes"]))
        return real(**named)

    monkeypatch.setattr(argon2, "Argon2id", counting)
    for text in ("abandon ability able about above absent absorb", "nobody has these", "", "x" * 10_000):
        words.derive(text, b"s" * 32)
    assert costs == [(64 * 1024, 3, 1)] * 4


def test_nothing_secret_is_shown_by_a_repr(database: Database) -> None:
    derived = words.Derived(b"lookup-canary", b"wrap-canary")
    whole = joining(derived=derived)
    shown = repr((derived, whole, Person(whole.member, whole.key)))
    assert "canary" not in shown
    assert repr(whole.key.raw)[2:-1] not in shown


# What the words open.


def test_a_person_comes_back_with_their_words_and_nobody_with_others(database: Database) -> None:
    derived = words.Derived(RANDOM(32), RANDOM(32))
    mira = person(database, derived=derived)
    found = database.read(lambda reading: members.use_words(reading, derived))
    assert found is not None
    assert found.key.raw == mira.key.raw
    for other in (words.Derived(RANDOM(32), derived.wrap), words.Derived(derived.lookup, RANDOM(32))):
        assert database.read(lambda reading, other=other: members.use_words(reading, other)) is None


def test_a_wrapped_key_opens_only_with_its_secret_its_purpose_and_its_member() -> None:
    key = SealPrivateKey.generate(RANDOM)
    wrapped = wrap(key, b"s" * 32, purpose="words", member="mira", random=RANDOM)
    opened = unwrap(wrapped, b"s" * 32, purpose="words", member="mira")
    assert opened is not None
    assert opened.raw == key.raw
    assert unwrap(wrapped, b"t" * 32, purpose="words", member="mira") is None
    assert unwrap(wrapped, b"s" * 32, purpose="session", member="mira") is None
    assert unwrap(wrapped, b"s" * 32, purpose="words", member="other") is None
    for at in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        assert unwrap(bytes(changed), b"s" * 32, purpose="words", member="mira") is None
    for length in range(len(wrapped)):
        assert unwrap(wrapped[:length], b"s" * 32, purpose="words", member="mira") is None


def test_a_row_moved_to_another_member_opens_nothing(database: Database) -> None:
    derived = words.Derived(RANDOM(32), RANDOM(32))
    mira, other = person(database, derived=derived), person(database, name="Other")
    table = schema.member
    database.write(lambda tx: tx.execute(table.update().where(table.c.id == mira.member.id).values(lookup=RANDOM(32))))
    values = {"lookup": derived.lookup, "private": mira.member.private}
    database.write(lambda tx: tx.execute(table.update().where(table.c.id == other.member.id).values(values)))
    assert database.read(lambda reading: members.use_words(reading, derived)) is None


def test_the_database_holds_no_key_and_no_cookie_in_clear(database: Database) -> None:
    mira = person(database)
    cookie = session(database, mira)
    kept = repr([rows(database, table) for table in ("member", "session")])
    assert repr(mira.key.raw)[2:-1] not in kept
    assert cookie not in kept


# Sessions.


def test_a_session_opens_with_its_cookie_alone(database: Database) -> None:
    mira = person(database)
    cookie = session(database, mira)
    found = signed_in(database, cookie, NOW)
    assert found is not None
    assert found.key.raw == mira.key.raw
    hostile = ("", "x", cookie[:-1], cookie + "A", cookie.swapcase(), "é" * 43, "A" * 43, "../" + cookie, cookie + "\n")
    assert [signed_in(database, other, NOW) for other in hostile] == [None] * len(hostile)


def test_a_session_ends_after_twenty_idle_minutes_and_its_row_is_deleted(database: Database) -> None:
    cookie = session(database, person(database))
    assert signed_in(database, cookie, NOW + 20 * 60 - 1) is not None
    assert signed_in(database, cookie, NOW + 20 * 60) is None
    assert len(rows(database, "session")) == 1
    assert database.write(lambda tx: members.forget_old(tx, NOW + 20 * 60)) == 1
    assert rows(database, "session") == []


def test_using_a_session_prolongs_it_and_at_most_once_a_minute(database: Database) -> None:
    cookie = session(database, person(database))
    ends = NOW + 20 * 60
    assert [members.needs_prolonging(ends, NOW + later) for later in (0, 59, 60, 61)] == [False, False, False, True]
    database.write(lambda tx: members.prolong(tx, cookie, now=NOW + 600))
    assert signed_in(database, cookie, NOW + 600 + 20 * 60 - 1) is not None


def test_a_session_that_ended_cannot_be_prolonged_back_to_life(database: Database) -> None:
    cookie = session(database, person(database))
    later = NOW + 20 * 60
    database.write(lambda tx: members.prolong(tx, cookie, now=later))
    assert signed_in(database, cookie, later) is None


def test_signing_out_deletes_the_row_at_once_and_only_that_one(database: Database) -> None:
    mira = person(database)
    one, other = session(database, mira), session(database, mira)
    database.write(lambda tx: members.end_session(tx, one))
    assert signed_in(database, one, NOW) is None
    assert signed_in(database, other, NOW) is not None


def test_who_leaves_is_signed_out_everywhere_and_their_clients_with_them(database: Database) -> None:
    mira = person(database)
    cookie = session(database, mira)
    token = database.write(lambda tx: members.grant(tx, mira.member.id, "phone", now=NOW, random=RANDOM))
    database.write(lambda tx: members.remove(tx, mira.member.id))
    assert signed_in(database, cookie, NOW) is None
    assert database.read(lambda reading: members.granted(reading, token, now=NOW)) is None
    assert rows(database, "member") == rows(database, "session") == rows(database, "grant") == []


# Boxes.


def test_a_box_opens_for_its_owner_on_its_node_alone(database: Database) -> None:
    mira, other = person(database), person(database, name="Other")
    box = Box().with_mailbox("ref", "mailbox").with_handle(NODE, "handle", 7)
    sealed = members.sealed_box(mira, box, NODE)
    database.write(lambda tx: members.save_box(tx, mira, sealed))
    member = database.read(lambda reading: members.find(reading, mira.member.id))
    assert member is not None
    assert members.open_box(Person(member, mira.key), NODE) == box
    with pytest.raises(Refused):
        members.open_box(Person(member, other.key), NODE)
    with pytest.raises(Refused):
        members.open_box(Person(member, mira.key), NodeId("b" * 43))


def test_two_requests_at_once_cannot_lose_each_others_mailbox(database: Database) -> None:
    mira = person(database)
    first, second = (members.sealed_box(mira, Box().with_mailbox(ref, "m"), NODE) for ref in ("one", "two"))
    database.write(lambda tx: members.save_box(tx, mira, first))
    with pytest.raises(BoxChangedError):
        database.write(lambda tx: members.save_box(tx, mira, second))
    member = database.read(lambda reading: members.find(reading, mira.member.id))
    assert member is not None
    assert set(members.open_box(Person(member, mira.key), NODE).mailboxes) == {"one"}


def test_the_length_of_a_box_does_not_tell_how_many_requests_are_in_it() -> None:
    mira = joining()
    who = Person(mira.member, mira.key)
    ref, mailbox = "r" * 22, "m" * 22
    lengths = {len(members.sealed_box(who, box, NODE)) for box in (Box(), Box().with_mailbox(ref, mailbox))}
    assert len(lengths) == 1


def test_what_is_sealed_to_a_person_is_bound_to_what_it_is_about() -> None:
    mira = joining()
    who = Person(mira.member, mira.key)
    sealed = members.seal_to(
        mira.member.public, b"x", node=NODE, member_id=who.member.id, what="listing-key", about="one"
    )
    assert members.open_for(who, sealed, node=NODE, what="listing-key", about="one") == b"x"
    for what, about in (("listing-key", "two"), ("box", "one")):
        with pytest.raises(Refused):
            members.open_for(who, sealed, node=NODE, what=what, about=about)


# Invitations and grants.


def test_an_invitation_works_once_and_gives_the_role_it_was_made_for(database: Database) -> None:
    code, _ = database.write(lambda tx: members.invite(tx, Role.STEWARD, now=NOW, random=RANDOM))
    one, other = joining("One"), joining("Other")
    assert database.write(lambda tx: members.join(tx, code.upper().replace("-", " "), one.member, now=NOW))
    assert not database.write(lambda tx: members.join(tx, code, other.member, now=NOW))
    assert [(row.name, row.role) for row in rows(database, "member")] == [("One", "steward")]
    assert rows(database, "invitation") == []


def test_an_invitation_used_by_two_at_once_lets_one_in(database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    code, _ = database.write(lambda tx: members.invite(tx, Role.MEMBER, now=NOW, random=RANDOM))
    several = [joining(str(number)).member for number in range(6)]
    with ThreadPoolExecutor(6) as callers:
        ends = list(callers.map(lambda who: database.write(lambda tx: members.join(tx, code, who, now=NOW)), several))
    assert sorted(ends) == [False] * 5 + [True]
    assert len(rows(database, "member")) == 1


def test_an_invitation_ends_after_fourteen_days_and_its_row_is_deleted(database: Database) -> None:
    code, last_day = database.write(lambda tx: members.invite(tx, Role.MEMBER, now=NOW, random=RANDOM))
    end = (last_day + 1) * DAY
    assert end <= NOW + 15 * DAY
    assert database.read(lambda reading: members.invitation_role(reading, code, now=end - 1)) is Role.MEMBER
    assert database.read(lambda reading: members.invitation_role(reading, code, now=end)) is None
    assert not database.write(lambda tx: members.join(tx, code, joining().member, now=end))
    database.write(lambda tx: members.forget_old(tx, end))
    assert rows(database, "invitation") == []


def test_an_invitation_is_stored_only_as_a_hash_and_is_too_long_to_guess(database: Database) -> None:
    code, _ = database.write(lambda tx: members.invite(tx, Role.MEMBER, now=NOW, random=RANDOM))
    assert code not in repr(rows(database, "invitation"))
    assert len(code.replace("-", "")) * 5 >= 120


@pytest.mark.parametrize("code", ["", "-", "x", "é", "\x00", "' OR 1=1 --", "a" * 100_000])
def test_a_code_that_is_none_is_no_invitation(database: Database, code: str) -> None:
    database.write(lambda tx: members.invite(tx, Role.MEMBER, now=NOW, random=RANDOM))
    assert database.read(lambda reading: members.invitation_role(reading, code, now=NOW)) is None


def test_a_grant_acts_for_its_person_for_ninety_days_or_until_it_is_ended(database: Database) -> None:
    mira = person(database)
    one, other = (
        database.write(lambda tx: members.grant(tx, mira.member.id, "phone", now=NOW, random=RANDOM)) for _ in range(2)
    )
    found = database.read(lambda reading: members.granted(reading, one, now=NOW + 89 * DAY))
    assert found is not None
    assert found.id == mira.member.id
    assert database.read(lambda reading: members.granted(reading, one, now=NOW + 91 * DAY)) is None
    database.write(lambda tx: members.end_grant(tx, other))
    assert database.read(lambda reading: members.granted(reading, other, now=NOW)) is None
    assert one not in repr(rows(database, "grant"))


def test_a_key_held_by_a_client_never_reaches_the_node(database: Database) -> None:
    key = SealPrivateKey.generate(RANDOM)
    member = members.key_held_by_client(
        key.public, node=NODE, name="Mira", role=Role.MEMBER, lang="en", now=NOW, random=RANDOM
    )
    database.write(lambda tx: members.add(tx, member))
    assert member.private is None
    assert database.read(lambda r: members.use_words(r, words.Derived(member.lookup, RANDOM(32)))) is None
    assert members.open_box(Person(member, key), NODE) == Box()


# Who may what.


def test_the_table_of_permissions_is_total_and_nobody_else_may() -> None:
    assert set(rules.PERMISSIONS) == set(Act)
    nobody, guest, member, steward = None, Role.GUEST, Role.MEMBER, Role.STEWARD
    expected = {
        Act.SEARCH_FEDERATED: {member, steward},
        Act.ASK: {nobody, guest, member, steward},
        Act.OFFER: {member, steward},
        Act.ANSWER: {guest, member, steward},
        Act.NEED: {nobody, guest, member, steward},
        Act.INVITE_MEMBERS: {steward},
        Act.PEERS: {steward},
        Act.COMMUNITY: {steward},
        Act.IMPORT: {steward},
        Act.CONCERN: {nobody, guest, member, steward},
        Act.CARE: {steward},
        Act.RELAY: {member, steward},
        Act.LET_RELAY: {steward},
    }
    for role, act in product((None, *Role), Act):
        assert rules.may(role, act) is (role in expected[act]), (role, act)


def test_a_role_the_table_does_not_know_may_nothing() -> None:
    assert not any(rules.may("admin", act) for act in Act if act not in (Act.ASK, Act.NEED))  # type: ignore[arg-type]
    assert not rules.may(Role.STEWARD, "everything")  # type: ignore[arg-type]


# What is stored of a person.


def test_only_the_quarter_of_joining_is_stored() -> None:
    assert [rules.quarter(at) for at in (0, 1_767_225_599, 1_767_225_600, NOW)] == [
        "1970-Q1",
        "2025-Q4",
        "2026-Q1",
        "2026-Q4",
    ]


@given(st.text(max_size=200))
def test_a_name_is_one_short_printable_line(text: str) -> None:
    name = rules.name_of(text)
    assert len(name) <= 60
    assert name.isprintable()
    assert name == " ".join(name.split())


# What rows tell.


def test_a_box_is_as_large_whether_its_owner_asked_often_or_never(database: Database) -> None:
    mira = person(database)
    asked = Box({f"{at:022}": f"{at:022}" for at in range(50)})
    sealed = members.sealed_box(mira, asked, NODE)
    assert len(sealed) == len(mira.member.box)
    database.write(lambda tx: members.save_box(tx, mira, sealed))
    [row] = rows(database, "member")
    assert row.box == sealed
    assert "box_rev" not in row._fields


def test_no_date_of_a_guest_leads_to_the_date_of_their_request(database: Database) -> None:
    for until in range(20_000, 20_029):
        guest = joining(name="", role=Role.GUEST)
        database.write(lambda tx, guest=guest: members.add(tx, replace(guest.member, last_day=20_000)))
        database.write(lambda tx, guest=guest, until=until: members.stay(tx, guest.member.id, until_day=until))
    days = {row.last_day for row in rows(database, "member")}
    assert days == {20_020, 20_048}
