"""`python tests/vector_makers`, or `make vectors`: writes all vectors. The same program always writes the same bytes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from vector_makers import making

making.write()
