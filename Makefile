# What to run. Each target first makes what it needs and skips what is current; `make help` lists them.
# Needs: Python 3.11 or newer, Node.js 20 or newer, git, make. PYTHON=… chooses the Python.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

TSELA := .venv/bin/tsela
PYTEST := .venv/bin/python -m pytest
CODE := $(wildcard src tests bench scripts/*.py)
JOBS ?= auto
PHONE_SOURCES := $(shell find phone/src phone/public phone/index.html -type f 2>/dev/null) \
                 phone/vite.config.ts phone/tsconfig.json
REQUIREMENTS := pyproject.toml requirements/uv.txt scripts/setup-python

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .make/run .make/app ## a simulated two-year programme, its Annual Evaluation, and a running site
	$(TSELA) demo $(DEMO)

.PHONY: test
test: test-phone test-python test-postgresql ## everything, browser journeys included, on SQLite and PostgreSQL

.PHONY: test-phone
test-phone: .make/node ## the field app's own tests
	cd phone && npx --no vitest run

.PHONY: test-python
test-python: .make/dev .make/app ## all Python tests and browser journeys, on SQLite
	scripts/setup-system browser fonts
	TSELA_TEST_STRICT=1 $(PYTEST) -n $(JOBS) --dist loadfile --database sqlite $(ARGS)

.PHONY: test-postgresql
test-postgresql: .make/dev .make/app ## the tests that use a database, on a private PostgreSQL
	scripts/setup-system postgresql
	TSELA_TEST_STRICT=1 $(PYTEST) -n $(JOBS) --dist loadfile --database postgresql -m 'database and not browser' $(ARGS)

.PHONY: check
check: .make/dev .make/node ## formatting, lint, types and the order of the rooms
	.venv/bin/ruff format --check $(CODE)
	.venv/bin/ruff check $(CODE)
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache --no-logo
	cd phone && npx --no biome check . && npx --no tsc -- --noEmit

.PHONY: fix
fix: .make/dev .make/node ## format, mend what lint can mend, rewrite generated documents
	.venv/bin/ruff check --fix-only $(CODE)
	.venv/bin/ruff format $(CODE)
	.venv/bin/python scripts/sort_catalogue.py
	.venv/bin/python -m tsela.kernel.errors > docs/errors.md
	cd phone && npx --no biome check -- --write .

.PHONY: bench
bench: .make/dev .make/app ## measure the figures that we publish
	.venv/bin/python -m bench $(BENCH)

.PHONY: app
app: .make/app ## build the field app into phone/dist

.PHONY: lock
lock: .make/dev .make/node ## pin dependencies anew; LOCK=--upgrade takes the newest
	scripts/lock $(LOCK)

.PHONY: clean
clean: ## remove everything that was made, the demo's data too
	rm -rf .venv .make var dist phone/node_modules phone/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# What the targets need. Each file in .make/ says when its step was last done.
.make/run: requirements/run.txt $(REQUIREMENTS) $(if $(wildcard .venv/bin/python),,missing)
	scripts/setup-python run
	@mkdir -p .make && touch $@

.make/dev: requirements/dev.txt requirements/run.txt $(REQUIREMENTS) $(if $(wildcard .venv/bin/python),,missing)
	scripts/setup-python dev
	@mkdir -p .make && touch $@ .make/run

.make/node: phone/package.json phone/package-lock.json phone/.npmrc $(if $(wildcard phone/node_modules),,missing)
	scripts/setup-system node
	cd phone && npm ci --loglevel=error || npm ci --loglevel=error
	@mkdir -p .make && touch $@

.make/app: .make/node $(PHONE_SOURCES) $(if $(wildcard phone/dist),,missing)
	cd phone && npx --no vite build -- --logLevel warn
	@mkdir -p .make && touch $@

.PHONY: missing
missing:
