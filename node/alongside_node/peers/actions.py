"""How we come to federate, go further, step back and part (sections 3 and 5): load, decide by the table, save, enqueue.

Chains that come in are verified by the caller, before the transaction. Nothing here fetches anything; no message leaves to a
community that was not invited by people or did not invite us.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import ValidationError

from alongside_node.delivery import actions as delivery
from alongside_node.foundation.database import Reading, Writing
from alongside_protocol import base64url, limits, messages
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId, Random, new_message_id, new_record_id
from alongside_protocol.keys import VerifyKey
from alongside_protocol.messages import Body, EmptyBody, Envelope, PeerBody, Steps, Type
from alongside_protocol.node_document import Chain
from alongside_protocol.peering import TOKEN_BYTES, InvitationCode, Side
from alongside_protocol.profile import Profile
from alongside_protocol.trust import Budget

from . import rules, store
from .rules import Comparison, Move, Standing, State
from .store import Evidence, Invitation, Peer

__all__ = [
    "Evidence",
    "Invitation",
    "Peer",
    "Standing",
    "State",
    "Terms",
    "Us",
    "admit",
    "agree",
    "ask",
    "asked_by",
    "check_code",
    "decline",
    "end",
    "every",
    "evidence",
    "find",
    "forget_old",
    "freeze",
    "invitation_of",
    "invitations",
    "invite",
    "key_for",
    "learn_documents",
    "may_ask",
    "may_read_listings",
    "may_see_listings",
    "origin_for",
    "profile_read",
    "readers",
    "receive",
    "send_documents",
    "set_budget",
    "sources",
    "standing",
    "step_back",
    "take_back_invitation",
    "undeliverable",
]


_IN_ORDER: Final = "peering"
"""What is said about one agreement leaves in the order in which it was decided: to end, then to ask again, is not the reverse."""

_STRANGER: Final = Standing(State.UNKNOWN, Steps.NONE, Steps.NONE, 0)


@dataclass(frozen=True)
class Us:
    """What a peer learns of us when we ask or agree: who we are, and our agreements."""

    chain: Chain
    profile: Profile

    @property
    def node(self) -> NodeId:
        """Our id."""
        return self.chain.id


@dataclass(frozen=True)
class Terms:
    """What this node's settings say for every agreement: days of notice to authors, and how much of a directory is taken."""

    notice_days: int = rules.NOTICE_DAYS
    budget: Budget = field(default_factory=Budget)


# Reading.

find, every, standing, evidence = store.find, store.every, store.standing, store.evidence


def key_for(peer: Peer, doc: int) -> VerifyKey | None:
    """The key a peer signs with under its document number `doc`."""
    return peer.chain.key_of(doc)


def may_see_listings(standing: Standing, now: int) -> bool:
    """Whether our listings reach this peer: both have taken that step, and the authors had their notice."""
    return standing.goes(Steps.LISTINGS) and now >= standing.listings_from


def may_read_listings(standing: Standing) -> bool:
    """Whether we follow this peer's directory."""
    return standing.goes(Steps.LISTINGS)


def may_ask(standing: Standing) -> bool:
    """Whether requests pass between us, in both directions."""
    return standing.goes(Steps.REQUESTS)


def readers(reading: Reading, now: int) -> list[tuple[NodeId, str]]:
    """(node, origin) of every peer our listings reach: who is told of a new head."""
    return [(peer.node, peer.origin) for peer in store.every(reading) if may_see_listings(peer.standing, now)]


def sources(reading: Reading) -> list[NodeId]:
    """Every peer whose directory we follow."""
    return [peer.node for peer in store.every(reading) if may_read_listings(peer.standing)]


def origin_for(reading: Reading, node: str) -> str | None:
    """Where mail for a peer goes; None while it must wait: nothing leaves to a peer that is frozen or not on file."""
    peer = store.find(reading, node)
    return None if peer is None or peer.standing.state is State.FROZEN else peer.origin


def admit(reading: Reading, node: str, kind: Type) -> None:
    """Raises `Refused` (`not-agreed`) unless a message of this type is taken from this peer now."""
    current = store.standing(reading, node)
    if current is None:
        raise Refused(Code.NOT_AGREED, "our agreement does not cover this")
    rules.admit(current, kind)


# Invitations.


def invite(tx: Writing, note: str, *, us: Chain, now: int, random: Random) -> InvitationCode:
    """A new invitation code, to be handed over by people; it works once, for 14 days. `note`: for whom, in our words."""
    code = InvitationCode(
        node=us.id,
        origin=us.newest.origin,
        document=us.newest.digest,
        id=base64url.decode(new_record_id(random)),
        token=random(TOKEN_BYTES),
    )
    last_day = rules.day(now) + rules.INVITATION_DAYS
    store.add_invitation(tx, Invitation(base64url.encode(code.id), code.token, note, last_day))
    return code


def invitations(reading: Reading, now: int) -> list[Invitation]:
    """Open invitations."""
    return store.invitations(reading, day=rules.day(now))


take_back_invitation = store.take_back_invitation


def invitation_of(outgoing: delivery.Outgoing) -> tuple[bytes, bytes] | None:
    """(id, token) that a waiting first request is sent with."""
    if outgoing.invitation is None:
        return None
    id_text, _, token_text = outgoing.invitation.partition(".")
    return base64url.decode(id_text), base64url.decode(token_text)


def check_code(code: InvitationCode, chain: Chain) -> None:
    """Raises `Refused` (`invitation`) unless `chain`, fetched from the code's origin, is of the node people meant.

    The document in the code may have been followed by newer ones since, never replaced.
    """
    if chain.id != code.node or code.document not in {document.digest for document in chain.documents}:
        raise Refused(Code.INVITATION, "who answers at that address is not who gave this invitation")


# Asking and being asked.


def ask(
    tx: Writing, code: InvitationCode, chain: Chain, *, us: Us, step: Steps, terms: Terms, now: int, random: Random
) -> Peer:
    """Ask a community that handed us `code` to federate. `chain`: fetched from the code's origin, and verified.

    Raises `Refused`: as `check_code`; `document-other-node` when another peer is at this origin; `not-agreed` when we federate
    already, or with ourselves.
    """
    check_code(code, chain)
    if chain.id == us.node:
        raise Refused(Code.NOT_AGREED, "this invitation is our own")
    if store.origin_taken(tx, chain.newest.origin, apart_from=chain.id):
        raise Refused(Code.DOCUMENT_OTHER_NODE, "another community we know is at this address")
    former = store.find(tx, chain.id)
    before = former.standing if former else _STRANGER
    theirs = before.theirs if before.state is State.ASKING else Steps.NONE
    after = Standing(rules.step(before.state, Move.WE_ASK), step, theirs, 0)
    profile = former.profile if former else Profile(name=_host(code.origin), lang=us.profile.lang)
    peer = _peer(chain, profile, _with_notice(before, after, terms, now=now), terms.budget)
    store.save(tx, peer)
    invitation = f"{base64url.encode(code.id)}.{base64url.encode(code.token)}"
    body = PeerBody(docs=tuple(us.chain.texts), profile=us.profile.model_dump(mode="json"), step=step)
    _send(tx, us, peer.node, Type.PEER_REQUEST, body, now=now, random=random, invitation=invitation)
    return peer


def asked_by(tx: Writing, envelope: Envelope, chain: Chain, invitation_id: str, *, terms: Terms, now: int) -> Peer:
    """A community that holds our invitation asks. `chain`: its documents from the message, verified; the invitation is used up.

    Somebody new at the address of a community we know is frozen until people have talked.
    Raises `Refused`: `invitation` when it was used or has run out; `message-form`.
    """
    body = _peer_body(envelope)
    profile = _profile(body)
    if not store.use_invitation(tx, invitation_id, day=rules.day(now)):
        raise Refused(Code.INVITATION, "this invitation was used, or has run out")
    before = store.standing(tx, chain.id) or _STRANGER
    state = rules.step(before.state, Move.THEY_ASK)
    ours = before.ours if state is State.AGREED else Steps.NONE
    after = _with_notice(before, Standing(state, ours, body.step, 0), terms, now=now)
    if store.origin_taken(tx, chain.newest.origin, apart_from=chain.id):
        after = replace(after, state=State.FROZEN, ours=Steps.NONE, listings_from=0)
    peer = _peer(chain, profile, after, terms.budget)
    store.save(tx, replace(peer, review_day=rules.day_of_text(body.review)))
    return peer


def agree(
    tx: Writing, node: str, step: Steps, *, us: Us, review_day: int | None, terms: Terms, now: int, random: Random
) -> Peer:
    """Our stewards' step, the first or a later one, forward or back; the peer is told. `review_day`: days since 1970.

    Raises `Refused` (`not-agreed`) when there is nothing to agree to.
    """
    peer = _moved(_known(tx, node), Move.WE_AGREE, Side.WE, step, terms, now=now)
    peer = replace(peer, review_day=review_day)
    store.save(tx, peer)
    body = PeerBody(
        docs=tuple(us.chain.texts),
        profile=us.profile.model_dump(mode="json"),
        step=step,
        review=rules.day_text(review_day),
    )
    _send(tx, us, peer.node, Type.PEER_ACCEPT, body, now=now, random=random)
    return peer


def step_back(tx: Writing, node: str, step: Steps, *, us: Us, terms: Terms, now: int, random: Random) -> Peer:
    """Go less far with a peer, without a reason. Raises `Refused` (`not-agreed`) when that is not a step back."""
    peer = _known(tx, node)
    if not rules.is_further(peer.standing.ours, step):
        raise Refused(Code.NOT_AGREED, "that is not a step back")
    return agree(tx, node, step, us=us, review_day=peer.review_day, terms=terms, now=now, random=random)


def decline(tx: Writing, node: str, *, us: Us, now: int, random: Random) -> None:
    """Say no to a community that asked. Raises `Refused` (`not-agreed`)."""
    _part(tx, node, Move.WE_DECLINE)
    _send(tx, us, NodeId(node), Type.PEER_DECLINE, EmptyBody(), now=now, random=random)


def end(tx: Writing, node: str, *, us: Us, now: int, random: Random) -> None:
    """Part, without a reason. Raises `Refused` (`not-agreed`) when there is nothing to end."""
    _part(tx, node, Move.WE_END)
    _send(tx, us, NodeId(node), Type.PEER_END, EmptyBody(), now=now, random=random)


def receive(tx: Writing, envelope: Envelope, *, terms: Terms, now: int) -> None:
    """The effect of `peer.accept`, `peer.decline` and `peer.end` from a peer. Raises `Refused`: `not-agreed`, `message-form`."""
    if envelope.type is Type.PEER_ACCEPT:
        _they_agree(tx, envelope, terms, now=now)
    else:
        _part(tx, envelope.from_, Move.THEY_END if envelope.type is Type.PEER_END else Move.THEY_DECLINE)


def _they_agree(tx: Writing, envelope: Envelope, terms: Terms, *, now: int) -> None:
    body = _peer_body(envelope)
    peer = _known(tx, envelope.from_)
    moved = _moved(peer, Move.THEY_AGREE, Side.THEY, body.step, terms, now=now)
    review_day = moved.review_day if moved.review_day is not None else rules.day_of_text(body.review)
    store.save(tx, _with_profile(replace(moved, review_day=review_day), _profile(body), now=now))


def profile_read(tx: Writing, node: str, profile: Profile, *, now: int) -> None:
    """The profile record of a peer's directory, verified. Changed commitments ask our stewards again: review is due today."""
    peer = store.find(tx, node)
    if peer is not None and peer.profile != profile:
        store.save(tx, _with_profile(peer, profile, now=now))


def undeliverable(tx: Writing, outgoing: delivery.Outgoing) -> None:
    """A message about our agreement was finally not taken: a request that never arrived is as if we had not asked."""
    peer = store.find(tx, outgoing.peer)
    if outgoing.type == Type.PEER_REQUEST and peer is not None and peer.standing.state is State.ASKED:
        store.save(tx, peer.at(Standing(State.ENDED, Steps.NONE, Steps.NONE, 0)))


# Documents, and contradictions.


def send_documents(tx: Writing, us: Chain, *, now: int, random: Random) -> None:
    """Tell every peer of our new document, so that it reaches them although an old address is lost."""
    body = messages.DocsBody(docs=tuple(us.texts))
    for peer in store.every(tx):
        if peer.standing.state not in (State.ENDED, State.FROZEN):
            _enqueue(tx, us.id, peer.node, Type.DOCS, body, now=now, random=random)


def learn_documents(tx: Writing, node: str, received: Chain, *, now: int, random: Random) -> Comparison:
    """A peer's chain as it was received, verified. Longer: it counts. Contradicting: both are kept and the peer is frozen.

    Only a document higher than all that contradict each other thaws a frozen peer.
    """
    peer = _known(tx, node)
    seen = [list(peer.documents), *_forked(tx, node)]
    found = [rules.compare(chain, received.texts) for chain in seen]
    if Comparison.LONGER in found and received.newest.n > max(len(chain) for chain in seen):
        store.save(tx, _thawed(_with_chain(peer, received)))
        return Comparison.LONGER
    if found[0] is Comparison.FORK:
        first, second = json.dumps(peer.documents), json.dumps(received.texts)
        freeze(tx, node, Code.DOCUMENT_FORK, first, second, now=now, random=random)
    return found[0]


def freeze(tx: Writing, node: str, code: Code, first: str, second: str, *, now: int, random: Random) -> None:
    """Keep two statements that contradict each other, and let nothing pass until a higher document or a new agreement.

    `first`: what we had, `second`: what contradicts it; chains as JSON lists, heads as their JWS.
    """
    peer = _known(tx, node)
    if any((kept.first, kept.second) == (first, second) for kept in store.evidence(tx, node)):
        return
    store.add_evidence(tx, Evidence(new_record_id(random), node, code.value, first, second, rules.day(now)))
    state = rules.step(peer.standing.state, Move.CONTRADICTION)
    store.save(tx, peer.at(replace(peer.standing, state=state)))


def _forked(reading: Reading, node: str) -> list[list[str]]:
    """Every chain of a peer that contradicts another of its chains."""
    forks = [kept for kept in store.evidence(reading, node) if kept.code == Code.DOCUMENT_FORK]
    return [json.loads(text) for kept in forks for text in (kept.first, kept.second)]


def _thawed(peer: Peer) -> Peer:
    standing = peer.standing
    if standing.state is not State.FROZEN:
        return peer
    return peer.at(replace(standing, state=rules.thawed(standing.ours, standing.theirs)))


# Housekeeping.


def set_budget(tx: Writing, node: str, budget: Budget) -> None:
    """How much of this peer's directory we take. Raises `Refused` (`not-agreed`) for a node that is not on file."""
    store.save(tx, replace(_known(tx, node), max_records=budget.records, max_bytes=budget.size))


def forget_old(tx: Writing, now: int) -> int:
    """Drop invitations that ran out, and what contradicted itself a year ago; returns how many."""
    today = rules.day(now)
    return store.forget_invitations(tx, before=today) + store.forget_evidence(
        tx, before=today - rules.EVIDENCE_KEPT_DAYS, lasting=Code.DOCUMENT_FORK.value
    )


def _known(reading: Reading, node: str) -> Peer:
    peer = store.find(reading, node)
    if peer is None:
        raise Refused(Code.NOT_AGREED, "a node that is not on file")
    return peer


def _peer(chain: Chain, profile: Profile, standing: Standing, budget: Budget) -> Peer:
    return Peer(
        node=chain.id,
        origin=chain.newest.origin,
        documents=tuple(chain.texts),
        profile=profile,
        standing=standing,
        review_day=None,
        max_records=budget.records,
        max_bytes=budget.size,
    )


def _moved(peer: Peer, move: Move, side: Side, step: Steps, terms: Terms, *, now: int) -> Peer:
    before = peer.standing
    after = replace(rules.taken(before, side, step), state=rules.step(before.state, move))
    return peer.at(_with_notice(before, after, terms, now=now))


def _with_notice(before: Standing, after: Standing, terms: Terms, *, now: int) -> Standing:
    from_ = rules.listings_from(before, after, notice_days=terms.notice_days, now=now)
    return replace(after, listings_from=from_)


def _host(origin: str) -> str:
    return origin.partition("://")[2]


def _part(tx: Writing, node: str, move: Move) -> None:
    peer = _known(tx, node)
    store.save(tx, peer.at(Standing(rules.step(peer.standing.state, move), Steps.NONE, Steps.NONE, 0)))


def _with_chain(peer: Peer, chain: Chain) -> Peer:
    return replace(peer, origin=chain.newest.origin, documents=tuple(chain.texts))


def _with_profile(peer: Peer, profile: Profile, *, now: int) -> Peer:
    changed = profile.commitments != peer.profile.commitments
    return replace(peer, profile=profile, review_day=rules.day(now) if changed else peer.review_day)


def _peer_body(envelope: Envelope) -> PeerBody:
    if not isinstance(envelope.body, PeerBody):
        raise Refused(Code.MESSAGE_FORM, "does not say who asks, and how far they go")
    return envelope.body


def _profile(body: PeerBody) -> Profile:
    try:
        return Profile.model_validate(body.profile)
    except ValidationError:
        raise Refused(Code.MESSAGE_FORM, "the profile in it is not one of version 1") from None


def _send(
    tx: Writing, us: Us, to: NodeId, kind: Type, body: Body, *, now: int, random: Random, invitation: str | None = None
) -> None:
    _enqueue(tx, us.node, to, kind, body, now=now, random=random, invitation=invitation)


def _enqueue(
    tx: Writing,
    from_: NodeId,
    to: NodeId,
    kind: Type,
    body: Body,
    *,
    now: int,
    random: Random,
    invitation: str | None = None,
) -> None:
    exp = now + limits.MESSAGE_LIFE
    envelope = Envelope(new_message_id(random), from_, to, kind, iat=now, exp=exp, body=body)
    delivery.enqueue(
        tx,
        peer=to,
        message_id=envelope.id,
        type=kind.value,
        ref=_IN_ORDER,
        body=messages.write(envelope),
        not_after=exp,
        invitation=invitation,
        now=now,
    )
