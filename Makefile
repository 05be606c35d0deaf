# `make` alone lists the targets. Nothing is needed beforehand but Python 3.11 or later, pip and make.
PYTHON ?= python3
VENV := .venv
TIMEFOLD := .venv-timefold
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test coverage chromium install dev format lint types serve bench bench-quick load cards fuzz faults lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

run: install ## solve a case from the library and show the proposal; on a terminal, go on with the page
	$(BIN)/staffing demo
	@if [ -t 0 ]; then $(BIN)/staffing serve; else echo "The same in a browser: $(BIN)/staffing serve"; fi

# On a machine of CI the browser is installed too; on anybody's own it is asked for.
test: lint types $(if $(CI),chromium) ## everything CI runs: style, types, tests
	$(PYTEST)

coverage: dev ## the tests, and which branches they leave out; a quarter slower
	$(PYTEST) --cov

install: $(VENV)/installed ## .venv with the command .venv/bin/staffing

dev: $(VENV)/installed-dev ## the same, with the tools for working on it

chromium: ## Debian's Chromium for the browser tests, where there is none and apt can install it
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
	    test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium ..." && \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; } || \
	    echo "There is no Chromium, and it cannot be installed here: the stories of the page are skipped."

format: dev ## rewrite the code in the house style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lint: dev ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev ## types, strictly
	$(BIN)/mypy

serve: install ## the service and its page at http://localhost:8000, on this machine alone
	$(BIN)/staffing serve

bench: install $(TIMEFOLD) ## this service and its peers side by side, into docs/benchmarks (an hour or so)
	$(BIN)/python -m benchmarks.side_by_side

bench-quick: install $(TIMEFOLD) ## the same on two small portfolios, into build/benchmarks (two minutes)
	$(BIN)/python -m benchmarks.side_by_side --sizes 10x16 12x20 --seconds 10 10 --seeds 1 --out build/benchmarks

load: install ## a server under load: 50 clients, 200 runs in its queue, an hour's worth of runs; into docs/reliability.md
	$(BIN)/python -m benchmarks.load

cards: install ## the model card in both languages, from the code; into docs
	$(BIN)/python -c "from pathlib import Path; from service.model_card import model_card, to_markdown; \
	    [Path('docs', name).write_text(to_markdown(model_card(language)), encoding='utf-8') \
	     for language, name in (('en', 'model-card.md'), ('nl', 'model-card.nl.md'))]"

fuzz: dev ## 10,000 requests made from the OpenAPI description, others for every SEED=…
	$(BIN)/python -m tests.service.linked --requests 10000 --seed $(or $(SEED),1)

faults: dev ## kill, stop, fill, cut off and set back whatever there is while clients watch (long; parts take root)
	$(BIN)/python -m tests.faults.kills --way embedded --kills 80
	$(BIN)/python -m tests.faults.kills --way workers --kills 120
	$(BIN)/python -m tests.faults.storage
	$(BIN)/python -m tests.faults.clocks
	$(BIN)/python -m tests.faults.hosts
	$(BIN)/python -m tests.faults.restart

clean: ## remove everything made here, .venv included
	rm -rf $(VENV) $(VENV)-lock $(TIMEFOLD) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	find service solver scenarios tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "staffing needs Python 3.11 or later; '$(PYTHON)' is not that."; \
	    echo "Install it, or say which one to use, as in: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "'$(PYTHON)' cannot make virtual environments: its venv module is not installed."; \
	    echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# The two stamps: nothing is installed again until a lock or pyproject.toml changes. Wheels alone, each checked against
# its hash (the locks are complete: nothing is resolved again); the project itself is built by the locked backend, so nothing unpinned is fetched. Importing what the first
# command needs compiles it: a third of the time that compiling every installed file would take.
PIP_LOCKED := $(PIP) install --no-deps --only-binary :all: --require-hashes --requirement
WARM := PYTHONDONTWRITEBYTECODE= $(BIN)/python -c 'import fastapi, openpyxl, ortools.sat.python.cp_model, rich, typer, uvicorn'

$(VENV)/installed: requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages in $(VENV) ..."
	@$(PIP_LOCKED) requirements/run.lock --no-compile
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@$(WARM)
	@touch $@

$(VENV)/installed-dev: requirements/dev.lock $(VENV)/installed
	@echo "Installing the locked development tools in $(VENV) ..."
	@$(PIP_LOCKED) requirements/dev.lock
	@touch $@

# Both locks follow from pyproject.toml and hold for every supported Python and system. Versions stay as they are unless
# pyproject.toml asks for others; `make lock UPGRADE=--upgrade` takes the newest.
UV_COMPILE = $(VENV)-lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
    --fork-strategy fewest --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command 'make lock' \
    --group build $(UPGRADE)

# Timefold's solver and nothing else, for the benchmark alone; without it, or without Java, that peer is left out.
$(TIMEFOLD):
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install --only-binary :all: --pre timefold==1.24.0b0 || \
	    echo "Timefold cannot be installed; the benchmark goes without it."

lock: ## bring requirements/*.lock up to date with pyproject.toml
	@test -x $(VENV)-lock/bin/uv || { $(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv; }
	@$(UV_COMPILE) --output-file requirements/run.lock >/dev/null
	@$(UV_COMPILE) --group dev --extra otel --constraint requirements/run.lock --output-file requirements/dev.lock >/dev/null
