"""Where the world comes in and work goes out: federation endpoints, the worker's loops, the members' API, pages."""
