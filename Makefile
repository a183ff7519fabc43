# Everything there is to remember. `make help` says it in words.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
DATA   ?= data
WORKERS ?= 1
export ENTREPOT_PORT = $(PORT)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test unit agree bench bench-peers lint docs services lock clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.made: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("entrepot needs Python 3.11 or newer; say which one with PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.made-dev: requirements-dev.lock $(VENV)/.made
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

setup: $(VENV)/.made ## Make the environment from the hashed lock file

setup-dev: $(VENV)/.made-dev ## The same with what tests and checks need

run: setup ## Start everything on http://127.0.0.1:$(PORT) (PORT= and DATA= choose where, WORKERS= how many processes)
	$(BIN)/entrepot run --data $(DATA) --workers $(WORKERS)

services: ## Install and start what the full tests use (PostgreSQL, Chromium); needs root on Debian or Ubuntu
	@tests/services.sh

test: setup-dev services ## Everything: lint, types, layers, tests on both databases, the browser journey
	@tests/run.sh

unit: setup-dev ## Only the rules: no database, no page, no process (seconds)
	$(BIN)/python -m pytest -n 2 -m "not (slow or stored or postgres or browser)" --ignore tests/web --ignore tests/journeys --ignore tests/house

agree: setup-dev ## Compare the configurator's engines on 10,000 random steps, with a fixed seed and a fresh one
	$(BIN)/python -m tests.configurator.steps $(ARGS)

bench: setup-dev ## Measure, each figure beside its floor; writes bench/results/latest.json
	$(BIN)/python -m bench $(ARGS)

bench-peers: setup-dev ## The same questions to another open shop (django-oscar, installed into .peers/) and to this one
	$(BIN)/python -m bench.peers

lint: setup-dev ## Style, types, layers
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: setup-dev ## Write docs/reference/openapi.json from the code and check that the documents are true
	$(BIN)/entrepot openapi > docs/reference/openapi.json
	$(BIN)/python -m pytest -q tests/house/test_docs.py

lock: setup-dev ## Resolve the dependencies anew (for maintainers)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group build --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## Remove what was made, not the data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache dist build
