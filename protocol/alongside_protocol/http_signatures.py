"""Signed requests: RFC 9421 in one fixed profile, with Content-Digest (RFC 9530; section 5 of the specification).

GET covers the method and the target; POST also the content type and the digest of the body. The one accepted form of the header
is compared as text, so nothing about what was signed is negotiable. The target is built by the receiver from its own configured
origin, never from a header. There is no fallback, and a signature is made for one attempt only.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from . import limits
from .errors import Code, Refused
from .identifiers import NodeId
from .keys import SigningKey, VerifyKey

TAG: Final = "alongside"
LABEL: Final = "sig"
DIGEST_HEADER: Final = "content-digest"

_COVERED = {"GET": '("@method" "@target-uri")', "POST": '("@method" "@target-uri" "content-type" "content-digest")'}
_INPUT = re.compile(
    rf"{LABEL}=(?P<params>(?P<covered>\([^()]*\));created=(?P<created>[0-9]{{1,12}});expires=(?P<expires>[0-9]{{1,12}})"
    rf';keyid="(?P<node>[A-Za-z0-9_-]{{43}})\.(?P<doc>[1-9][0-9]{{0,8}})";alg="ed25519";tag="{TAG}")\Z'
)
_SIGNATURE = re.compile(rf"{LABEL}=:(?P<value>[A-Za-z0-9+/]{{86}}==):\Z")

# Any key does: what matters is that refusing an unknown sender costs what refusing a known one costs.
_DUMMY_KEY = SigningKey(sha256(b"alongside-dummy-1").digest())
_DUMMY_SIGNATURE = _DUMMY_KEY.sign(b"")


@dataclass(frozen=True)
class Presented:
    """A signature in the right form, nothing verified. `doc` is the number of the node document whose key it names."""

    node: NodeId
    doc: int
    created: int
    expires: int
    params: str
    signature: bytes


def key_id(node: NodeId, doc: int) -> str:
    """How a request names its key."""
    return f"{node}.{doc}"


def content_digest(body: bytes) -> str:
    """The Content-Digest header of a body."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode('ascii')}:"


def check_content_digest(header: str | None, body: bytes) -> None:
    """Raises `Refused` (`content-digest`) unless the header is exactly this body's."""
    if header is None or not compare_digest(header.encode("latin-1", "replace"), content_digest(body).encode("ascii")):
        raise Refused(Code.CONTENT_DIGEST, "the digest is not this body's")


def sign(
    method: str,
    target: str,
    *,
    key: SigningKey,
    keyid: str,
    now: int,
    body: bytes | None = None,
    content_type: str = "",
) -> dict[str, str]:
    """The headers to send: signature, and for a POST content type and digest. `target` is the absolute URI."""
    headers = {} if body is None else {"content-type": content_type, DIGEST_HEADER: content_digest(body)}
    expires = now + limits.SIGNATURE_LIFE
    params = f'{_COVERED[method]};created={now};expires={expires};keyid="{keyid}";alg="ed25519";tag="{TAG}"'
    signature = key.sign(signature_base(method, target, headers, params))
    headers["signature-input"] = f"{LABEL}={params}"
    headers["signature"] = f"{LABEL}=:{b64encode(signature).decode('ascii')}:"
    return headers


def signature_base(method: str, target: str, headers: Mapping[str, str], params: str) -> bytes:
    """What is signed (RFC 9421, 2.5)."""
    lines = [f'"@method": {method}', f'"@target-uri": {target}']
    if method == "POST":
        lines += [f'"{name}": {headers[name]}' for name in ("content-type", DIGEST_HEADER)]
    lines.append(f'"@signature-params": {params}')
    return "\n".join(lines).encode("latin-1")


def read(method: str, headers: Mapping[str, str]) -> Presented:
    """The one signature of a request, by form only. Header names in lower case. Raises `Refused` (`request-signature`)."""
    presented = _INPUT.match(headers.get("signature-input", ""))
    signature = _SIGNATURE.match(headers.get("signature", ""))
    if presented is None or signature is None or presented["covered"] != _COVERED.get(method):
        raise Refused(Code.REQUEST_SIGNATURE, "not one signature of this profile")
    raw = b64decode(signature["value"])  # always 64 bytes: the form has been checked
    if b64encode(raw).decode("ascii") != signature["value"]:
        raise Refused(Code.REQUEST_SIGNATURE, "not a canonical signature")
    return Presented(
        node=NodeId(presented["node"]),
        doc=int(presented["doc"]),
        created=int(presented["created"]),
        expires=int(presented["expires"]),
        params=presented["params"],
        signature=raw,
    )


def verify(presented: Presented, method: str, target: str, headers: Mapping[str, str], key: VerifyKey) -> None:
    """Raises `Refused` (`request-signature`) unless `key` signed this request. `target` is the receiver's own idea of it."""
    if method == "POST" and not {"content-type", DIGEST_HEADER} <= headers.keys():
        raise Refused(Code.REQUEST_SIGNATURE, "a covered header is missing")
    try:
        key.verify(presented.signature, signature_base(method, target, headers, presented.params))
    except (Refused, UnicodeEncodeError):
        raise Refused(Code.REQUEST_SIGNATURE, "the signature does not fit") from None


def verify_nothing() -> None:
    """Costs what `verify` costs: for a sender nobody knows."""
    _DUMMY_KEY.verify_key.verify(_DUMMY_SIGNATURE, b"")


def check_time(presented: Presented, *, now: int) -> None:
    """Raises `Refused` (`request-time`), naming the clock. Only for somebody whose signature was verified."""
    if presented.created > now + limits.SKEW:
        raise Refused(Code.REQUEST_TIME, "the sender's clock is ahead of ours")
    if presented.expires + limits.SKEW < now:
        raise Refused(Code.REQUEST_TIME, "the request is too old, or the sender's clock is behind ours")
    if not 0 < presented.expires - presented.created <= limits.SIGNATURE_LIFE:
        raise Refused(Code.REQUEST_TIME, "a signature lives at most five minutes")
