# Every target sets up what it needs: a virtual environment in .venv, from PyPI.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FUZZ_SECONDS ?= 50
READY := $(VENV)/.ready

.PHONY: help demo test check format lint types imports coverage wheel bench bench-quick bench-readme fuzz catalog rules packs docs clean

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY) ## Audit the invented company in fixtures/acme; it has findings.
	@$(BIN)/nspermaudit check fixtures/acme || test $$? -eq 1

test: $(READY) ## Run the tests.
	$(BIN)/python -m pytest

check: format lint types imports coverage wheel ## The gate: all that must hold before a commit.

format: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports --no-cache

coverage: $(READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=95

wheel: $(READY) ## Build the wheel and run it from an empty folder of a fresh environment.
	$(BIN)/python tools/wheel/check.py

bench: $(READY) ## Measure everything beside its peers, some 15 minutes.
	$(BIN)/python -m benchmarks

bench-quick: $(READY) ## The same cases in small sizes, under a minute once the peers are here.
	$(BIN)/python -m benchmarks --quick

bench-readme: $(READY) ## Put the table of the last full run into README.
	$(BIN)/python -m benchmarks --readme

fuzz: $(READY) ## Give every reader bytes that break things, for FUZZ_SECONDS (50) each.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]' || \
	  { echo 'make fuzz: atheris cannot be installed for this Python or platform' >&2; exit 1; }
	cd tests && ../$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS)
	FUZZ_FILES=4000 $(BIN)/python -m pytest tests/properties

catalog: $(READY) ## Rebuild the permission catalogue from tools/catalog/permissions.csv.
	$(BIN)/python tools/catalog/build.py

rules: $(READY) ## Rebuild the packs that are made from the csv files in tools/rules.
	$(BIN)/python -m tools.rules.build

packs: $(READY) ## Rebuild the compiled form of the packs in rules/.
	$(BIN)/python tools/packs/build.py

docs: $(READY) ## Rebuild docs/rules.md and docs/schemas.
	$(BIN)/python tools/docs/build.py

clean: ## Remove everything that was made.
	rm -rf $(VENV) build dist .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
