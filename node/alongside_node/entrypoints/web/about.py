"""Pages that say how things are here: how results are ordered, what leaving does, what a taken machine would show.

Nothing is claimed in them that a test does not measure or a rule does not do.
"""

from starlette.responses import Response

from alongside_node.disclosing import statement
from alongside_protocol import fair_order

from .views import DisclosedTable
from .visitor import Visitor


async def order(visitor: Visitor) -> Response:
    """How results are ordered."""
    seed = fair_order.seed_of(visitor.now)
    return visitor.page("how_order_works", seed=seed, start=fair_order.start(seed))


async def leaving(visitor: Visitor) -> Response:
    """What "Leave this site" does and what it cannot do."""
    return visitor.page("about_leaving")


async def disclose(visitor: Visitor) -> Response:
    """What this machine could be made to give away, as the seizure test found it."""
    said, found = visitor.site.pages.translations.read(visitor.lang).gettext, statement.measured()
    tables = tuple(
        (
            name,
            DisclosedTable(
                said(table.says),
                said(table.weak) if table.weak else "",
                tuple(said(statement.KINDS[kind]) for kind in found.readable.get(name, ())),
            ),
        )
        for name, table in statement.TABLES.items()
    )
    nowhere = tuple(said(statement.KINDS[kind]) for kind in found.nowhere)
    return visitor.page("disclose", tables=tables, nowhere=nowhere, weak=tuple(map(said, statement.WEAK)))
