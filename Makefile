# Everything works on a fresh machine with Python 3.11-3.13 and make: what is missing is installed once, then skipped.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV ?= .venv
DATA ?= ./data
HOST ?= 127.0.0.1
PORT ?= 8000
# What the tests are given, such as ARGS="tests/store -k reopen".
ARGS ?=
# Which mutants are made.
SEED ?= 1

BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
BUILT_FROM := pyproject.toml scripts/environment hatch_build.py $(wildcard src/fulgurite/native/*.p[xy][xd] src/fulgurite/native/*.h)

.PHONY: help run test nightly mutants check fix bench refresh screenshots lock packages clean
help:  ## what there is
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):[^#]*## */  make \1\t/' | expand -t 18

run: $(RUN_READY)  ## start the server, analyse the demo program, show its report, keep serving
	@exec $(BIN)/fulgurite demo --data $(DATA) --host $(HOST) --port $(PORT) demo/hello.exe

test: $(DEV_READY) packages  ## all tests (ARGS="..." for some)
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

mutants: $(DEV_READY) packages  ## damaged reports by the hundred thousand, hostile values at full size (SEED=1)
	FULGURITE_MUTANTS=200000 FULGURITE_SEED=$(SEED) FULGURITE_HUGE=1000000 \
		$(BIN)/python -m pytest -n 2 --dist worksteal tests/importers/test_mutants.py tests/importers/test_hostile.py $(ARGS)

nightly: $(DEV_READY) packages  ## what takes too long for every run: hundreds of kills
	FULGURITE_KILLS=300 $(BIN)/python -m pytest -n 0 -k kill_9 tests/store tests/e2e/test_crashes.py

check: $(DEV_READY)  ## format, lint, types, layers, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell

fix: $(DEV_READY)  ## let the tools mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_READY) packages  ## every measurement in bench/
	@for program in bench/*/__main__.py; do $(BIN)/python -m "$$(dirname "$$program" | tr / .)"; done

bench-%: $(DEV_READY) packages  ## one of them, such as bench-lookup (ARGS="--analyses 1000000")
	@$(BIN)/python -m bench.$* $(ARGS)

refresh: $(DEV_READY) packages  ## write the golden files anew; read the diff before you commit it
	FULGURITE_REFRESH=1 $(BIN)/python -m pytest -q -n 0 -m "not e2e" $(ARGS)

screenshots: $(DEV_READY) packages  ## pictures of every page, into docs/screenshots
	@VENV=$(VENV) scripts/screenshots

lock:  ## resolve the dependencies anew into the two lock files
	scripts/lock

packages:
	@scripts/packages

# The stamp carries nothing: it is newer than what it was made from, or it is made again.
$(RUN_READY): requirements.lock $(BUILT_FROM)
	@scripts/environment $(VENV) requirements.lock
	@touch $@

$(DEV_READY): requirements-dev.lock $(BUILT_FROM)
	@scripts/environment $(VENV) requirements-dev.lock
	@touch $@ $(RUN_READY)

clean:  ## remove what the tools made; not the data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* build dist
