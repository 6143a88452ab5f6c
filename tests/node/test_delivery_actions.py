"""The outbox and what was received, as rows (sections 5 and 7 of the specification)."""

from typing import Any

import pytest

from alongside_node import schema
from alongside_node.delivery import actions as delivery
from alongside_node.delivery.actions import Outgoing, Received
from alongside_node.foundation.database import Database, Writing
from alongside_protocol import limits
from alongside_protocol.errors import Code, Refused

NOW = 1_800_000_000
LATER = NOW + 14 * limits.DAY


def put(database: Database, message_id: str, peer: str = "elm", **changes: Any) -> None:
    values: dict[str, Any] = {
        "peer": peer,
        "message_id": message_id,
        "type": "referral.message",
        "ref": None,
        "body": message_id.encode(),
        "not_after": LATER,
        "now": NOW,
    }
    database.write(lambda tx: delivery.enqueue(tx, **(values | changes)))


def claimed(database: Database, peer: str = "elm", now: int = NOW, **changes: Any) -> list[str]:
    return [one.id for one in database.read(lambda reading: delivery.claim(reading, peer, now, **changes))]


def one(database: Database, message_id: str, now: int = NOW) -> Outgoing:
    (found,) = [
        found
        for found in database.read(lambda reading: delivery.claim(reading, "elm", now, 99))
        if found.id == message_id
    ]
    return found


def fail(database: Database, outgoing: Outgoing, code: str, *, retry: bool, now: int = NOW) -> bool:
    return database.write(lambda tx: delivery.failed(tx, outgoing, code, retry=retry, now=now, jitter=0.5))


def miss(database: Database, code: str = Code.UNREACHABLE, now: int = NOW) -> bool:
    return database.write(lambda tx: delivery.missed(tx, "elm", ["", code], now=now, jitter=0.5))


# What waits to leave.


def test_a_message_can_leave_at_once_and_is_gone_when_it_arrived(database: Database) -> None:
    put(database, "a")
    assert database.read(lambda reading: delivery.peers_with_mail(reading, NOW)) == ["elm"]
    assert one(database, "a") == Outgoing("a", "elm", "referral.message", None, b"a", None, LATER, 0)
    database.write(lambda tx: delivery.delivered(tx, "a"))
    assert claimed(database) == []
    assert database.read(lambda reading: delivery.peers_with_mail(reading, NOW)) == []


def test_messages_of_one_request_leave_in_order_and_hold_up_no_other(database: Database) -> None:
    put(database, "a", ref="r")
    put(database, "b", ref="r")
    put(database, "c", ref="s")
    put(database, "d")
    assert claimed(database) == ["a", "c", "d"]
    fail(database, one(database, "a"), "status-500", retry=True)
    assert claimed(database) == ["c", "d"]
    database.write(lambda tx: delivery.delivered(tx, "a"))
    assert claimed(database) == ["b", "c", "d"]


def test_withdrawing_and_closing_wait_for_nothing(database: Database) -> None:
    put(database, "a", ref="r")
    put(database, "b", ref="r", type="referral.withdraw")
    put(database, "c", ref="s")
    put(database, "d", ref="s", type="referral.close")
    assert claimed(database) == ["a", "b", "c", "d"]


def test_no_more_are_claimed_than_may_be_in_flight(database: Database) -> None:
    for name in "abcdef":
        put(database, name)
    assert claimed(database) == ["a", "b", "c", "d"]


def test_mail_of_one_peer_is_not_another_peers(database: Database) -> None:
    put(database, "a", "elm")
    put(database, "b", "oak")
    assert claimed(database, "oak") == ["b"]
    assert database.write(lambda tx: delivery.forget_all(tx, "elm")) == 1
    assert claimed(database, "oak") == ["b"]


def test_a_thousand_messages_wait_for_a_peer_and_no_more(database: Database) -> None:
    def fill(tx: Writing) -> None:
        row = {"peer": "elm", "type": "docs", "body": b"", "not_after": LATER, "attempts": 0, "next_at": NOW}
        tx.execute(
            schema.outbox.insert().values([{**row, "id": f"{n}", "order": n} for n in range(limits.PEER_OUTBOX)])
        )

    database.write(fill)
    with pytest.raises(Refused) as refused:
        put(database, "one too many")
    assert refused.value.code is Code.BUSY
    put(database, "another's", "oak")


def test_what_waits_about_a_request_can_be_dropped(database: Database) -> None:
    for name, ref in (("a", "r"), ("b", "s"), ("c", None)):
        put(database, name, ref=ref)
    put(database, "d", "oak", ref="r")
    assert database.write(lambda tx: delivery.forget_of(tx, "elm", ["r"])) == 1
    assert claimed(database) == ["b", "c"]
    assert claimed(database, "oak") == ["d"]


# When an attempt failed.


def test_a_refusal_that_is_final_removes_the_row_and_is_told(database: Database) -> None:
    put(database, "a")
    assert fail(database, one(database, "a"), Code.NOT_AGREED, retry=False) is True
    assert claimed(database, now=LATER) == []


def test_what_may_succeed_later_is_tried_again_later_each_time(database: Database) -> None:
    put(database, "a")
    now = NOW
    for wait in (30, 60, 120):
        assert fail(database, one(database, "a", now), "status-500", retry=True, now=now) is False
        assert claimed(database, now=now + wait - 1) == []
        assert database.read(lambda reading, at=now: delivery.next_due(reading, at)) == now + wait
        now += wait
    assert one(database, "a", now).attempts == 3


def test_what_could_be_tried_again_only_after_its_end_is_given_up(database: Database) -> None:
    put(database, "a", not_after=NOW + 29)
    assert fail(database, one(database, "a"), Code.UNREACHABLE, retry=True) is True
    assert claimed(database, now=LATER) == []


def test_what_was_withdrawn_while_it_was_sent_is_nobodys_failure(database: Database) -> None:
    put(database, "a", ref="r")
    sending = one(database, "a")
    database.write(lambda tx: delivery.forget_of(tx, "elm", ["r"]))
    assert fail(database, sending, Code.NOT_AGREED, retry=False) is False


# How a peer is doing.


def test_a_peer_that_cannot_be_reached_rests_as_a_whole(database: Database) -> None:
    for name in "abc":
        put(database, name)
    assert miss(database) is True
    assert claimed(database, now=NOW + 29) == []
    assert database.read(lambda reading: delivery.peers_with_mail(reading, NOW + 29)) == []
    assert database.read(lambda reading: delivery.next_due(reading, NOW)) == NOW + 30
    (trouble,) = database.read(delivery.troubles)
    assert (trouble.peer, trouble.failures, trouble.code) == ("elm", 1, "unreachable")


def test_one_message_finds_out_whether_it_can_be_reached_again(database: Database) -> None:
    for name in "abc":
        put(database, name)
    miss(database)
    assert claimed(database, now=NOW + 30) == ["a"]
    fail(database, one(database, "a", NOW + 30), Code.UNREACHABLE, retry=True, now=NOW + 30)
    miss(database, now=NOW + 30)
    assert claimed(database, now=NOW + 90) == ["b"]  # not the same again: perhaps it was the message


def test_a_refusal_of_one_message_says_nothing_about_the_peer(database: Database) -> None:
    put(database, "a")
    assert miss(database, Code.NOT_AGREED) is False
    assert claimed(database) == ["a"]


def test_whoever_is_heard_from_gets_everything_at_once(database: Database) -> None:
    put(database, "a")
    fail(database, one(database, "a"), Code.UNREACHABLE, retry=True)
    miss(database)
    database.write(lambda tx: delivery.heard_from(tx, "elm", NOW + 1))
    assert claimed(database, now=NOW + 1) == ["a"]
    assert database.read(lambda reading: delivery.health(reading, "elm")) is None


def test_hearing_from_a_peer_that_was_well_hastens_nothing(database: Database) -> None:
    put(database, "a")
    fail(database, one(database, "a"), "status-500", retry=True)
    database.write(lambda tx: delivery.heard_from(tx, "elm", NOW + 1))
    assert claimed(database, now=NOW + 1) == []


# What has come in.


def take(
    database: Database, body: bytes = b"x", sender: str = "elm", message_id: str = "a", **changes: Any
) -> Received:
    values: dict[str, Any] = {"sender": sender, "id": message_id, "exp": NOW + 100, "body": body, "now": NOW}
    return database.write(lambda tx: delivery.receive(tx, **(values | changes)))


def waits(database: Database, now: int = NOW) -> list[str]:
    return [row.id for row in database.read(lambda reading: delivery.waiting(reading, now, 9))]


def test_a_message_is_new_once_then_the_same_again_or_a_conflict(database: Database) -> None:
    assert [take(database), take(database), take(database, b"y")] == [Received.NEW, Received.AGAIN, Received.CONFLICT]
    assert take(database, b"y", sender="oak") is Received.NEW


def test_what_was_acted_on_leaves_no_body_and_is_acted_on_once(database: Database) -> None:
    take(database)
    assert waits(database) == ["a"]
    assert database.write(lambda tx: delivery.acted(tx, "elm", "a")) is True
    assert database.write(lambda tx: delivery.acted(tx, "elm", "a")) is False
    assert waits(database) == []
    assert take(database) is Received.AGAIN


def test_what_had_its_effect_at_once_waits_for_nobody(database: Database) -> None:
    take(database, acted=True)
    assert waits(database) == []
    assert take(database) is Received.AGAIN


def test_what_is_postponed_lets_others_go_first(database: Database) -> None:
    take(database, message_id="a")
    take(database, message_id="b")
    database.write(lambda tx: delivery.postpone(tx, "elm", "a", NOW + 50))
    assert waits(database) == ["b"]
    assert database.read(lambda reading: delivery.next_waiting(reading, NOW)) == NOW + 50
    assert waits(database, NOW + 50) == ["b", "a"]


def test_ids_are_forgotten_a_day_after_their_message_expired(database: Database) -> None:
    take(database)
    assert database.write(lambda tx: delivery.forget_old(tx, NOW + 100 + limits.DAY)) == 0
    assert take(database) is Received.AGAIN
    assert database.write(lambda tx: delivery.forget_old(tx, NOW + 101 + limits.DAY)) == 1


def test_of_what_was_acted_on_no_second_is_kept(database: Database) -> None:
    for name, at_once in (("now", True), ("later", False)):
        database.write(
            lambda tx, name=name, at_once=at_once: delivery.receive(
                tx, sender="s", id=name, exp=NOW + 12_345, body=b"{}", now=NOW, acted=at_once
            )
        )
    database.write(lambda tx: delivery.acted(tx, "s", "later"))
    kept = database.read(lambda reading: [row.exp for row in reading.execute(schema.received.select())])
    assert [exp % 86_400 for exp in kept] == [0, 0]
    assert min(kept) >= NOW + 12_345
