"""What a node answers before anybody says who they are: from what was published or said, and from nothing else."""

from typing import Any

import pytest

from alongside_node.referrals import fit_rules
from alongside_protocol import limits
from alongside_protocol.fit import Fit, Wishes
from alongside_protocol.listing import Listing
from alongside_protocol.sealing import SUITE
from world import offer

KEY = "k" * 42 + "A"
SPAN = {"days": ["mo"], "opens": "18:00", "closes": "20:00"}


def listing(**changes: Any) -> Listing:
    published = {
        "holders": [{"name": "Mira", "seal": {"k": KEY, "suite": SUITE}}],
        "confirmed": "2026-11-18",
        "valid_until": "2027-02-16",
    }
    return Listing.model_validate(offer() | published | changes)


def hours(**changes: Any) -> dict[str, Any]:
    return {"hours": {"zone": "Europe/Madrid"} | changes}


@pytest.mark.parametrize(
    ("published", "wishes", "said", "answer"),
    [
        ({}, {}, None, Fit.ROOM),
        ({}, {"languages": ["es"], "topics": ["grief"], "modality": ["phone"]}, None, Fit.ROOM),
        ({}, {"languages": ["es-MX"]}, None, Fit.ROOM),
        ({"languages": ["es-MX"]}, {"languages": ["es"]}, None, Fit.ROOM),
        # What is asked and was not said.
        ({}, {"this_week": True}, None, Fit.TALK_FIRST),
        ({}, {"this_week": True}, Fit.ROOM, Fit.ROOM),
        ({}, {"topics": ["work"]}, None, Fit.TALK_FIRST),
        ({}, {"languages": ["de"]}, None, Fit.TALK_FIRST),
        ({"languages": []}, {"languages": ["de"]}, None, Fit.TALK_FIRST),
        ({"modality": []}, {"modality": ["phone"]}, None, Fit.TALK_FIRST),
        ({}, {"access": ["step_free"]}, None, Fit.TALK_FIRST),
        ({"access": ["step_free"]}, {"access": ["step_free", "quiet"]}, None, Fit.TALK_FIRST),
        ({"access": ["step_free", "quiet"]}, {"access": ["step_free"]}, None, Fit.ROOM),
        ({}, {"topics": ["work"]}, Fit.ROOM, Fit.TALK_FIRST),
        # What was said is more than what was published.
        ({}, {}, Fit.NO, Fit.NO),
        ({}, {}, Fit.WAITING_LIST, Fit.WAITING_LIST),
        ({}, {}, Fit.TALK_FIRST, Fit.TALK_FIRST),
        ({"room": {"state": "waiting_list"}}, {}, None, Fit.WAITING_LIST),
        ({"room": {"state": "waiting_list"}}, {}, Fit.ROOM, Fit.WAITING_LIST),
        ({"room": {"state": "waiting_list"}}, {}, Fit.NO, Fit.NO),
        # What takes nobody takes nobody, whatever was said.
        ({"room": {"state": "resting"}}, {}, Fit.ROOM, Fit.NO),
        ({"room": {"state": "full"}}, {}, Fit.ROOM, Fit.NO),
        ({"room": {"waiting": 0}}, {}, Fit.ROOM, Fit.NO),
        ({"direction": "need", "commitments": None}, {}, Fit.ROOM, Fit.NO),
        ({}, {"modality": ["letter"]}, Fit.ROOM, Fit.NO),
        ({"interpreter": "not_possible"}, {"languages": ["de"]}, Fit.ROOM, Fit.NO),
        ({"interpreter": "welcome"}, {"languages": ["de"]}, Fit.ROOM, Fit.TALK_FIRST),
        # Times, by the hours that were published.
        ({}, {"times": ["evenings"]}, None, Fit.TALK_FIRST),
        (hours(weekly=[SPAN]), {"times": ["evenings"]}, None, Fit.ROOM),
        (hours(weekly=[SPAN]), {"times": ["mornings", "nights", "weekends"]}, None, Fit.TALK_FIRST),
        (hours(weekly=[SPAN | {"closes": "18:00"}]), {"times": ["mornings"]}, None, Fit.ROOM),
        (hours(weekly=[SPAN | {"opens": "23:00", "closes": "05:00"}]), {"times": ["nights"]}, None, Fit.ROOM),
        (hours(weekly=[SPAN | {"opens": "23:00", "closes": "05:00"}]), {"times": ["mornings"]}, None, Fit.TALK_FIRST),
        (hours(weekly=[SPAN | {"days": ["su"]}]), {"times": ["weekends"]}, None, Fit.ROOM),
        (
            hours(meetings=[{"days": ["sa"], "at": "13:00", "minutes": 60, "first": "2026-11-21"}]),
            {"times": ["afternoons"]},
            None,
            Fit.ROOM,
        ),
        (
            hours(meetings=[{"days": ["sa"], "at": "13:00", "minutes": 60, "first": "2026-11-21"}]),
            {"times": ["weekends"]},
            None,
            Fit.ROOM,
        ),
    ],
)
def test_what_is_answered(published: dict[str, Any], wishes: dict[str, Any], said: Fit | None, answer: Fit) -> None:
    assert fit_rules.answer(listing(**published), Wishes.model_validate(wishes), said) is answer


def test_what_is_not_there_reads_as_no() -> None:
    assert fit_rules.answer(None, Wishes(), Fit.ROOM) is Fit.NO


@pytest.mark.parametrize("byte", [0, 1, 127, 255])
def test_every_answer_waits_five_minutes_to_an_hour(byte: int) -> None:
    waits = fit_rules.due(1_000, lambda length: bytes([byte]) * length) - 1_000
    assert limits.FIT_EARLIEST <= waits <= limits.FIT_LATEST
