# Every target builds what it needs from Python >= 3.11 alone; see `make help`.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Compiling what it imports takes each process longer than all else it does to start.
export PYTHONDONTWRITEBYTECODE :=

SUPPORTED := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUPPORTED)' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
ARGS ?=

PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check install -qq --no-input
# The editable install needs no network: the build backend is in the pinned files.
INSTALL_SELF := $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
PYTEST := $(BIN)/python -m pytest -n $(WORKERS)

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | expand -t 20

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'building $(VENV) ...' >&2
	@$(PYTHON) -m venv $(VENV) >&2

$(VENV)/.run-stamp: requirements-demo.txt pyproject.toml | $(BIN)/python
	@$(PIP_INSTALL) --no-compile --require-hashes -r requirements-demo.txt >&2
	@$(INSTALL_SELF) >&2
	@touch $@

$(VENV)/.dev-stamp: requirements-dev.txt $(VENV)/.run-stamp
	@$(PIP_INSTALL) --no-compile --require-hashes -r requirements-dev.txt >&2
	@touch $@

$(VENV)/.browser-stamp: requirements-browser.txt $(VENV)/.dev-stamp
	@$(PIP_INSTALL) --require-hashes -r requirements-browser.txt >&2
	@touch $@

$(VENV)/.containers-stamp: requirements-containers.txt $(VENV)/.dev-stamp
	@$(PIP_INSTALL) --no-compile --require-hashes -r requirements-containers.txt >&2
	@touch $@

$(VENV)/.postgres-stamp: requirements-postgres.txt $(VENV)/.dev-stamp
	@$(PIP_INSTALL) --no-compile --require-hashes -r requirements-postgres.txt >&2
	@touch $@

.PHONY: venv-run venv
venv-run: $(VENV)/.run-stamp ## .venv with what demo and dev need
venv: $(VENV)/.dev-stamp ## .venv with everything, tests and linters too

.PHONY: demo dev
demo: venv-run ## the whole story on embedded servers; ARGS="--orders 1000 --keep"
	@$(BIN)/payment-service demo $(ARGS)

dev: venv-run ## the same stack in the foreground, with reload
	@exec $(BIN)/payment-service dev $(ARGS)

RUNS ?= 10

.PHONY: test test-full test-repeat soak test-unit test-integration coverage
test: venv ## pytest and pgTAP against real servers; DATABASE_URL=, REDIS_URL= choose others
	@$(PYTEST) -m 'not full' $(ARGS)

test-full: venv $(VENV)/.browser-stamp $(VENV)/.containers-stamp $(VENV)/.postgres-stamp ## test, and what needs more than Python and pip
	@PAYMENTS_TEST_SCHEDULES=1000 SIM_MODEL_SCHEDULES=2000 MONEY_SCHEDULES=1000 $(PYTEST) $(ARGS)

test-repeat: venv ## test RUNS=10 times, every other time on a busy machine; failures by cause
	@scripts/repeat_suite.sh $(RUNS) $(ARGS)

soak: venv ## 20,000 random schedules of everything that moves money; hours. MONEY_SCHEDULES=, MONEY_SEED=
	@MONEY_SCHEDULES=$${MONEY_SCHEDULES:-20000} MONEY_STEPS=$${MONEY_STEPS:-30} $(PYTEST) tests/properties/test_money_machine.py $(ARGS)

test-unit: venv ## no server
	@$(PYTEST) -m 'not full' tests/unit $(ARGS)

test-integration: venv ## real PostgreSQL, Valkey and HTTP, and sql/tests
	@$(PYTEST) -m 'not full' tests/integration sql/tests $(ARGS)

coverage: venv ## test with line and branch coverage
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n $(WORKERS) -m 'not full' $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

.PHONY: lint types sql-check supply-chain check
lint: venv ## ruff
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: venv ## mypy, strict
	@$(BIN)/python -m mypy

sql-check: venv ## the rules of CONTRIBUTING.md over sql/, squawk over the migrations
	@$(BIN)/python scripts/sql_lint.py

supply-chain: venv ## hashes, build/sbom.cdx.json, known vulnerabilities (asks the network)
	@$(BIN)/python scripts/supply_chain.py

check: lint types sql-check supply-chain ## lint, types, SQL and what we depend on

.PHONY: bench containers docs requirements clean
bench: venv ## each measure beside its floor
	@$(BIN)/python -m bench $(ARGS)

containers: $(VENV)/.containers-stamp ## manifests, compose file and the Dockerfile's steps, without a container engine
	@$(BIN)/python scripts/check_containers.py

docs: venv ## docs/sql-reference.md and docs/states.md from the database, README's calls from app/
	@$(BIN)/python scripts/api_table.py
	@$(BIN)/python scripts/sql_reference.py

requirements: ## pin again: newest versions that pyproject.toml allows
	@PYTHON=$(PYTHON) sh scripts/pin.sh

clean: ## everything that can be built again
	@rm -rf $(VENV) .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
