"""A node's search behind one small route, for the benchmark: `search_server.py <data folder> <port>`."""

import sys
import time
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alongside_node.directory import searching
from alongside_node.directory.searching import Query, Viewer
from alongside_node.foundation.database import Database, Reading
from alongside_node.settings import load
from alongside_protocol.identifiers import NodeId


def main(folder: Path, port: int) -> None:
    """Serve until ended."""
    settings = load(folder / "alongside.toml").model_copy(update={"data_dir": folder})
    database = Database(settings.database, checkpoints=False)

    async def search(request: Request) -> Response:
        query = Query(words=request.query_params["word"], topics=(request.query_params["category"],))

        def look(reading: Reading) -> bytes:
            found = searching.matches(reading, query, Viewer(NodeId(""), member=False), now=int(time.time()))
            lines = [raw.line for raw, _ in zip(found, range(20), strict=False)]
            return b"[" + b",".join(lines) + b"]"

        return Response(await database.aread(look), media_type="application/json")

    app = Starlette(routes=[Route("/search", search)])
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
