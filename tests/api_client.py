"""A member's client of the JSON API, without a socket: it holds its own key, seals by itself, and shows the node nothing that it wrote."""

import json
from dataclasses import dataclass, field
from typing import Any

from alongside_protocol import base64url, messages, sealing
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.consent import (
    Answer,
    Consent,
    Field,
    Recipient,
    ReplyTo,
    Routing,
    Standing,
    seal_answer,
    seal_request,
    seal_words,
)
from alongside_protocol.identifiers import MessageId, NodeId, RecordId, Ref, new_message_id, new_record_id, new_ref
from alongside_protocol.limits import MESSAGE_LIFE
from alongside_protocol.messages import EmptyBody, Envelope, Type, UntilBody
from alongside_protocol.opening import Asked, Inner, open_answer, open_asked, open_words
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey
from world import Community, call

DAY = 86_400


@dataclass
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["type"]).removeprefix("urn:alongside:problem:")


@dataclass
class Client:
    """One client of one community. `key`: the person's own, which no node ever has."""

    community: Community
    token: str = ""
    key: SealPrivateKey | None = None
    member: str = ""
    box: dict[str, Any] = field(default_factory=lambda: {"mailboxes": {}, "handles": {}})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Got:
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        given = {"content-type": "application/json"} if raw is not None else {}
        if self.token:
            given["authorization"] = f"Bearer {self.token}"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = HttpRequest(method, f"{self.community.origin}/api/v1{path}", given, raw)
        response: HttpResponse = self.community.world.run(call(self.community.app, request))
        return Got(response.status, response.headers, response.body)

    def get(self, path: str) -> Got:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Got:
        return self.send("POST", path, body, **headers)

    def done(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        found = self.send(method, path, body, **headers)
        assert found.status < 300, (found.status, found.body)
        return found.json if found.body else None

    # Joining.

    def join(self, code: str, name: str) -> "Client":
        self.key = SealPrivateKey.generate(self.community.random)
        joined = self.done("POST", "/join", {"code": code, "name": name, "public_key": self.key.public.text})
        self.token, self.member = joined["token"], joined["member"]
        return self

    def for_oneself(self, what: str, about: str = "") -> Context:
        return Context(self.community.id, self.member, "", what, about, 0)

    def opened(self, sealed: str, what: str, about: str = "") -> bytes:
        assert self.key
        return sealing.open(base64url.decode(sealed), self.key, self.for_oneself(what, about))

    def sealed(self, raw: bytes, what: str, about: str = "") -> str:
        assert self.key
        return base64url.encode(sealing.seal(raw, self.key.public, self.for_oneself(what, about)))

    # Asking.

    def recipient(self, node: str, listing: str) -> tuple[Recipient, dict[str, Any]]:
        to = self.done("GET", f"/addressees/{node}/{listing}")
        return Recipient(
            node=NodeId(to["node"]),
            node_key=SealPublicKey.from_text(to["node_key"]),
            node_key_exp=to["node_key_exp"],
            listing=RecordId(to["listing"]),
            listing_keys=[SealPublicKey.from_text(key) for key in to["listing_keys"]],
            commitments=base64url.decode(to["commitments"]),
        ), to

    def _message(self, sealed: Any, body: Any, now: int) -> str:
        made = sealed.context
        envelope = Envelope(
            MessageId(made.id),
            NodeId(made.from_),
            NodeId(made.to),
            Type(made.type),
            iat=now,
            exp=min(now + MESSAGE_LIFE, sealed.not_after),
            ref=Ref(made.ref),
            n=made.n,
            body=body,
        )
        return base64url.encode(messages.write(envelope, sealed))

    def request(self, node: str, listing: str, words: str, *, again: str = "") -> tuple[dict[str, Any], str]:
        """(what to post, the reference). `again`: agree anew to promises that changed, under the same reference."""
        random, now, me = self.community.random, self.community.world.clock.now(), self.community.id
        recipient, _ = self.recipient(node, listing)
        box = self.done("GET", "/box")
        self.box = json.loads(self.opened(box["box"], "box"))
        ref, mailbox, n = new_ref(random), new_record_id(random), 1
        reply, secret, handle = SealPrivateKey.generate(random), random(32), random(16)
        until = now + 7 * DAY
        if again:
            thread = self.thread(again)
            ref, mailbox = Ref(again), RecordId(self.mailbox(again))
            n, until = thread["sent"] + 1, thread["until"]
        consent = Consent(
            "support", frozenset({Field.WORDS}), recipient.node, recipient.listing, recipient.commitments, until
        )
        sealed = seal_request(
            consent,
            {Field.WORDS: words},
            recipient=recipient,
            routing=Routing(Standing.MEMBER, handle),
            reply=ReplyTo(reply.public, secret),
            context=Context(me, recipient.node, new_message_id(random), Type.OFFER.value, ref, n),
            now=now,
            random=random,
        )
        self.box["mailboxes"][ref] = mailbox
        self.box["handles"][recipient.node] = [base64url.encode(handle), now // DAY]
        kept = {
            "node": node,
            "listing": listing,
            "words": words,
            "commitments": base64url.encode(recipient.commitments),
            "until": until,
            "reply": base64url.encode(reply.raw),
            "secret": base64url.encode(secret),
        }
        return {
            "message": self._message(sealed, UntilBody(until=until), now),
            "mailbox": mailbox,
            "letter": self.sealed(json.dumps(kept).encode(), "letter", mailbox),
            "box": self.sealed(json.dumps(self.box).encode(), "box"),
            "box_rev": box["rev"],
        }, ref

    def ask(self, node: str, listing: str, words: str) -> str:
        body, ref = self.request(node, listing, words)
        asked = self.done("POST", "/requests", body)
        assert asked["ref"] == ref
        return ref

    def mailbox(self, ref: str) -> str:
        box = json.loads(self.opened(self.done("GET", "/box")["box"], "box"))
        return str(box["mailboxes"][ref])

    def thread(self, ref: str) -> dict[str, Any]:
        return dict(self.done("GET", f"/requests/{ref}?mailbox={self.mailbox(ref)}"))

    def kept(self, ref: str) -> dict[str, Any]:
        """What the person keeps of a request, opened."""
        first = next(letter for letter in self.thread(ref)["letters"] if letter["type"] == "asked")
        return dict(json.loads(self.opened(first["sealed"], "letter", self.mailbox(ref))))

    def answers(self, ref: str) -> list[str]:
        thread, kept = self.thread(ref), self.kept(ref)
        return [
            open_answer(
                base64url.decode(letter["sealed"]),
                SealPrivateKey(base64url.decode(kept["reply"])),
                base64url.decode(kept["secret"]),
                Context(thread["peer"], self.community.id, letter["id"], letter["type"], ref, letter["n"]),
            ).words
            for letter in thread["letters"]
            if not letter["ours"]
        ]

    def further(self, ref: str, words: str) -> dict[str, Any]:
        """What to post to write on."""
        random, now = self.community.random, self.community.world.clock.now()
        thread, kept, mailbox = self.thread(ref), self.kept(ref), self.mailbox(ref)
        recipient, _ = self.recipient(kept["node"], kept["listing"])
        consent = Consent(
            "support",
            frozenset({Field.WORDS}),
            recipient.node,
            recipient.listing,
            recipient.commitments,
            kept["until"],
        )
        context = Context(
            self.community.id, recipient.node, new_message_id(random), Type.MESSAGE.value, ref, thread["sent"] + 1
        )
        sealed = seal_words(consent, words, recipient=recipient, context=context, now=now, random=random)
        return {
            "mailbox": mailbox,
            "message": self._message(sealed, EmptyBody(), now),
            "letter": self.sealed(words.encode(), "letter", mailbox),
        }

    # Answering.

    def incoming(self) -> list[dict[str, Any]]:
        return list(self.done("GET", "/incoming")["requests"])

    def _listing_keys(self, thread: dict[str, Any]) -> dict[str, SealPrivateKey]:
        return {
            share["public"]: SealPrivateKey(self.opened(share["sealed"], "listing-key", share["listing"]))
            for share in thread["keys"]
        }

    def read(self, row: dict[str, Any]) -> tuple[Asked, list[str], dict[str, Any]]:
        """(what was asked, further words, the thread)."""
        thread = self.done("GET", f"/incoming/{row['peer']}/{row['ref']}")
        key = self._listing_keys(thread)[row["key"]]
        asked, words = None, []
        for letter in thread["letters"]:
            if letter["ours"]:
                continue
            inner = Inner(
                base64url.decode(letter["inner"]["words"]),
                {name: base64url.decode(text) for name, text in letter["inner"]["keys"].items()},
            )
            context = Context(row["peer"], self.community.id, letter["id"], letter["type"], row["ref"], letter["n"])
            if letter["type"] == Type.OFFER:
                agreed = [Field(name) for name in thread["consent"]["fields"]]
                asked = open_asked(inner, key, context, agreed=agreed)
            else:
                words.append(open_words(inner, key, context))
        assert asked
        return asked, words, thread

    def answer(self, row: dict[str, Any], kind: Type, words: str) -> dict[str, Any]:
        """What to post."""
        random, now, me = self.community.random, self.community.world.clock.now(), self.community.id
        asked, _, thread = self.read(row)
        n = thread["sent"] + 1
        sealed = seal_answer(
            Answer(words),
            reply=asked.reply,
            context=Context(me, row["peer"], new_message_id(random), kind.value, row["ref"], n),
            now=now,
            until=row["until"],
        )
        place = f"{row['peer']}:{row['ref']}"
        kept = sealing.seal(words.encode(), SealPublicKey.from_text(row["key"]), Context(me, me, "", "ours", place, n))
        return {"message": self._message(sealed, EmptyBody(), now), "letter": base64url.encode(kept)}


def granted(community: Community, person: Any) -> Client:
    """A client of somebody who has an account with words; it holds their key, as one that derived it would."""
    from alongside_node.members import actions as members  # noqa: PLC0415

    now = community.world.clock.now()
    token = community.write(lambda tx: members.grant(tx, person.member.id, "t", now=now, random=community.random))
    return Client(community, token, person.key, person.member.id)


def invited(community: Community, name: str, role: str = "member") -> Client:
    """Somebody who joined through a client."""
    from alongside_node.members import actions as members  # noqa: PLC0415

    now = community.world.clock.now()
    code, _ = community.write(lambda tx: members.invite(tx, members.Role(role), now=now, random=community.random))
    return Client(community).join(code, name)
