# `make` alone lists the targets. Nothing is needed beforehand but Python 3.11 or later, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := service solver scenarios
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test install dev format lint types serve lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

run: install ## solve a case from the library and show the proposal
	$(BIN)/staffing demo

test: lint types ## everything CI runs: style, types, tests with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

install: $(VENV)/installed ## .venv with the command .venv/bin/staffing
dev: $(VENV)/installed-dev ## the same, with the tools for working on it

format: dev ## rewrite the code in the house style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lint: dev ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev ## types, strictly
	$(BIN)/mypy

serve: install ## the service, on this machine alone
	$(BIN)/staffing serve

clean: ## remove everything made here, .venv included
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps below are newer than their lock: nothing is installed again until a lock or pyproject.toml changes.
# One command installs and hash-checks the dependencies, the next installs the project itself with the build backend
# that stands in the lock, so that nothing unpinned is ever fetched.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "staffing needs Python 3.11 or later, and '$(PYTHON)' is not that."; \
	    echo "Install one, or name the one to use: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "'$(PYTHON)' lacks its venv module. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements/run.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements/dev.lock $(VENV)/installed
	$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

# Both locks come from pyproject.toml and hold for every supported Python and system.
COMPILE = $(VENV)-lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
    --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command 'make lock' --group build

lock: ## bring requirements/*.lock up to date with pyproject.toml (UPGRADE=--upgrade for newer versions)
	@test -x $(VENV)-lock/bin/uv || { $(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv; }
	$(COMPILE) $(UPGRADE) --output-file requirements/run.lock
	$(COMPILE) $(UPGRADE) --group dev --constraint requirements/run.lock --output-file requirements/dev.lock
