"""The limits that are servers, as a process: `limit_server.py search|inbox <database> <port> [<public key>]`."""

import sys
from pathlib import Path

import uvicorn
from limits import inbox_app, search_app


def main(kind: str, path: Path, port: int, key: str = "") -> None:
    """Serve until ended."""
    app = search_app(path) if kind == "search" else inbox_app(path, bytes.fromhex(key))
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
