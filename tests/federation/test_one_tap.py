"""A quiet reply, and how it was: with one tap, sealed to the two sides, counted nowhere (experience.md)."""

from pathlib import Path

import pytest

from visitors import Somebody, answers, asks, comes, publishes
from world import Community, World


@pytest.fixture
def both(world: World, oak: Community, elm: Community) -> tuple[Somebody, str, Somebody, str]:
    """(who asked, their page, who offers, theirs): a request that was said yes to."""
    mira = comes(elm, "Mira")
    publishes(mira)
    world.settle()
    seeker = comes(oak, "Asker")
    request = asks(seeker)
    world.settle()
    answers(mira)
    incoming = mira.path.partition("?")[0]
    world.settle()
    return seeker, request, mira, incoming


def test_one_tap_is_read_by_the_other_in_their_own_language(
    world: World, both: tuple[Somebody, str, Somebody, str]
) -> None:
    seeker, request, mira, incoming = both
    seeker.open(request).post(f"{request}/message", coded="safe_later")
    assert "said=message_sent" in seeker.path, seeker.text
    world.settle()
    mira.cookies["lang"] = "es"
    mira.open(incoming)
    assert "Estoy a salvo" in mira.text
    assert "=safe_later" not in mira.text
    mira.post(f"{incoming}/message", coded="read_later")
    world.settle()
    assert "I have read it, and write later." in seeker.open(request).text


def test_how_it_was_goes_along_with_finishing_and_the_other_reads_it(
    world: World, both: tuple[Somebody, str, Somebody, str]
) -> None:
    seeker, request, mira, incoming = both
    seeker.open(request).post(f"{request}/close", coded="outcome_not_kept")
    assert "said=closed" in seeker.path, seeker.text
    world.settle()
    mira.open(incoming)
    assert "this promise was not kept" in mira.text
    assert "Finished" in mira.text


def test_who_offers_says_it_too(world: World, both: tuple[Somebody, str, Somebody, str]) -> None:
    seeker, request, mira, incoming = both
    mira.open(incoming).post(f"{incoming}/close", coded="outcome_happened")
    assert "said=closed" in mira.path, mira.text
    world.settle()
    assert "it happened" in seeker.open(request).text


def test_finishing_needs_no_word(world: World, both: tuple[Somebody, str, Somebody, str]) -> None:
    seeker, request, mira, incoming = both
    seeker.open(request).post(f"{request}/close", coded="")
    world.settle()
    mira.open(incoming)
    assert "How it was" not in mira.text
    assert "Finished" in mira.text


@pytest.mark.parametrize("coded", ["shouted", "read_later", "=thank_you"])
def test_nothing_else_can_be_said_so_by_who_asked(both: tuple[Somebody, str, Somebody, str], coded: str) -> None:
    seeker, request, _, _ = both
    assert seeker.open(request).post(f"{request}/message", coded=coded).status == 404


def test_who_offers_cannot_say_that_a_promise_was_not_kept(both: tuple[Somebody, str, Somebody, str]) -> None:
    _, _, mira, incoming = both
    assert mira.open(incoming).post(f"{incoming}/message", coded="outcome_not_kept").status == 404


def test_nobody_else_and_no_file_shows_it(world: World, both: tuple[Somebody, str, Somebody, str]) -> None:
    seeker, request, mira, _ = both
    seeker.open(request).post(f"{request}/close", coded="outcome_not_right")
    world.settle()
    other = Somebody(mira.community)
    other.open("/search").post("/search", words="night")
    other.open(other.link('/listings/[^"]+'))
    assert "did not feel right" not in other.text
    for community in world.communities:
        community.stop()
    files = [path for path in Path(world.folder).rglob("*") if path.is_file()]
    assert not [path.name for path in files if b"outcome_not_right" in path.read_bytes()]
