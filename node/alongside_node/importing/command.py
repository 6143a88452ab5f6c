"""`alongside import`, beside a node: which steward keeps the drafts, what the list is called, and a progress bar.

Knows of the node only what it needs, so that importing stays below the entrypoints. Never decides anything about a row.
"""

from pathlib import Path
from typing import Protocol

from rich.console import Console

from alongside_node.foundation.database import Database
from alongside_node.identity import actions as identity
from alongside_node.members import actions as members
from alongside_protocol.identifiers import NodeId, Random

from .actions import SOURCE_CHARACTERS, Told, cli_import
from .report import Report, bars


class Edge(Protocol):
    """Our id, the clock and randomness."""

    random: Random

    @property
    def me(self) -> NodeId:
        """Our id."""

    @property
    def now(self) -> int:
        """Unix seconds."""


class Node(Protocol):
    """A node, as far as an import needs one."""

    database: Database

    @property
    def edge(self) -> Edge:
        """Its edge."""


def bring_in(
    node: Node,
    file: Path,
    *,
    keeper: str = "",
    source: str = "",
    zone: str = "",
    dry_run: bool = False,
    show_progress: bool = False,
) -> Report:
    """Bring in a file. `keeper`: the name of the steward who keeps the drafts; else the first. `source`: the list's name; else the file's."""
    edge = node.edge
    stewards = node.database.read(lambda reading: members.steward_ids(reading, keeper))
    lang = node.database.read(identity.standing_community).profile.lang
    told = Told(
        source=source or file.stem[:SOURCE_CHARACTERS],
        member_id=stewards[0] if stewards else "",
        lang=lang,
        zone=zone,
        dry_run=dry_run,
    )
    console = Console(stderr=True, quiet=not show_progress)
    with bars(console) as progress:
        return cli_import(node.database, file, told, node=edge.me, now=edge.now, random=edge.random, progress=progress)
