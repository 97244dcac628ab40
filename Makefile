# `make demo` and `make test` are all that a newcomer needs; both create .venv when it is missing.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv pip
UV_PIN := uv==0.13.9

# the machine's own list of authorities, where it has one: behind a company's proxy uv's built-in list knows nobody
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= true
endif

.PHONY: help demo test test-all check lock dev wheel manifest accept format clean

help:            ## this list
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.run          ## create the environment and run one night on the sample workspace
	@$(BIN)/csat demo

test: $(VENV)/.dev          ## the fast tests: no network, any order, under ten minutes
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

test-all: $(VENV)/.dev      ## every test, slow and browser ones too
	@$(BIN)/python -m pytest -q -m "" $(PYTEST_ARGS)

check: $(VENV)/.dev         ## lint, types, import law, SQL style, and the laws under tests/architecture
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/sqlfluff lint -q dbt_project/models
	@$(BIN)/python -m pytest -q tests/architecture

format: $(VENV)/.dev        ## format Python and fix what ruff can fix
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .

lock: $(VENV)/.uv           ## write both lock files anew: names, versions, hashes, no addresses
	@$(UV) compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
	@$(UV) compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c requirements.lock pyproject.toml --all-extras --group dev -o requirements-dev.lock

dev: $(VENV)/.run           ## Dagster's page on the sample workspace, on 127.0.0.1
	@$(BIN)/csat dev

manifest: $(VENV)/.run      ## parse the dbt project; the wheel carries the result
	@$(BIN)/python -m orchestration.pipeline.manifest

wheel: manifest             ## build the wheel into dist/
	@$(BIN)/uv build -q --wheel

accept: $(VENV)/.dev        ## accept the rendered reports of the last test run as the golden ones
	@$(BIN)/python -m pytest -q tests/golden --accept

clean:           ## forget the environment and everything computed
	rm -rf $(VENV) data/out dbt_project/target dbt_project/logs build dist *.egg-info

$(VENV)/.uv:
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing: sudo apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Python 3.11 to 3.13 is needed: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "python3-venv is missing: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check "$(UV_PIN)"
	@touch $@

# bytecode is compiled once here, not at the first command somebody waits for
$(VENV)/.run: $(VENV)/.uv requirements.lock pyproject.toml
	@echo "installing the locked packages ..."
	@$(UV) install -q --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	@$(UV) install -q --python $(BIN)/python --no-deps -e .
	@$(BIN)/python -m orchestration.pipeline.manifest
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "installing the packages of the tests ..."
	@$(UV) install -q --python $(BIN)/python --require-hashes --compile-bytecode -r requirements-dev.lock
	@touch $@
