.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
EXTRAS := web,postgres,redis,metrics,oidc,testing
NEEDED := -e '.[$(EXTRAS)]' --group dev -c constraints.txt
# More than a small machine has processors, since tests of real services wait for clocks; and few,
# since each takes as long to collect all tests as for a hundred of them
WORKERS ?= 5
# Hundreds of processes are started here: each would compile all of us anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | \
	  while IFS='|' read -r name text; do printf '  %-11s %s\n' "$$name" "$$text"; done

.PHONY: install
install: $(STAMP) ## Fill .venv with the project and all it needs (nothing to do when up to date)

# Fills an environment with what pip is told, by uv where it is there: $(call fill,environment,what).
# Neither compiles a thousand modules of which we import a third; whoever imports one first does
define fill
	@if uv pip install --help 2>/dev/null | grep -q -e --group; then \
	  { test -x $(1)/bin/python || uv venv --python $(PYTHON) $(1); } && \
	  uv pip install --python $(1)/bin/python $(2); \
	else \
	  { test -x $(1)/bin/python || $(PYTHON) -m venv $(1); } && \
	  $(1)/bin/python -m pip install --disable-pip-version-check --quiet --upgrade 'pip>=25.1' && \
	  $(1)/bin/python -m pip install --quiet --no-compile $(2); \
	fi  # pip knows groups since 25.1, and Python 3.11 brings an older one
endef

$(STAMP): pyproject.toml constraints.txt
	$(call fill,.venv,$(NEEDED))
	@touch $@

.PHONY: run
run: install ## Bring the database up to date and serve
	$(BIN)/attendance migrate
	$(BIN)/attendance serve

.PHONY: demo
demo: install ## Play a class against the service that make run has started, and check its sheet
	$(BIN)/attendance demo

# What failed is run once more, alone, and both are in the log: beside others, on a busy machine, a
# test of real processes may miss the instant that it waits for. What is wrong fails twice.
define pytest
	$(or $(3),$(BIN))/python -m pytest $(1) || { test $$? -eq 1 && echo "once more, alone:" && \
	  $(or $(3),$(BIN))/python -m pytest --last-failed --last-failed-no-failures none $(2); }
endef

.PHONY: test
test: install ## Run the test suite (WORKERS=n processes)
	$(call pytest,-n $(WORKERS) --dist worksteal -m "not long",-m "not long")

# To collect all the others takes each worker as long as a test; tests/conftest.py misses no file
# It passes the kit of tests, as everybody's own does
OWN_STORE := examples/lmdb_store
LONG = $(sort $(shell grep -rl --include='test_*.py' --exclude-dir=browser 'mark\.long' tests))

.PHONY: long
long: install ## Run the tests that take long: chaos, deaths in every place, earlier versions, what is shipped
	$(call pytest,-n $(WORKERS) --dist worksteal -m long $(LONG),-m long $(LONG))
	$(call pytest,-n $(WORKERS) --dist worksteal $(OWN_STORE),$(OWN_STORE))

.PHONY: unit
unit: install ## Run the quick tests, which touch neither disk nor network
	$(BIN)/python -m pytest -q -m "not slow and not long" --hypothesis-profile quick tests/unit

.PHONY: contract
contract: install ## Run the promises that every adapter keeps
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal tests/contract

.PHONY: types
types: install ## Check the types strictly, those of the page too where node is there
	$(BIN)/mypy
	@if command -v npm >/dev/null 2>&1; then \
	  $(MAKE) --no-print-directory node_modules && npm run --silent types; \
	else echo "the page's types were not checked: install nodejs and npm, then make types"; fi

node_modules: package.json
	npm install --no-package-lock --no-audit --no-fund --silent
	@touch $@

.PHONY: page
page: ## Test the page's modules by themselves, where node is there
	@if command -v node >/dev/null 2>&1; then node --test tests/page/*.test.js; \
	else echo "the page's modules were not tested: install nodejs, then make page"; fi

.PHONY: browser
browser: install node_modules ## Use the page in a real browser, as people do (Debian's chromium-headless-shell, npm)
	$(call pytest,-n 3 --dist worksteal tests/browser,tests/browser)

.PHONY: screenshots
screenshots: install node_modules ## Take the pictures of the page anew that the README and an installer show
	$(BIN)/python -m pytest tests/browser/test_screens.py
	$(BIN)/python -m tests.browser.pictures

.PHONY: lint
lint: install ## Check style, formatting and the directions of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	@if command -v npm >/dev/null 2>&1; then \
	  $(MAKE) --no-print-directory node_modules && npm run --silent lint; \
	else echo "the page was not checked for what old browsers lack: install nodejs and npm, then make lint"; fi

# What runs in this process, where coverage sees it: the rules, one file for each thing that is served
# or kept, and none that takes again, longer or with more people, the ways that another takes
IN_PROCESS := $(filter-out tests/unit/test_planted% %in_any_order.py %how_to.py,$(wildcard tests/unit/test_*.py)) \
  $(patsubst %,tests/contract/test_%.py,asgi asgi_lifespan asgi_mounts asgi_stock asyncapi \
  $(addprefix calls_,accounts attendance boards data events friends oidc organisers passwords pictures profiles recovery \
  review sessions tokens) \
  $(addprefix oidc_,answers comebacks links ticks) client_asks_again client_calls client_comebacks client_losses client_sockets corrections_live damaged_databases \
  deletion endings event_page files health heartbeat http_connections http_protocol karma left_connections limits limits_of_log_ins live live_cuts \
  live_ends migrations migrations_by_engine notifier openapi orphans packing picture_workers room_turns search settings sheet_files sheet_row_cost sheet_workbook sqlite_groups sqlite_scrub store_calls stores \
  stores_belongings sync system watching watching_bounds wrong_settings ws_floods ws_protocol)
# Per cent of the lines and branches of a package that these take, a little below what they do
FLOORS := attendance_core=98 attendance_adapters=89 attendance_web=83

COVERED := -m "not slow and not long" --hypothesis-profile quick --cov --cov-report=
# A worker collects under the eyes of coverage too, and what runs in this process seldom waits
COVERING := -n 2 --dist worksteal $(COVERED)
IN_GREENLETS := $(patsubst %,tests/contract/%.py,test_notifier \
  $(addprefix postgres/test_,changed_events clocks round_trips transactions))

# Few examples take the ways that many take, and a line costs three times as much that is watched;
# five times where greenlets are followed, as only the transactions of PostgreSQL need it
.PHONY: cover
cover: install ## Run the tests that take each way once, and measure the branches they take in each package
	$(call pytest,$(COVERING) -k "not postgres" $(IN_PROCESS),$(COVERED) --cov-append $(IN_PROCESS))
	export COVER_MORE=greenlet; $(call pytest,$(COVERING) --cov-append -k postgres $(IN_GREENLETS), \
	  $(COVERED) --cov-append $(IN_GREENLETS))
	@for floor in $(FLOORS); do \
	  $(BIN)/coverage report --include="src/$${floor%=*}/*" --fail-under=$${floor#*=} || failed=1; \
	done; test -z "$$failed"

# What touches a dependency: every store but that of memory, the kit, files, pictures and sheets, log-in by
# a university, a server with its sockets, the client and the command line. The rules need none of them.
TRIED := tests/contract/test_stores.py tests/contract/test_notifier.py \
  tests/contract/test_migrations.py::TestUpgrade::test_an_empty_database_is_not_current_and_becomes_so_without_a_word \
  tests/contract/test_migrations.py::TestUpgrade::test_whatever_is_in_an_earlier_one_is_kept_and_found \
  tests/contract/test_files.py tests/contract/test_pictures.py tests/contract/test_sheet_workbook.py \
  tests/contract/test_passwords.py tests/contract/test_calls_oidc.py tests/contract/test_oidc_answers.py \
  tests/contract/test_oidc_comebacks.py tests/contract/test_oidc_links.py tests/contract/test_oidc_ticks.py \
  tests/contract/test_envelope.py tests/contract/test_headers.py tests/contract/test_bodies.py \
  tests/contract/test_calls_accounts.py tests/contract/test_calls_passwords.py tests/contract/test_calls_sessions.py \
  tests/contract/test_server.py tests/contract/test_server_stops.py tests/contract/test_http_protocol.py tests/contract/test_http_connections.py \
  tests/contract/test_ws_protocol.py tests/contract/test_ws_floods.py tests/contract/test_client_asks_again.py \
  tests/contract/test_metrics.py tests/contract/test_cli.py tests/contract/test_client_calls.py \
  tests/contract/test_client_losses.py tests/contract/test_client_comebacks.py \
  tests/unit/test_how_to.py tests/unit/test_planted_store_faults.py \
  tests/unit/test_body_parsing.py tests/unit/test_long_strings.py tests/unit/test_container.py tests/unit/test_logs.py tests/unit/test_qr_codes.py
# They run at once, and each has to find what failed of its own
QUICK := -m "not slow and not long" -k "not memory" --hypothesis-profile quick $(TRIED)
define try
	$(call pytest,-n 2 --dist worksteal -o cache_dir=build/$@/.cache $(QUICK),-o cache_dir=build/$@/.cache $(QUICK),build/$@/bin)
endef
# An environment has the package as it is; and what is the newest is asked again the next day
LOWEST_STAMP := build/lowest/.installed
NEWEST_STAMP := build/newest/.installed-$(shell date +%F)
$(LOWEST_STAMP): constraints-lowest.txt
$(LOWEST_STAMP) $(NEWEST_STAMP): pyproject.toml $(shell find src -type f -not -name '*.pyc')
	rm -rf $(@D)
	$(call fill,$(@D),'.[$(EXTRAS)]' --group tests $(if $(filter build/lowest,$(@D)),-c constraints-lowest.txt))
	@touch $@

.PHONY: lowest
lowest: $(LOWEST_STAMP) ## Try the package with the lowest versions of what it needs, in an environment of its own
	$(try)

.PHONY: newest
newest: $(NEWEST_STAMP) ## Try it with the newest versions there are
	$(try)

OF_POSTGRES := -k "not memory and not sqlite and not valkey" tests/contract/postgres \
  $(patsubst %,tests/contract/test_%.py,stores migrations migrations_by_engine notifier)
.PHONY: postgres
postgres: export ATTENDANCE_TEST_POSTGRES := wheel
postgres: install ## Try the PostgreSQL of the wheel, where the tests use the one of the system
	$(call pytest,-n $(WORKERS) --dist worksteal $(OF_POSTGRES),$(OF_POSTGRES))

.PHONY: bench
bench: install ## Measure how fast it is beside floors, and write docs/performance.md (BENCH="marking idle" ROUNDS=n)
	$(BIN)/python -m benchmarks $(if $(ROUNDS),--rounds $(ROUNDS)) $(BENCH)

.PHONY: shares
shares: install ## Sample where the time of each hot path goes, and write that into docs/performance.md
	$(BIN)/python -m benchmarks.shares

SECONDS ?= 60
.PHONY: chaos
chaos: install ## Kill, cut and skew real processes under hundreds of people (SECONDS=n SEED=n DATABASE=sqlite)
	$(BIN)/python -m tests.chaos --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) \
	  $(if $(DATABASE),--database $(DATABASE))

.PHONY: hostile
hostile: install ## Measure what one attacker costs a bystander (SECONDS=n ENGINE=postgres NGINX=1 ATTACKS="pings ...")
	$(BIN)/python -m tests.chaos.hostile $(if $(filter-out file,$(origin SECONDS)),--seconds $(SECONDS)) \
	  $(if $(NGINX),--nginx) $(if $(ENGINE),--engine $(ENGINE)) $(ATTACKS)

KARMA_LEDGERS ?= 1000
.PHONY: karma
karma: install ## Compare karma in every store with the fold, over many ledgers made by chance (KARMA_LEDGERS=n)
	KARMA_LEDGERS=$(KARMA_LEDGERS) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m long \
	  tests/contract/test_karma.py tests/contract/test_karma_months.py tests/contract/test_karma_of_before.py

FUZZ_REQUESTS ?= 12000
.PHONY: fuzz
fuzz: install ## Ask whatever the description allows, and more, by chance (FUZZ_REQUESTS=n FUZZ_SEED=n)
	FUZZ_REQUESTS=$(FUZZ_REQUESTS) FUZZ_SEED=$(FUZZ_SEED) $(BIN)/python -m pytest -q tests/contract/test_fuzz.py

.PHONY: print
print: install ## Print what is made of the code: docs/wire.md, vectors, tables of versions, a stub, the client's calls
	$(BIN)/python docs/print_wire.py > docs/wire.md.new
	mv docs/wire.md.new docs/wire.md
	$(BIN)/python docs/print_vectors.py
	$(BIN)/python docs/print_sync_stub.py > docs/sync.pyi.new
	mv docs/sync.pyi.new src/attendance_adapters/sync/use_cases.pyi
	$(BIN)/python docs/print_client.py
	$(BIN)/python docs/print_compatibility.py

DOCS_STAMP := build/docs/.installed
$(DOCS_STAMP): pyproject.toml docs/constraints.txt
	rm -rf $(@D)
	$(call fill,$(@D),--group docs -c docs/constraints.txt)
	@touch $@

.PHONY: fetch
fetch: install node_modules $(DOCS_STAMP) $(LOWEST_STAMP) $(NEWEST_STAMP) ## Fetch all that CI needs of pip and npm

.PHONY: docs
docs: install $(DOCS_STAMP) ## Build the site of docs/ and docstrings into build/documents/site; a warning is an error
	$(BIN)/python docs/assemble_site.py
	build/docs/bin/zensical build --clean --strict -f build/documents/mkdocs.yml

.PHONY: extras
extras: install ## Install each extra alone, in an environment of its own, and try what it promises
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m long tests/package/test_extras.py

.PHONY: check
check: lint types page test ## All that is looked at before a push
