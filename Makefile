.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
EXTRAS := web,dev
WORKERS ?= 2

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | \
	  while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done

.PHONY: install
install: $(STAMP) ## Fill .venv with the project and all it needs (nothing to do when up to date)

$(STAMP): pyproject.toml constraints.txt
	@if command -v uv >/dev/null 2>&1; then \
	  { test -x $(BIN)/python || uv venv --python $(PYTHON) .venv; } && \
	  uv pip install --python $(BIN)/python -e '.[$(EXTRAS)]' -c constraints.txt; \
	else \
	  { test -x $(BIN)/python || $(PYTHON) -m venv .venv; } && \
	  $(BIN)/python -m pip install --disable-pip-version-check --quiet -e '.[$(EXTRAS)]' -c constraints.txt; \
	fi
	@touch $@

.PHONY: run
run: install ## Bring the database up to date and serve
	$(BIN)/attendance migrate
	$(BIN)/attendance serve

.PHONY: demo
demo: install ## Play a lecture against the service that make run has started
	$(BIN)/attendance demo

.PHONY: test
test: install ## Run the whole test suite (WORKERS=n processes)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: unit
unit: install ## Run the tests that touch neither disk nor network
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests/unit

.PHONY: contract
contract: install ## Run the promises that every adapter keeps
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests/contract

.PHONY: types
types: install ## Check the types strictly
	$(BIN)/mypy --strict src

.PHONY: lint
lint: install ## Check style, formatting and the directions of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache

.PHONY: cover
cover: install ## Measure the branches of attendance_core that the unit tests take
	$(BIN)/coverage run -m pytest tests/unit
	$(BIN)/coverage report

.PHONY: bench
bench: install ## Measure commits, and whole markings over a real service
	$(BIN)/python -m benchmarks.commit
	$(BIN)/python -m benchmarks.marking

SECONDS ?= 60
.PHONY: chaos
chaos: install ## Kill, cut and skew real processes under hundreds of people (SECONDS=n SEED=n)
	$(BIN)/python -m tests.chaos --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

.PHONY: docs
docs: install ## Print docs/wire.md from the Structs that declare what goes over the wire
	$(BIN)/python docs/print_wire.py > docs/wire.md.new
	mv docs/wire.md.new docs/wire.md

.PHONY: check
check: lint types test ## All that CI runs
