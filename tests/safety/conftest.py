"""A community, and another that federates with it, for stories in which somebody wants to do harm."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from world import Community, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture
def oak(world: World) -> Community:
    return world.community("Oak")


@pytest.fixture
def elm(world: World, oak: Community) -> Community:
    found = world.community("Elm")
    world.federate(oak, found)
    return found
