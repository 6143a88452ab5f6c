# demo, test, check and bench: each sets up what it needs first. Arguments pass through as ARGS="…". Nothing needs root.

.PHONY: demo test check bench vectors lock
.DEFAULT_GOAL := demo

BIN := .venv/bin
ARGS ?=

demo: .venv/ready
	@$(BIN)/alongside demo $(ARGS)

test: .venv/ready
	@$(BIN)/python -m pytest -n auto $(ARGS)

check: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/architecture $(ARGS)

bench: .venv/ready
	@$(BIN)/python tests/bench $(ARGS)

# For maintainers: write the vectors of the protocol anew, from fixed seeds.
vectors: .venv/ready
	@$(BIN)/python tests/vector_makers

# Exactly the pinned versions, by hash; uv when it is there, else venv and pip. Compiled once, because the demo, the tests and the
# benchmarks start many processes.
.venv/ready: requirements.lock protocol/pyproject.toml node/pyproject.toml
	@echo "Setting up .venv (once; about a minute) …"
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python '>=3.11' .venv && \
		VIRTUAL_ENV=.venv uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock && \
		VIRTUAL_ENV=.venv uv pip install --quiet --no-deps --no-build-isolation -e ./protocol -e ./node; \
	else \
		for python in python3.13 python3.12 python3.11 python3; do \
			command -v $$python >/dev/null 2>&1 && \
			$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
			python=; \
		done; \
		if [ -z "$$python" ]; then echo "Alongside needs Python 3.11 or newer; none was found." >&2; exit 1; fi; \
		$$python -m venv .venv && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
			-e ./protocol -e ./node; \
	fi
	@$(BIN)/python -m compileall -q protocol/alongside_protocol node/alongside_node
	@touch .venv/ready

# For maintainers: pin anew what pyproject files ask for.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-annotate \
		--no-header --no-emit-package alongside-protocol --no-emit-package alongside-node \
		--group pyproject.toml:dev protocol/pyproject.toml node/pyproject.toml -o requirements.lock
