# Bản đồ ANTT số hóa. `make` lists what can be done; README.md says when to do it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PORT ?= 8000
VENV ?= .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --no-input --quiet
STAMPS := $(VENV)/.stamps
PYTEST := $(PYTHON) -m pytest
# How many processes share the tests; a process that has none left takes some of another's.
TEST_PROCESSES ?= 2
SHARED := -n $(TEST_PROCESSES) --dist worksteal

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Installing -----------------------------------------------------------------------------

$(STAMPS)/venv: scripts/make_venv.sh
	@scripts/make_venv.sh $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/packages: $(STAMPS)/venv requirements.lock requirements-build.lock
	@echo "Cài đặt các gói · installing packages …"
	@$(PIP) install --require-hashes -r requirements.lock -r requirements-build.lock
	@touch $@

$(STAMPS)/runtime: $(STAMPS)/packages pyproject.toml hatch_build.py
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/runtime requirements-dev.lock
	@echo "Cài đặt công cụ kiểm thử · installing test tools …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: setup
setup: $(STAMPS)/runtime ## make .venv, install the program, build the browser's part
	@$(PYTHON) -m scripts.browser_bundle

.PHONY: setup-dev
setup-dev: $(STAMPS)/dev setup ## setup, and the tools for testing

.PHONY: run
run: setup ## show the map with sample data at 127.0.0.1:8000 (PORT=n for another port)
	@exec $(VENV)/bin/antt demo --port $(PORT)

# --- Checking -------------------------------------------------------------------------------

.PHONY: lint
lint: setup-dev ## style, layout of the code, directions of imports
	$(PYTHON) -m ruff check .
	$(VENV)/bin/lint-imports --cache-dir .cache/import_linter

.PHONY: types
types: setup-dev ## types of the Python and the TypeScript code
	$(PYTHON) -m mypy
	$(PYTHON) -m scripts.node_tools npm run --silent types

.PHONY: test-browser-code
test-browser-code: setup-dev ## unit tests of the TypeScript code
	$(PYTHON) -m scripts.node_tools npm test --silent

.PHONY: chromium
chromium: # the browser that the browser tests drive
	@scripts/get_chromium.sh

.PHONY: postgis
postgis: $(STAMPS)/venv ## start a PostGIS of its own for the tests and print its address
	@$(PYTHON) -m scripts.postgis_server start

.PHONY: postgis-stop
postgis-stop: $(STAMPS)/venv ## stop it and throw its data away
	@$(PYTHON) -m scripts.postgis_server stop

.PHONY: test
test: setup-dev chromium lint types test-browser-code ## all checks, random trials with few cases, at most 10 minutes
	$(PYTEST) -m "not long" $(SHARED)

.PHONY: test-long
test-long: setup-dev chromium ## what test leaves out or tries few cases of, in full, at most 40 minutes
	ANTT_LONG=1 $(PYTEST) -m "long or deeper" --timeout=1800 $(SHARED)

.PHONY: bench
bench: $(STAMPS)/bench ## measurements beside other programs (see benchmarks/README.md)
	@for script in benchmarks/bench_*.py; do \
	    test -e "$$script" || { echo "benchmarks/ holds no bench_*.py yet" >&2; exit 1; }; \
	    echo "== $$script"; PYTHONPATH=. $(VENV)-bench/bin/python "$$script"; \
	done

$(STAMPS)/bench: $(STAMPS)/venv requirements-bench.lock
	@scripts/make_venv.sh $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --disable-pip-version-check --no-input --quiet \
	    install --require-hashes -r requirements-bench.lock
	@touch $@

# --- Shipping -------------------------------------------------------------------------------

.PHONY: wheel
wheel: setup-dev ## dist/bando_antt-VERSION-py3-none-any.whl
	@rm -f dist/bando_antt-*.whl
	@$(PYTHON) -m build --wheel --no-isolation --outdir dist .
	@ls -l dist/*.whl | awk '{printf "%s  %.1f MB\n", $$NF, $$5 / 1e6}'

.PHONY: bundle
bundle: wheel ## one archive for offices without internet, with install scripts
	@$(PYTHON) -m scripts.make_bundle

.PHONY: lock
lock: $(STAMPS)/venv ## resolve the newest versions of all packages into the lock files
	@scripts/make_locks.sh $(PYTHON)
	@$(MAKE) --no-print-directory notices

.PHONY: docs
docs: setup-dev ## write the reference pages in docs/ that are made from the program
	@$(PYTHON) scripts/make_docs.py

.PHONY: certificate
certificate: setup-dev ## prove the hotspot statistics again and write docs/certificates/hotspots.md
	@$(PYTHON) -m scripts.certificate

.PHONY: pictures
pictures: setup-dev chromium ## take the pictures in docs/pictures anew, with the browser tests
	@mkdir -p docs/pictures
	@ANTT_PICTURES=docs/pictures $(PYTEST) -q tests/browser/test_pictures.py tests/browser/test_boundary_wizard.py \
	    tests/browser/test_planning.py tests/notebooks

.PHONY: notices
notices: setup-dev ## write THIRD-PARTY.md from the packages installed
	@$(PYTHON) -m scripts.third_party

.PHONY: clean
clean: ## remove everything that was built or installed here; data stay
	rm -rf $(VENV) $(VENV)-bench .cache dist build frontend/node_modules mapserver/static/dist
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
