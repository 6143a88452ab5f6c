"""A peer that lies: what was tried against the constructions of the protocol, through the real endpoints (ADR 0013; safety B, C, D.25, D.27).

The hostile community holds its own real keys and writes every byte of its messages itself; everybody else is an honest node.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.ciphers.base import Cipher
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from alongside_node import migrations, schema
from alongside_node.directory import store as directory
from alongside_node.directory.searching import Viewer
from alongside_node.entrypoints import acts
from alongside_node.entrypoints.web import shown
from alongside_node.foundation.database import Database
from alongside_node.listings.actions import Move as ListingMove
from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Person, Role
from alongside_node.peers import actions as peers
from alongside_node.referrals import answering, asking
from alongside_node.referrals import rules as request_rules
from alongside_node.referrals import store as requests
from alongside_protocol import base64url, canonical, limits, merkle, receipt, sealing
from alongside_protocol.consent import Consent, Field, ReplyTo, Routing, Standing, seal_request
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, RecordId, Ref
from alongside_protocol.opening import open_answer
from alongside_protocol.referral import Move, State
from alongside_protocol.sealing import Context, SealPrivateKey
from world import Community, Randomness, World, commitments, offer, post

DAY = limits.DAY
FAR = limits.SAFE_INTEGER


@pytest.fixture
def listing(elm: Community, mira: Person, world: World) -> str:
    found = elm.publishes(mira)
    world.settle()
    return found


@pytest.fixture
def mira(elm: Community) -> Person:
    return elm.person("Mira")


@pytest.fixture
def asker(oak: Community) -> Person:
    return oak.person("Asker")


def says(sender: Community, to: Community, kind: str, **members_: Any) -> bytes:
    """A message, byte by byte."""
    now = sender.world.clock.now()
    said = {
        "v": 1,
        "id": new_id(sender),
        "from": sender.id,
        "to": to.id,
        "type": kind,
        "iat": now,
        "exp": now + DAY,
        **members_,
    }
    return canonical.dump(said)


def new_id(community: Community) -> str:
    return base64url.encode(community.random(16))


def found_at(community: Community, listing: str, of: Community) -> asking.Addressee:
    now, viewer = community.world.clock.now(), Viewer(community.id, member=True)
    to: asking.Addressee = community.read(asking.addressee, community.node.keys(), of.id, listing, viewer, now=now)
    return to


def ask(oak: Community, asker: Person, elm: Community, listing: str, words: str = "May I call you?") -> str:
    to, until = found_at(oak, listing, elm), oak.world.clock.now() + 10 * DAY
    story = acts.ask(oak.node.edge, oak.again(asker), to, {Field.WORDS: words}, shown=to.shown, until=until)
    ref: str = oak.world.run(story)
    return ref


def thread(community: Community, person: Person, ref: str) -> asking.Thread:
    found = community.read(asking.thread, community.again(person), ref, me=community.id)
    assert found is not None
    return found


def leave(community: Community, person: Person, ref: str, move: Move) -> None:
    now = community.world.clock.now()
    step = asking.leave_it(
        thread(community, person, ref), move, keyring=community.node.keys(), now=now, random=community.random
    )
    community.write(lambda tx: asking.take(tx, step, now=now))


def opened(community: Community, person: Person, place: int = 0) -> answering.Opened:
    named = community.rows("incoming")[place]
    row = community.read(requests.incoming, named.peer, named.ref)
    keys = community.read(answering.keys_of, person, me=community.id)
    found: answering.Opened = community.read(answering.opened, row, keys, me=community.id)
    return found


def answer(community: Community, person: Person, move: Move, words: str = "", place: int = 0) -> None:
    now = community.world.clock.now()
    step = answering.prepare(
        opened(community, person, place), move, words, keyring=community.node.keys(), now=now, random=community.random
    )
    community.write(lambda tx: answering.take(tx, step, now=now))


def an_offer(
    sender: Community,
    to: Community,
    listing: str,
    *,
    ref: str,
    n: int = 1,
    until: int | None = None,
    handle: bytes | None = None,
    promised: bytes | None = None,
    listing_keys: tuple[sealing.SealPublicKey, ...] = (),
) -> bytes:
    """An offer whose every part a hostile node chose."""
    recipient = found_at(sender, listing, to).recipient
    now, end = sender.world.clock.now(), until or sender.world.clock.now() + 10 * DAY
    pinned = promised or recipient.commitments
    context = Context(sender.id, to.id, new_id(sender), "referral.offer", ref, n)
    sealed = seal_request(
        Consent("support", frozenset({Field.WORDS}), to.id, RecordId(listing), pinned, end),
        {Field.WORDS: "Hello"},
        recipient=replace(recipient, commitments=pinned, listing_keys=listing_keys or recipient.listing_keys),
        routing=Routing(Standing.MEMBER, handle or sender.random(16)),
        reply=ReplyTo(SealPrivateKey.generate(sender.random).public, sender.random(32)),
        context=context,
        now=now,
        random=sender.random,
    )
    text = base64url.encode(sealed.ciphertext)
    return says(sender, to, "referral.offer", id=context.id, ref=ref, n=n, body={"until": end}, sealed=text)


# (a) Answers.


@pytest.mark.parametrize("kind", ["referral.accept", "referral.waitlist"])
def test_a_node_cannot_say_that_one_of_its_people_accepted_or_put_somebody_on_the_waiting_list(
    oak: Community, elm: Community, asker: Person, listing: str, world: World, kind: str
) -> None:
    ref = ask(oak, asker, elm, listing)
    world.settle()
    forged = base64url.encode(elm.random(512 + sealing.OVERHEAD))
    assert post(elm, oak, says(elm, oak, kind, ref=ref, n=1, sealed=forged)) == 202
    seen = thread(oak, asker, ref)
    assert (seen.state, seen.unproven) == (State.OFFERED, True)
    assert [said.ours for said in seen.said] == [True]


def test_an_acceptance_that_nobody_gave_does_not_become_one_that_ended(
    oak: Community, elm: Community, asker: Person, listing: str, world: World
) -> None:
    ref = ask(oak, asker, elm, listing)
    world.settle()
    forged = base64url.encode(elm.random(512 + sealing.OVERHEAD))
    post(elm, oak, says(elm, oak, "referral.accept", ref=ref, n=1, sealed=forged))
    world.pass_time(10 * DAY)
    assert thread(oak, asker, ref).state is State.EXPIRED


def test_somebody_on_the_waiting_list_stays_there_when_the_acceptance_is_forged(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World
) -> None:
    ref = ask(oak, asker, elm, listing)
    world.settle()
    answer(elm, mira, Move.WAITLIST, "Next month")
    world.settle()
    forged = base64url.encode(elm.random(512 + sealing.OVERHEAD))
    post(elm, oak, says(elm, oak, "referral.accept", ref=ref, n=2, sealed=forged))
    assert thread(oak, asker, ref).state is State.WAITLISTED


def test_an_answer_proves_nothing_about_another_request_of_the_same_person(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World
) -> None:
    """Whoever can open both requests still makes two proofs: none fits the other's reference, type or number."""
    another = elm.publishes(mira, title="A walk by the river")
    world.settle()
    first, second = ask(oak, asker, elm, listing), ask(oak, asker, elm, another)
    world.settle()
    one, other = sorted((opened(elm, mira, place) for place in (0, 1)), key=lambda each: each.row.ref != first)
    assert one.asked is not None
    assert other.asked is not None
    assert one.asked.reply.secret != other.asked.reply.secret
    said = canonical.dump({"words": "Yes", "suggest": []})
    proof = sealing.answer_proof(one.asked.reply.secret, type="referral.accept", ref=first, n=1, text=said)
    body = canonical.dump({"said": said.decode(), "proof": base64url.encode(proof)})
    context = Context(elm.id, oak.id, new_id(elm), "referral.accept", second, 1)
    sealed = base64url.encode(sealing.seal(body, other.asked.reply.public, context))
    post(elm, oak, says(elm, oak, "referral.accept", id=context.id, ref=second, n=1, sealed=sealed))
    assert (thread(oak, asker, second).state, thread(oak, asker, second).unproven) == (State.OFFERED, True)


@pytest.mark.parametrize(("kind", "n"), [("referral.waitlist", 1), ("referral.accept", 2)])
def test_an_answer_cannot_be_turned_into_another_kind_or_number(kind: str, n: int) -> None:
    """Not even by somebody who has the reply key's public half and seals the same proof again."""
    random = Randomness("moved")
    reply, secret, said = SealPrivateKey.generate(random), random(32), canonical.dump({"words": "No", "suggest": []})
    proof = sealing.answer_proof(secret, type="referral.accept", ref="r", n=1, text=said)
    body = canonical.dump({"said": said.decode(), "proof": base64url.encode(proof)})
    moved = Context("elm", "oak", "id", kind, "r", n)
    with pytest.raises(Refused) as refused:
        open_answer(sealing.seal(body, reply.public, moved), reply, secret, moved)
    assert refused.value.code is Code.ANSWER_UNPROVEN


def test_an_acceptance_that_comes_again_after_withdrawing_changes_nothing(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World
) -> None:
    ref = ask(oak, asker, elm, listing)
    world.settle()
    answer(elm, mira, Move.ACCEPT, "Yes")
    [accepted] = [row.body for row in elm.rows("outbox")]
    leave(oak, asker, ref, Move.WITHDRAW)
    world.settle()
    assert post(elm, oak, accepted) == 202
    again = json.loads(accepted) | {"id": new_id(elm), "n": 2}
    assert post(elm, oak, canonical.dump(again)) == 202
    assert thread(oak, asker, ref).state is State.WITHDRAWN


# (b) Handles.


def test_a_person_has_one_handle_at_a_community_another_at_the_next(
    world: World, oak: Community, elm: Community, asker: Person, listing: str
) -> None:
    fir = world.community("Fir")
    world.federate(oak, fir)
    there = fir.publishes(fir.person("Noor"))
    world.settle()
    refs = [ask(oak, asker, elm, listing), ask(oak, asker, elm, listing), ask(oak, asker, fir, there)]
    handles = [thread(oak, asker, ref).remembered.handle for ref in refs]
    assert handles[0] == handles[1] != handles[2]
    world.settle()
    elms, firs = elm.rows("incoming"), fir.rows("incoming")
    assert len({row.handle for row in elms}) == 1
    assert elms[0].handle != firs[0].handle  # nor could the two compare what they keep: each under a secret of its own


def test_handles_that_ran_out_are_forgotten_by_the_person_too(
    world: World, oak: Community, elm: Community, asker: Person, mira: Person, listing: str
) -> None:
    fir = world.community("Fir")
    world.federate(oak, fir)
    noor = fir.person("Noor")
    former = thread(oak, asker, ask(oak, asker, elm, listing)).remembered.handle
    world.pass_time(181 * DAY)
    there, later = fir.publishes(noor), elm.publishes(mira)
    world.settle()
    ask(oak, asker, fir, there)
    box = members.open_box(oak.again(asker), oak.id)
    assert set(box.handles) == {fir.id}
    assert thread(oak, asker, ask(oak, asker, elm, later)).remembered.handle != former


@pytest.mark.parametrize("move", [Move.DECLINE, Move.CLOSE])
def test_a_handle_goes_when_those_who_offer_end_a_request(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World, move: Move
) -> None:
    ask(oak, asker, elm, listing)
    world.settle()
    if move is Move.CLOSE:
        answer(elm, mira, Move.ACCEPT, "Yes")
    assert elm.rows("incoming")[0].handle is not None
    answer(elm, mira, move)
    assert elm.rows("incoming")[0].handle is None


# (c) Seals.


def _salamander(one: bytes, other: bytes, nonce: bytes, blocks: int) -> bytes:
    """A ciphertext whose tag is right under two keys: Poly1305 is linear in each block, so one block is solved for."""
    prime, lengths = 2**130 - 5, bytes(8) + (16 * blocks).to_bytes(8, "little")
    keys = []
    for key in (one, other):
        first = Cipher(ChaCha20(key, bytes(4) + nonce), None).encryptor().update(bytes(32))
        factor = int.from_bytes(first[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
        keys.append((factor, int.from_bytes(first[16:], "little")))
    (r1, s1), (r2, s2) = keys

    def known(factor: int, fillers: list[bytes]) -> int:
        terms = [*fillers, None, lengths]
        return sum(
            (int.from_bytes(block, "little") + 2**128) * pow(factor, len(terms) - at, prime)
            for at, block in enumerate(terms)
            if block is not None
        )

    for attempt in range(1_000):
        fillers = [attempt.to_bytes(16, "little")] * (blocks - 1)
        k1, k2 = known(r1, fillers), known(r2, fillers)
        for carry in range(-4, 5):
            x = (s2 - s1 + carry * 2**128 + k2 - k1) * pow(r1 * r1 - r2 * r2, -1, prime) % prime
            tags = {((k + x * r * r) % prime + s) % 2**128 for k, r, s in ((k1, r1, s1), (k2, r2, s2))}
            if 2**128 <= x < 2**129 and len(tags) == 1:
                return b"".join(fillers) + (x - 2**128).to_bytes(16, "little") + tags.pop().to_bytes(16, "little")
    raise AssertionError("none was found")


def test_a_ciphertext_that_opens_under_two_keys_is_refused_by_its_padding() -> None:
    """The cipher commits to no key: an authentic text for two holders can be made. What it opens as cannot be chosen for both."""
    random = Randomness("salamander")
    for _ in range(20):
        one, other, nonce = random(32), random(32), random(12)
        made = _salamander(one, other, nonce, sealing.SMALLEST_PADDED // 16)
        read = [ChaCha20Poly1305(key).decrypt(nonce, made, None) for key in (one, other)]
        assert read[0] != read[1]
        assert [_holds(sealing._unpadded, padded) for padded in read] == [False, False]
        with pytest.raises(InvalidTag):
            ChaCha20Poly1305(random(32)).decrypt(nonce, made, None)


def test_a_request_that_only_some_who_offer_can_open_shows_the_others_that_it_does_not_open(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World
) -> None:
    """A hostile node wraps another key than the listing's: nobody is shown other words, they are shown none."""
    ref = new_id(oak)
    stranger = SealPrivateKey.generate(oak.random).public
    assert post(oak, elm, an_offer(oak, elm, listing, ref=ref, listing_keys=(stranger,))) == 202
    world.settle()
    assert elm.rows("incoming") == []
    [key] = found_at(oak, listing, elm).recipient.listing_keys
    assert post(oak, elm, an_offer(oak, elm, listing, ref=new_id(oak), listing_keys=(stranger, key))) == 202
    assert opened(elm, mira).asked is not None
    elm.write(
        lambda tx: tx.execute(schema.letter.update().values(sealed=_wrapped_wrongly(elm.rows("letter")[0].sealed)))
    )
    assert opened(elm, mira).asked is None
    with pytest.raises(Refused):
        answer(elm, mira, Move.ACCEPT, "Yes")
    answer(elm, mira, Move.DECLINE)


def _wrapped_wrongly(raw: bytes) -> bytes:
    inner = json.loads(raw)
    inner["keys"] = {name: wrapped[:-4] + "AAAA" for name, wrapped in inner["keys"].items()}
    return json.dumps(inner).encode()


# (e) The tree.


def test_no_tree_however_malformed_shows_one_record_both_there_and_absent_or_with_two_contents() -> None:
    """Whoever signs the root builds what they like: any shape, any branching bits, ids on the wrong side, the same id twice."""
    from random import Random  # noqa: PLC0415 - seeded, for shapes

    seeded = Random(7)
    for _ in range(300):
        names = [bytes([seeded.randrange(4) << 6]) + bytes(15) for _ in range(3)]
        made: list[tuple[bytes, list[tuple[bytes, bytes, merkle.Proof]]]] = []
        for number in range(5):
            name, content = seeded.choice(names), bytes([number]) * 32
            made.append((merkle.leaf_hash(name, content), [(name, content, merkle.Proof(()))]))
        while len(made) > 1:
            (left, inside_left), (right, inside_right) = made.pop(seeded.randrange(len(made))), made.pop()
            depth = seeded.randrange(4)
            top = [
                (name, content, merkle.Proof(((depth, sibling), *proof.steps)))
                for inside, sibling in ((inside_left, right), (inside_right, left))
                for name, content, proof in inside
            ]
            made.append((merkle._inner(depth, left, right), top))
        [(root, claims)] = made
        proven: dict[bytes, set[bytes]] = {}
        for name, content, proof in claims:
            if _holds(merkle.check_inclusion, root, name, content, proof):
                proven.setdefault(name, set()).add(content)
        absent = {
            name
            for name in {bytes([top << 6]) + bytes(15) for top in range(4)}
            for other, content, proof in claims
            if _holds(merkle.check_absence, root, name, merkle.AbsenceProof(other, content, proof))
        }
        assert all(len(contents) == 1 for contents in proven.values())
        assert not absent & proven.keys()


def _holds(check: Callable[..., None], *arguments: Any) -> bool:
    try:
        check(*arguments)
    except Refused:
        return False
    return True


def test_a_feed_is_in_the_order_of_bytes_whatever_language_a_database_sorts_by(
    postgresql_server: str,
) -> None:
    """A database of another language puts `a` before `B` and skips `-`: readers would refuse every page."""
    server = make_url(postgresql_server).set(drivername="postgresql+psycopg")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text("CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.utf8'")
        )
    database = Database(server.set(drivername="postgresql", database="sorted").render_as_string(hide_password=False))
    try:
        migrations.upgrade(database)
        names = [f"{first}{'A' * 21}" for first in "_-aBcDzZ09"]
        database.write(
            lambda tx: [
                tx.execute(schema.own_record.insert().values(id=name, seq=1, digest=bytes(32), line=b"{}"))
                for name in names
            ]
        )
        found = database.read(lambda reading: directory.feed(reading, seq=0, id="~", limit=100))
        assert [row.id for row in found] == sorted(names)
        rest = database.read(lambda reading: directory.feed(reading, seq=1, id=sorted(names)[4], limit=100))
        assert [row.id for row in rest] == sorted(names)[5:]
    finally:
        database.close()
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE sorted WITH (FORCE)"))
        admin.dispose()


# (f) Heads.


def test_a_directory_whose_numbers_are_as_large_as_they_may_be_is_followed(
    tmp_path: Path, new_url: Callable[[], str]
) -> None:
    """Nobody honest comes so far, and a number alone must not be what a database stops at, on SQLite and on PostgreSQL."""
    world = World(tmp_path, new_url)
    oak, elm = world.community("Oak"), world.community("Elm")
    world.federate(oak, elm)
    elm.publishes(elm.person("Mira"))
    world.settle()
    [(order, of)] = [((row.doc, row.seq), row.peer) for row in oak.rows("replica") if row.peer == elm.id]
    assert order < (2, FAR)
    replica = oak.read(directory.replica, of)
    oak.write(lambda tx: directory.save_replica(tx, replace(replica, doc=FAR, seq=FAR)))
    oak.write(lambda tx: tx.execute(schema.entry.update().values(seq=FAR)))
    assert oak.read(directory.replica, of).seq == FAR
    world.close()


# (h) The inbox and what waits behind it.


@pytest.mark.parametrize("n", [2**40, 2**53 - 1])
def test_a_number_that_runs_ahead_is_dropped_and_nothing_waits_for_it(
    oak: Community, elm: Community, asker: Person, listing: str, world: World, n: int
) -> None:
    ref = ask(oak, asker, elm, listing)
    world.settle()
    for kind in ("referral.pause", "referral.close"):
        assert post(elm, oak, says(elm, oak, kind, ref=ref, n=n)) == 202
    assert [row.body for row in oak.rows("received") if row.body is not None] == []
    assert oak.rows("early") == []
    assert thread(oak, asker, ref).state is State.OFFERED


def test_a_date_in_thousands_of_years_takes_a_place_for_two_months_and_breaks_no_page(
    oak: Community, elm: Community, mira: Person, listing: str, world: World
) -> None:
    assert post(oak, elm, an_offer(oak, elm, listing, ref=new_id(oak), until=FAR)) == 202
    request = opened(elm, mira)
    assert request.row.until <= world.clock.now() + (request_rules.LONGEST_DAYS + 1) * DAY
    shown.incoming(request, shown.Told("", ""), {oak.id: "Oak"}, today=shown.day_of(world.clock.now()))
    for _ in range(9):
        world.pass_time(7 * DAY)
    assert elm.rows("incoming")[0].state == State.EXPIRED


@pytest.mark.parametrize(("iat", "backups"), [(FAR, 0), (0, FAR)])
def test_a_receipt_with_a_date_that_no_calendar_has_is_no_receipt(
    oak: Community, elm: Community, asker: Person, listing: str, world: World, iat: int, backups: int
) -> None:
    ref = ask(oak, asker, elm, listing)
    world.settle()
    world.cut(oak, elm)
    world.run(acts.erase(oak.node.edge, thread(oak, asker, ref)))
    keys = elm.node.keys()
    said = receipt.sign((Ref(ref),), node=elm.id, doc=1, now=iat, backups_until=backups, key=keys.signing)
    assert post(elm, oak, says(elm, oak, "erased", body={"receipt": said.text})) == 202
    [erased] = oak.read(asking.erased, oak.again(asker), me=oak.id, now=world.clock.now())
    shown.deleted(erased, {}, me=oak.id)
    assert erased.confirmed is None


def test_a_message_under_a_forgotten_id_stops_nothing_of_anybody_else(
    oak: Community, elm: Community, asker: Person, listing: str, world: World
) -> None:
    """An early message under the id of a letter that is still kept: it is dropped alone, and the clock goes on for all."""
    ref = ask(oak, asker, elm, listing)
    world.settle()
    used, noise = new_id(elm), base64url.encode(elm.random(512 + sealing.OVERHEAD))
    assert post(elm, oak, says(elm, oak, "referral.accept", id=used, ref=ref, n=1, sealed=noise)) == 202
    world.pass_time(3 * DAY)  # that its id was used is forgotten
    assert used in {row.id for row in oak.rows("letter")}
    assert post(elm, oak, says(elm, oak, "referral.message", id=used, ref=ref, n=3, sealed=noise)) == 202
    assert post(elm, oak, says(elm, oak, "referral.withdraw", ref=new_id(elm), n=2)) == 202
    assert len(oak.rows("early")) == 2
    world.pass_time(DAY + 60)
    assert oak.rows("early") == []


def test_a_peer_cannot_fill_our_memory_of_what_was_erased(
    oak: Community, elm: Community, asker: Person, listing: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_rules, "ERASED_MARKS_A_PEER", 150)
    for _ in range(3):
        assert post(oak, elm, says(oak, elm, "erase", body={"refs": [new_id(oak) for _ in range(100)]})) == 202
    assert len(elm.rows("early")) == 150
    ref = ask(oak, asker, elm, listing)
    world.settle()
    assert post(oak, elm, says(oak, elm, "erase", body={"refs": [ref]})) == 202
    assert elm.rows("incoming") == elm.rows("letter") == []


def _fill(at: Community, peer: Community) -> None:
    """A peer writes what we must answer, and takes no answers."""
    at.world.cut(at, peer)
    for _ in range(limits.PEER_OUTBOX + 20):
        if post(peer, at, says(peer, at, "erase", body={"refs": [new_id(peer)]})) != 202:
            raise AssertionError("not taken")


def test_a_peer_that_takes_no_answers_keeps_nobody_from_leaving(
    oak: Community,
    elm: Community,
    asker: Person,
    mira: Person,
    listing: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not from withdrawing or deleting what was asked of it, nor from changing or withdrawing a listing it asked about."""
    monkeypatch.setattr(limits, "PEER_OUTBOX", 60)
    refs = [ask(oak, asker, elm, listing) for _ in range(2)]
    theirs = oak.person("Noor")
    own = oak.publishes(theirs)
    world.settle()
    assert post(elm, oak, an_offer(elm, oak, own, ref=new_id(elm))) == 202
    _fill(oak, elm)
    leave(oak, asker, refs[0], Move.WITHDRAW)
    world.run(acts.erase(oak.node.edge, thread(oak, asker, refs[1])))
    changed = offer(commitments=commitments("never"))
    assert world.run(acts.change(oak.node.edge, theirs.member, own, ListingMove.EDIT, changed)) is not None
    world.run(acts.change(oak.node.edge, theirs.member, own, ListingMove.WITHDRAW))
    assert {row.state for row in oak.rows("incoming")} == {State.DECLINED.value}
    oak.write(lambda tx: peers.end(tx, elm.id, us=oak.node.edge.us(tx), now=world.clock.now(), random=oak.random))
    assert sum(row.type == "erased" for row in oak.rows("outbox")) == 30


def test_what_people_write_still_waits_its_turn_when_too_much_is_waiting() -> None:
    from alongside_node.delivery.rules import has_room  # noqa: PLC0415 - beside what it is about
    from alongside_protocol.messages import Type  # noqa: PLC0415

    full = limits.PEER_OUTBOX
    assert not has_room(Type.OFFER, full, half=False)
    assert has_room(Type.OFFER, full - 1, half=False)
    assert has_room(Type.WITHDRAW, 10 * full, half=False)
    assert not has_room(Type.DECLINE, full // 2, half=True)


def test_one_reference_used_in_both_directions_is_two_requests(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World
) -> None:
    """Whom somebody asked asks back under the same reference: what each closes or erases is its own request only."""
    noor = oak.person("Noor")
    own = oak.publishes(noor)
    ref = ask(oak, asker, elm, listing)
    world.settle()
    assert post(elm, oak, an_offer(elm, oak, own, ref=ref)) == 202
    answer(elm, mira, Move.ACCEPT, "Yes")
    world.settle()
    assert thread(oak, asker, ref).state is State.ACCEPTED
    assert [row.state for row in oak.rows("incoming")] == [State.OFFERED]
    assert post(elm, oak, says(elm, oak, "referral.withdraw", ref=ref, n=2)) == 202
    assert [row.state for row in oak.rows("incoming")] == [State.WITHDRAWN]
    assert post(elm, oak, says(elm, oak, "erase", body={"refs": [ref]})) == 202
    assert oak.rows("incoming") == []
    seen = thread(oak, asker, ref)
    assert (seen.state, [said.words for said in seen.said][-1]) == (State.ACCEPTED, "Yes")


@pytest.mark.parametrize("name", ["from", "to"])
def test_a_peer_cannot_speak_as_us_or_to_another(oak: Community, elm: Community, name: str) -> None:
    other = {"from": oak.id, "to": elm.id}
    said = json.loads(says(elm, oak, "referral.withdraw", ref=new_id(elm), n=1)) | {name: other[name]}
    before = len(oak.rows("received"))
    assert post(elm, oak, canonical.dump(said)) >= 400
    assert len(oak.rows("received")) == before


# (i) What consent is pinned to.


def test_who_agrees_again_unreadably_or_to_another_listing_has_not_agreed(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World
) -> None:
    """The further offer of a hostile node: bytes that open with no key, or the promises of a listing that changed nothing."""
    calm = elm.publishes(mira)
    ref = ask(oak, asker, elm, listing)
    world.settle()
    changed = offer(commitments=commitments(police="may_without_asking"))
    world.run(acts.change(elm.node.edge, mira.member, listing, ListingMove.EDIT, changed))
    world.settle()
    assert elm.rows("incoming")[0].state == State.PAUSED
    until = elm.rows("incoming")[0].until
    noise = base64url.encode(oak.random(512 + sealing.OVERHEAD))
    assert post(oak, elm, says(oak, elm, "referral.offer", ref=ref, n=2, body={"until": until}, sealed=noise)) == 202
    assert elm.rows("incoming")[0].state == State.PAUSED
    assert post(oak, elm, an_offer(oak, elm, calm, ref=ref, n=3, until=until)) == 202
    assert elm.rows("incoming")[0].state == State.PAUSED
    assert post(oak, elm, an_offer(oak, elm, listing, ref=ref, n=4, until=until)) == 202
    assert elm.rows("incoming")[0].state == State.OFFERED


def test_an_edit_that_promises_the_same_pauses_nobody_and_a_community_that_promises_other_things_pauses_all(
    oak: Community, elm: Community, asker: Person, mira: Person, listing: str, world: World
) -> None:
    from alongside_node.identity import actions as identity  # noqa: PLC0415 - beside what it is about

    ref = ask(oak, asker, elm, listing)
    world.settle()
    world.run(acts.change(elm.node.edge, mira.member, listing, ListingMove.EDIT, offer("Another title")))
    world.settle()
    assert thread(oak, asker, ref).state is State.OFFERED
    profile = elm.read(identity.standing_community).profile
    stricter = type(profile).model_validate({**profile.model_dump(), "commitments": commitments("must_by_law")})
    world.run(acts.save_profile(elm.node.edge, stricter))
    world.settle()
    assert thread(oak, asker, ref).state is State.PAUSED
    assert found_at(oak, listing, elm).recipient.commitments != thread(oak, asker, ref).remembered.commitments


def test_a_request_pinned_to_other_promises_waits_until_the_person_agrees(
    oak: Community, elm: Community, listing: str
) -> None:
    assert post(oak, elm, an_offer(oak, elm, listing, ref=new_id(oak), promised=bytes(32))) == 202
    assert [row.state for row in elm.rows("incoming")] == [State.PAUSED]


# (j) People.


def test_a_row_that_names_another_public_key_signs_nobody_in(oak: Community, world: World) -> None:
    """Whoever can write in the database cannot have what is sealed to a person from now on sealed to themselves."""
    words, now = seven.Derived(oak.random(32), oak.random(32)), world.clock.now()
    joining = members.prepare(words, node=oak.id, name="A", role=Role.MEMBER, lang="en", now=now, random=oak.random)
    oak.write(lambda tx: members.add(tx, joining.member))
    person = oak.read(members.use_words, words)
    cookie = oak.write(lambda tx: members.begin_session(tx, person, now=now, random=oak.random))
    assert oak.read(members.session_of, cookie, now=now) is not None
    theirs = SealPrivateKey.generate(oak.random).public.text
    oak.write(lambda tx: tx.execute(schema.member.update().values(public=theirs)))
    assert oak.read(members.use_words, words) is None
    assert oak.read(members.session_of, cookie, now=now) is None


def test_a_session_is_no_grant_a_grant_is_no_session_and_neither_opens_another_persons_key(
    oak: Community, world: World
) -> None:
    now = world.clock.now()
    people = []
    for name in "AB":
        words = seven.Derived(oak.random(32), oak.random(32))
        joining = members.prepare(
            words, node=oak.id, name=name, role=Role.MEMBER, lang="en", now=now, random=oak.random
        )
        oak.write(lambda tx, member=joining.member: members.add(tx, member))
        people.append((words, Person(joining.member, joining.key)))
    (one, anna), (other, ben) = people
    cookie = oak.write(lambda tx: members.begin_session(tx, anna, now=now, random=oak.random))
    token = oak.write(lambda tx: members.grant(tx, anna.member.id, "phone", now=now, random=oak.random))
    assert oak.read(members.granted, cookie, now=now) is None
    assert oak.read(members.session_of, token, now=now) is None
    mixed = seven.Derived(one.lookup, other.wrap)
    assert oak.read(members.use_words, mixed) is None
    oak.write(lambda tx: tx.execute(schema.session.update().values(member=ben.member.id)))
    assert oak.read(members.session_of, cookie, now=now) is None


def test_a_box_that_was_sealed_for_somebody_else_or_another_node_does_not_open(oak: Community, elm: Community) -> None:
    anna, ben = oak.person("A"), oak.person("B")
    for box, node in ((ben.member.box, oak.id), (anna.member.box, elm.id)):
        with pytest.raises(Refused):
            members.open_box(Person(replace(anna.member, box=box), anna.key), NodeId(node))
