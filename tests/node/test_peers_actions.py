"""What the slices above ask of peers, as rows (sections 5 and 7 of the specification)."""

from pathlib import Path
from typing import Any

import pytest

from alongside_node import schema
from alongside_node.foundation.database import Database
from alongside_node.peers import actions as peers
from alongside_node.peers import store
from alongside_node.peers.actions import State
from alongside_protocol import base64url, limits
from alongside_protocol.errors import Code, Refused
from alongside_protocol.messages import Steps
from alongside_protocol.peering import read_code
from alongside_protocol.trust import Budget
from federation.small_nodes import Clock, Network, SmallNode, a_database, federate, run


@pytest.fixture
def oak(database: Database) -> SmallNode:
    return SmallNode("oak", database, Network(), Clock())


@pytest.fixture
def elm(oak: SmallNode, tmp_path: Path) -> Any:
    with a_database(tmp_path, "elm") as database:
        yield SmallNode("elm", database, oak.network, oak.clock)


def test_a_code_is_handed_over_as_one_line_of_text(oak: SmallNode, elm: SmallNode) -> None:
    code = oak.invites(elm)
    assert read_code(code.text) == code
    peers.check_code(code, oak.chain)
    (open_one,) = oak.database.read(lambda reading: peers.invitations(reading, oak.clock.now()))
    assert (open_one.note, open_one.token) == ("for elm", code.token)


def test_an_invitation_is_used_once_in_its_time_or_not_at_all(oak: SmallNode, elm: SmallNode) -> None:
    def use(invitation: str, day: int) -> bool:
        return oak.database.write(lambda tx: store.use_invitation(tx, invitation, day=day))

    last_day = oak.clock.now() // limits.DAY + 14
    one, late = (base64url.encode(oak.invites(elm).id) for _ in range(2))
    assert [use(one, last_day), use(one, last_day), use(late, last_day + 1)] == [True, False, False]


def test_an_invitation_can_be_taken_back(oak: SmallNode, elm: SmallNode) -> None:
    code = oak.invites(elm)
    oak.write(peers.take_back_invitation, base64url.encode(code.id))
    assert oak.database.read(lambda reading: peers.invitations(reading, oak.clock.now())) == []


def test_the_secret_of_an_invitation_is_not_shown(oak: SmallNode, elm: SmallNode) -> None:
    code = oak.invites(elm)
    assert base64url.encode(code.token) not in repr(code)


def test_readers_and_sources_are_exactly_those_with_whom_listings_are_shared(oak: SmallNode, elm: SmallNode) -> None:
    def both() -> tuple[Any, Any]:
        now = oak.clock.now()
        return oak.database.read(lambda reading: (peers.readers(reading, now), peers.sources(reading)))

    assert both() == ([], [])
    run(federate(elm, oak, Steps.LISTINGS))
    assert both() == ([(elm.id, elm.origin)], [elm.id])
    oak.decides(peers.end, elm.id)
    assert both() == ([], [])


def test_mail_goes_to_the_origin_on_file_and_waits_while_a_peer_is_frozen(oak: SmallNode, elm: SmallNode) -> None:
    def origin() -> str | None:
        return oak.database.read(lambda reading: peers.origin_for(reading, elm.id))

    assert origin() is None
    run(federate(elm, oak))
    assert origin() == elm.origin
    oak.decides(peers.end, elm.id)
    assert origin() == elm.origin  # so that they hear of it, and can be asked to erase
    oak.write(peers.freeze, elm.id, Code.ROLLBACK, "one", "other", now=0, random=oak.random)
    assert origin() is None


def test_what_contradicted_itself_is_kept_a_year_and_longer_where_it_still_counts(
    oak: SmallNode, elm: SmallNode
) -> None:
    def left(after: int) -> list[str]:
        oak.write(peers.forget_old, after * limits.DAY)
        return sorted(kept.code for kept in oak.database.read(lambda reading: peers.evidence(reading, elm.id)))

    run(federate(elm, oak))
    for code in (Code.ROLLBACK, Code.DOCUMENT_FORK):
        oak.write(peers.freeze, elm.id, code, f"one {code}", "other", now=0, random=oak.random)
    both = sorted([Code.ROLLBACK.value, Code.DOCUMENT_FORK.value])
    assert left(1_000) == both, "we are frozen for it"
    oak.decides(peers.end, elm.id)
    assert left(365) == both
    assert left(366) == []


def test_what_a_fork_was_is_kept_while_our_agreement_lives(oak: SmallNode, elm: SmallNode) -> None:
    run(federate(elm, oak))
    for code in (Code.ROLLBACK, Code.DOCUMENT_FORK):
        oak.write(peers.freeze, elm.id, code, f"one {code}", "other", now=0, random=oak.random)
    oak.database.write(lambda tx: tx.execute(schema.peer.update().values(state="agreed")))
    oak.write(peers.forget_old, 400 * limits.DAY)
    found = oak.database.read(lambda reading: peers.evidence(reading, elm.id))
    assert [kept.code for kept in found] == [Code.DOCUMENT_FORK]


def test_a_new_peer_gets_the_budget_of_the_terms_and_stewards_can_raise_it(oak: SmallNode, elm: SmallNode) -> None:
    run(federate(elm, oak))
    peer = oak.peer(elm)
    assert (peer.max_records, peer.max_bytes) == (limits.PEER_RECORDS, limits.PEER_BYTES)
    oak.write(peers.set_budget, elm.id, Budget(records=7, size=9))
    assert (oak.peer(elm).max_records, oak.peer(elm).max_bytes) == (7, 9)


def test_keys_are_found_by_document_and_only_on_file(oak: SmallNode, elm: SmallNode) -> None:
    run(federate(elm, oak))
    peer = oak.peer(elm)
    assert peers.key_for(peer, 1) == elm.signing.verify_key
    assert peers.key_for(peer, 2) is None
    assert [one.node for one in oak.database.read(peers.every)] == [elm.id]


@pytest.mark.parametrize("action", [peers.end, peers.decline])
def test_nothing_can_be_decided_about_a_node_that_is_not_on_file(oak: SmallNode, elm: SmallNode, action: Any) -> None:
    with pytest.raises(Refused) as refused:
        oak.decides(action, elm.id)
    assert refused.value.code is Code.NOT_AGREED
    assert oak.rows("outbox") == 0


def test_a_request_that_never_arrived_is_as_if_we_had_not_asked(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        oak.network.down.add("oak.example")
        elm.decides(peers.ask, oak.invites(elm), oak.chain, step=Steps.LISTINGS, terms=elm.terms)
        elm.clock.time += 15 * limits.DAY
        await elm.outbox.send_due()
        assert [code for _, code in elm.given_up] == [Code.MESSAGE_EXPIRED]
        assert elm.standing(oak).state is State.ENDED

    run(story())
