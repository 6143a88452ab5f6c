"""What the command line says about a node: values of plain types, for words or JSON. Nothing about a person is in them."""

from datetime import UTC, datetime
from typing import Any

from alongside_node.delivery import actions as delivery
from alongside_node.directory import following, searching
from alongside_node.directory import store as directory_store
from alongside_node.directory.searching import Query, Viewer
from alongside_node.foundation.database import Reading
from alongside_node.identity import actions as identity
from alongside_node.identity.actions import Keyring
from alongside_node.members import actions as members
from alongside_node.peers import actions as peers
from alongside_protocol import base64url, fair_order
from alongside_protocol.commitments import promises_no_call_without_yes
from alongside_protocol.listing import ListingType


def day(seconds: int) -> str:
    """An instant as a day."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def peers_of(reading: Reading, now: int) -> list[dict[str, Any]]:
    """Every community we know."""
    waiting = delivery.waiting_by_peer(reading)
    found = []
    for known in peers.every(reading):
        state, health = following.state_of(reading, known.node), delivery.health(reading, known.node)
        found.append(
            {
                "node": known.node,
                "name": known.name,
                "origin": known.origin,
                "state": known.standing.state.value,
                "ours": known.standing.ours.value,
                "theirs": known.standing.theirs.value,
                "listings": state.listings,
                "set_aside": state.set_aside,
                "checked": day(state.checked) if state.checked else None,
                "expired": bool(state.exp) and state.exp <= now,
                "waiting": waiting.get(known.node, 0),
                "trouble": state.code or (None if health is None else health.code),
            }
        )
    return found


def status_of(reading: Reading, keyring: Keyring, now: int) -> dict[str, Any]:
    """How a node is."""
    head = directory_store.newest_head(reading)
    generation = directory_store.active_generation(reading, keyring.id)
    listings = 0 if generation is None else directory_store.count_entries(reading, generation)[0] - 1
    return {
        "community": identity.standing_community(reading).profile.name,
        "node": keyring.id,
        "origin": keyring.origin,
        "members": members.count(reading),
        "listings": max(listings, 0),
        "head": None if head is None else f"{head[0]}.{head[1]}",
        "signed": None if head is None else day(directory_store.head_signed(reading, head[0], head[1])),
        "messages_waiting": sum(delivery.waiting_by_peer(reading).values()),
        "peers": peers_of(reading, now),
    }


def found_of(reading: Reading, query: Query, viewer: Viewer, *, now: int, limit: int) -> list[dict[str, Any]]:
    """Results of a search."""
    names = {peer.node: peer.name for peer in peers.every(reading)}
    names[viewer.node] = identity.standing_community(reading).profile.name
    page = searching.search(reading, query, viewer, now=now, limit=limit)
    return [
        {
            "node": found.node,
            "id": found.id,
            "community": names.get(found.node, ""),
            "type": found.listing.type.value,
            "title": found.listing.title,
            "promise": "no police or hospital without your yes"
            if promises_no_call_without_yes(found.listing.commitments)
            else "read who may be called",
            "km": None if found.km is None else round(found.km),
            "ring": "practitioners" if found.listing.type is ListingType.PRACTITIONER else "peers",
            "place": fair_order.place(base64url.decode(found.id)),
        }
        for found in page.results
    ]
