"""From an invitation code to an agreement, step by step, back, and apart (sections 3 and 5 of the specification)."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_node.delivery import actions as delivery
from alongside_node.foundation.database import Database
from alongside_node.peers import actions as peers
from alongside_node.peers.actions import State, Terms
from alongside_protocol import limits, messages
from alongside_protocol.commitments import Answer, Called, Commitments
from alongside_protocol.errors import Code, Refused
from alongside_protocol.keys import SigningKey
from alongside_protocol.messages import DocsBody, Steps, Type
from alongside_protocol.node_document import found, read_chain, succeed
from alongside_protocol.peering import InvitationCode
from alongside_protocol.profile import Profile
from federation.small_nodes import Clock, Network, SmallNode, a_database, enqueue, federate, quiet, run

WEEK = 7 * limits.DAY


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def oak(database: Database, network: Network, clock: Clock) -> SmallNode:
    return SmallNode("oak", database, network, clock)


@pytest.fixture
def elm(tmp_path: Path, network: Network, clock: Clock) -> Any:
    with a_database(tmp_path, "elm") as database:
        yield SmallNode("elm", database, network, clock)


def test_an_invitation_leads_to_an_agreement_in_steps(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        code = oak.invites(elm)
        elm.decides(peers.ask, code, oak.chain, step=Steps.REQUESTS, terms=elm.terms)
        await quiet(elm, oak)
        assert (elm.standing(oak).state, oak.standing(elm).state) == (State.ASKED, State.ASKING)
        assert oak.peer(elm).profile == elm.profile
        assert not peers.may_read_listings(oak.standing(elm))

        oak.decides(peers.agree, elm.id, Steps.LISTINGS, review_day=21_000, terms=oak.terms)
        await quiet(elm, oak)
        assert (elm.standing(oak).state, oak.standing(elm).state) == (State.AGREED, State.AGREED)
        assert elm.peer(oak).profile == oak.profile
        assert elm.peer(oak).review_day == 21_000
        assert peers.may_read_listings(elm.standing(oak))
        assert not peers.may_ask(elm.standing(oak))

        oak.decides(peers.agree, elm.id, Steps.REQUESTS, review_day=None, terms=oak.terms)
        await quiet(elm, oak)
        assert peers.may_ask(elm.standing(oak))
        assert peers.may_ask(oak.standing(elm))

    run(story())


def test_either_may_step_back_without_a_reason(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        elm.decides(peers.step_back, oak.id, Steps.LISTINGS, terms=elm.terms)
        assert not peers.may_ask(elm.standing(oak))
        await quiet(elm, oak)
        assert not peers.may_ask(oak.standing(elm))
        assert peers.may_read_listings(oak.standing(elm))
        with pytest.raises(Refused) as refused:
            elm.decides(peers.step_back, oak.id, Steps.REQUESTS, terms=elm.terms)
        assert refused.value.code is Code.NOT_AGREED

    run(story())


def test_either_may_end_it_and_both_know(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        oak.decides(peers.end, elm.id)
        await quiet(oak, elm)
        for one, other in ((oak, elm), (elm, oak)):
            assert one.standing(other).state is State.ENDED
            assert not peers.may_read_listings(one.standing(other))

    run(story())


def test_what_was_ended_begins_again_only_with_a_new_invitation(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        oak.decides(peers.end, elm.id)
        await quiet(oak, elm)
        with pytest.raises(Refused):
            oak.decides(peers.agree, elm.id, Steps.LISTINGS, review_day=None, terms=oak.terms)
        await federate(elm, oak)
        assert peers.may_ask(elm.standing(oak))

    run(story())


def test_a_decline_ends_the_asking(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        elm.decides(peers.ask, oak.invites(elm), oak.chain, step=Steps.LISTINGS, terms=elm.terms)
        await quiet(elm, oak)
        oak.decides(peers.decline, elm.id)
        await quiet(elm, oak)
        assert (elm.standing(oak).state, oak.standing(elm).state) == (State.ENDED, State.ENDED)

    run(story())


def test_two_that_ask_each_other_at_once_have_agreed(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        for_elm, for_oak = oak.invites(elm), elm.invites(oak)
        elm.decides(peers.ask, for_elm, oak.chain, step=Steps.REQUESTS, terms=elm.terms)
        oak.decides(peers.ask, for_oak, elm.chain, step=Steps.LISTINGS, terms=oak.terms)
        await quiet(elm, oak)
        assert peers.may_read_listings(oak.standing(elm))
        assert peers.may_read_listings(elm.standing(oak))
        assert not peers.may_ask(elm.standing(oak))

    run(story())


def test_authors_are_told_a_week_before_their_listings_reach_a_new_community(
    database: Database, elm: SmallNode, network: Network, clock: Clock
) -> None:
    async def story() -> None:
        ash = SmallNode("ash", database, network, clock, terms=Terms(notice_days=7))
        await federate(elm, ash)
        assert ash.standing(elm).listings_from == clock.now() + WEEK
        assert not peers.may_see_listings(ash.standing(elm), clock.now() + WEEK - 1)
        assert peers.may_see_listings(ash.standing(elm), clock.now() + WEEK)
        ash.decides(peers.agree, elm.id, Steps.LISTINGS, review_day=None, terms=ash.terms)
        clock.time += limits.DAY
        ash.decides(peers.agree, elm.id, Steps.REQUESTS, review_day=None, terms=ash.terms)
        assert ash.standing(elm).listings_from == clock.now() - limits.DAY + WEEK

    run(story())


def test_an_invitation_works_once(oak: SmallNode, elm: SmallNode, tmp_path: Path) -> None:
    async def story() -> None:
        code = oak.invites(elm)
        elm.decides(peers.ask, code, oak.chain, step=Steps.LISTINGS, terms=elm.terms)
        await quiet(elm, oak)
        with a_database(tmp_path, "yew") as database:
            yew = SmallNode("yew", database, oak.network, oak.clock)
            yew.decides(peers.ask, code, oak.chain, step=Steps.LISTINGS, terms=yew.terms)
            await quiet(yew, oak)
            assert yew.standing(oak).state is State.ENDED
            assert [code for _, code in yew.given_up] == [Code.KEY_VERSION_UNKNOWN]
        assert oak.rows("peer") == 1

    run(story())


def test_an_invitation_runs_out_after_fourteen_days(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        code = oak.invites(elm)
        oak.clock.time += 15 * limits.DAY
        elm.decides(peers.ask, code, oak.chain, step=Steps.LISTINGS, terms=elm.terms)
        await quiet(elm, oak)
        assert oak.rows("peer") == 0
        assert oak.write(peers.forget_old, oak.clock.now()) == 1

    run(story())


def test_a_request_that_is_sent_again_after_a_lost_answer_is_taken_as_before(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        elm.decides(peers.ask, oak.invites(elm), oak.chain, step=Steps.LISTINGS, terms=elm.terms)
        await quiet(elm, oak)
        request, answer = elm.network.passed[-1]
        assert (answer.status, (await elm.network.send(request)).status) == (202, 202)
        assert oak.standing(elm).state is State.ASKING

    run(story())


def test_who_answers_at_the_address_must_be_who_gave_the_invitation(oak: SmallNode, elm: SmallNode) -> None:
    code = oak.invites(elm)
    for wrong in (elm.chain, None):
        forged = InvitationCode(code.node, code.origin, bytes(32), code.id, code.token) if wrong is None else code
        with pytest.raises(Refused) as refused:
            elm.decides(peers.ask, forged, wrong or oak.chain, step=Steps.LISTINGS, terms=elm.terms)
        assert refused.value.code is Code.INVITATION


def test_an_invitation_outlives_a_newer_document_of_its_node(oak: SmallNode, elm: SmallNode) -> None:
    code = oak.invites(elm)
    oak.rotate()
    elm.decides(peers.ask, code, oak.chain, step=Steps.LISTINGS, terms=elm.terms)
    assert elm.standing(oak).state is State.ASKED


def test_nobody_federates_with_themselves(oak: SmallNode) -> None:
    with pytest.raises(Refused) as refused:
        oak.decides(peers.ask, oak.invites(oak), oak.chain, step=Steps.LISTINGS, terms=oak.terms)
    assert refused.value.code is Code.NOT_AGREED


def test_somebody_new_at_a_known_address_is_frozen_until_people_have_talked(
    oak: SmallNode, elm: SmallNode, tmp_path: Path
) -> None:
    async def story() -> None:
        await federate(elm, oak)
        with a_database(tmp_path, "false") as database:
            false = SmallNode("false", database, oak.network, oak.clock)
            false.chain = _chain_at(false, elm.origin)
            false.decides(peers.ask, oak.invites(false), oak.chain, step=Steps.REQUESTS, terms=false.terms)
            await quiet(false, oak)
            assert oak.standing(false).state is State.FROZEN
            with pytest.raises(Refused):
                oak.decides(peers.agree, false.id, Steps.REQUESTS, review_day=None, terms=oak.terms)

    run(story())


def test_an_invitation_to_a_known_address_with_another_identity_is_not_followed(
    oak: SmallNode, elm: SmallNode, tmp_path: Path
) -> None:
    run(federate(elm, oak))
    with a_database(tmp_path, "false") as database:
        false = SmallNode("false", database, Network(), oak.clock)
        false.chain = _chain_at(false, elm.origin)
        with pytest.raises(Refused) as refused:
            oak.decides(peers.ask, false.invites(oak), false.chain, step=Steps.LISTINGS, terms=oak.terms)
        assert refused.value.code is Code.DOCUMENT_OTHER_NODE
        assert oak.rows("peer") == 1


def test_changed_commitments_ask_us_again(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        today = oak.clock.now() // limits.DAY
        changed = Profile(
            name="Elm", lang="en", commitments=Commitments(police=Called(answer=Answer.MAY_WITHOUT_ASKING))
        )
        oak.write(peers.profile_read, elm.id, Profile(name="Elm, renamed", lang="en"), now=oak.clock.now())
        assert oak.peer(elm).review_day is None
        oak.write(peers.profile_read, elm.id, changed, now=oak.clock.now())
        assert oak.peer(elm).review_day == today

    run(story())


# Documents.


def test_a_new_key_reaches_peers_by_message(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        elm.rotate()
        elm.write(peers.send_documents, elm.chain, now=elm.clock.now(), random=elm.random)
        await quiet(elm, oak)
        assert oak.peer(elm).chain.newest.n == 2
        answer = await elm.network.send(elm.post(oak, messages.write(elm.message(oak))))
        assert answer.status == 202

    run(story())


def test_mail_that_overtakes_the_documents_is_sent_again(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        elm.rotate()
        enqueue(elm, elm.message(oak))
        await quiet(elm, oak)
        assert elm.waiting() == [Type.WITHDRAW]
        assert elm.given_up == []
        elm.write(peers.send_documents, elm.chain, now=elm.clock.now(), random=elm.random)
        await quiet(elm, oak)
        elm.clock.time += limits.HOUR
        await quiet(elm, oak)
        assert elm.waiting() == []
        assert [envelope.type for envelope in oak.effects] == [Type.WITHDRAW]

    run(story())


def test_a_key_that_was_replaced_is_refused_by_name(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        old = elm.signer
        elm.rotate()
        elm.write(peers.send_documents, elm.chain, now=elm.clock.now(), random=elm.random)
        await quiet(elm, oak)
        request = elm.post(oak, messages.write(elm.message(oak)), key=old.key, keyid=old.key_id)
        answer = await elm.network.send(request)
        assert json.loads(answer.body)["type"] == "urn:alongside:problem:request-signature"
        assert json.loads(answer.body)["retry"] is False

    run(story())


def test_two_documents_with_one_number_freeze_the_peer_and_both_are_kept(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        known, one, other = elm.chain, *_two_successors(elm)
        await _shows(elm, oak, *one)
        assert oak.standing(elm).state is State.AGREED
        answer = await _shows(elm, oak, *other)
        assert answer == 202
        assert oak.standing(elm).state is State.FROZEN
        (kept,) = oak.database.read(lambda reading: peers.evidence(reading, elm.id))
        assert (json.loads(kept.first), json.loads(kept.second)) == (one[0].texts, other[0].texts)
        assert known.texts == oak.peer(elm).chain.texts[:1]

    run(story())


def test_nothing_passes_while_a_peer_is_frozen(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        oak.write(peers.freeze, elm.id, Code.EQUIVOCATION, "one", "other", now=oak.clock.now(), random=oak.random)
        answer = await elm.network.send(elm.post(oak, messages.write(elm.message(oak))))
        assert json.loads(answer.body)["type"] == "urn:alongside:problem:not-agreed"
        assert (await elm.network.send(elm.get(oak, "/alongside/v1/changes"))).status == 403
        enqueue(oak, oak.message(elm))
        passed = len(oak.network.passed)
        await quiet(oak)
        assert len(oak.network.passed) == passed
        assert oak.waiting() == [Type.WITHDRAW]
        assert oak.database.read(delivery.troubles) == []  # it is not they who cannot be reached
        oak.clock.time += limits.MINUTE
        assert [one.attempts for one in oak.database.read(lambda r: delivery.claim(r, elm.id, oak.clock.now()))] == [1]

    run(story())


def test_the_same_contradiction_is_kept_once(oak: SmallNode, elm: SmallNode) -> None:
    run(federate(elm, oak))
    for _ in range(2):
        oak.write(peers.freeze, elm.id, Code.EQUIVOCATION, "one", "other", now=oak.clock.now(), random=oak.random)
    assert oak.rows("evidence") == 1


def test_only_a_document_above_both_thaws_a_peer(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        one, other = _two_successors(elm)
        await _shows(elm, oak, *one)
        await _shows(elm, oak, *other)
        await _shows(elm, oak, *other)
        assert oak.standing(elm).state is State.FROZEN
        elm.chain, elm.signing = other
        elm.rotate()
        await _shows(elm, oak, elm.chain, elm.signing)
        assert oak.standing(elm).state is State.AGREED
        assert oak.peer(elm).chain.texts == elm.chain.texts

    run(story())


def test_a_longer_chain_that_contradicts_freezes_and_does_not_thaw_itself(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        one, other = _two_successors(elm)
        await _shows(elm, oak, *one)
        elm.chain, elm.signing = other
        elm.rotate()
        for _ in range(2):
            await _shows(elm, oak, elm.chain, elm.signing)
            assert oak.standing(elm).state is State.FROZEN

    run(story())


def test_a_document_as_high_as_its_contradiction_does_not_thaw(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        one, other = _two_successors(elm)
        await _shows(elm, oak, *one)
        for branch in (other, one):
            elm.chain, elm.signing = branch
            elm.rotate()
            await _shows(elm, oak, elm.chain, elm.signing)
            assert oak.standing(elm).state is State.FROZEN
        assert oak.peer(elm).chain.newest.n == 2

    run(story())


def test_a_new_agreement_thaws_a_peer(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        oak.write(peers.freeze, elm.id, Code.ROLLBACK, "one", "other", now=oak.clock.now(), random=oak.random)
        elm.decides(peers.end, oak.id)
        await federate(elm, oak)
        assert peers.may_ask(oak.standing(elm))

    run(story())


def test_documents_must_be_signed_by_the_newest_key_in_them(oak: SmallNode, elm: SmallNode) -> None:
    async def story() -> None:
        await federate(elm, oak)
        old = elm.signer
        elm.rotate()
        body = messages.write(elm.message(oak, Type.DOCS, body=DocsBody(docs=tuple(elm.chain.texts))))
        answer = await elm.network.send(elm.post(oak, body, key=old.key, keyid=old.key_id))
        assert answer.status == 400
        assert oak.peer(elm).chain.newest.n == 1

    run(story())


def _chain_at(node: SmallNode, origin: str) -> Any:
    return found(origin=origin, sign=node.signing, recovery=node.seed, now=node.clock.now())


def _two_successors(node: SmallNode) -> Any:
    """Two valid second documents: the recovery key is in two hands."""
    keys = [SigningKey(node.random(32)) for _ in range(2)]
    made = [succeed(node.chain, origin=node.origin, sign=key, recovery=node.seed, now=node.clock.now()) for key in keys]
    return [(read_chain(chain.texts), key) for chain, key in zip(made, keys, strict=True)]


async def _shows(node: SmallNode, to: SmallNode, chain: Any, key: SigningKey) -> int:
    body = messages.write(node.message(to, Type.DOCS, body=DocsBody(docs=tuple(chain.texts))))
    answer = await node.network.send(node.post(to, body, key=key, keyid=f"{node.id}.{chain.newest.n}"))
    return answer.status
