# Timbre. `make` or `make help` lists what there is; everything sets itself up first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
# CLOUD=emulated runs the adapters of production against emulated neighbours, in a folder of its own.
DATA_OF = $(if $(CLOUD),--data .data/$(CLOUD))
# Set-up is done when this file is newer than the lock files.
READY := $(VENV)/.ready

##@ Use
run: $(READY) ## Start the whole system on this machine, with the demo cast and the page, and stay up [CLOUD=emulated]
	@$(RUN) -m local $(DATA_OF) run $(if $(CLOUD),--cloud "$(CLOUD)")
demo: $(READY) ## The same, but leave once a match with its reasons was shown [CLOUD=emulated]
	@$(RUN) -m local $(DATA_OF) demo $(if $(CLOUD),--cloud "$(CLOUD)")
token: $(READY) ## Print an access token of one of the cast: make token USER=elena-v
	@$(RUN) -m local $(DATA_OF) token "$(USER)"
grpc: $(READY) ## List or call methods: make grpc SERVICE=match [CALL=ListMatches] [DATA='{}'] [USER=elena-v]
	@$(RUN) -m local $(DATA_OF) grpc "$(SERVICE)" "$(CALL)" "$${DATA:-}" $(if $(filter command,$(origin USER)),--user "$(USER)")
status: $(READY) ## Say what is running and where
	@$(RUN) -m local $(DATA_OF) status
doctor: $(READY) ## Ask every neighbour of the running system, and say what to do where something is wrong
	@$(RUN) -m local $(DATA_OF) doctor
clean: ## Remove all local state (recordings, accounts, databases); not the environment
	rm -rf .data

##@ Test
test: $(READY) ## Run every test
	@$(BIN)/pytest -n 2 --dist loadgroup -rs
check: $(READY) check-gen breaking ## Lint, types, contract; what reviewers expect to be clean
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/buf format --diff --exit-code protos
	@$(BIN)/python protos/generate.py image $(VENV)/contract.binpb
	@$(BIN)/buf lint $(VENV)/contract.binpb --config buf.yaml
	@$(BIN)/cfn-lint infra/aws.yaml
	@$(BIN)/pytest tests/unit tests/test_architecture.py
	@$(RUN) -m local.page
bench: $(READY) ## Measure: speed against its floors, word error rate, start-up; ONLY=name for one
	@$(RUN) -m bench $(ONLY)

##@ Develop
setup: $(READY) ## Make the environment (.venv, .venv-emulator) from the lock files
gen: $(READY) ## Regenerate the Python code of the contract, and its OpenAPI document
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(RUN) protos/generate.py python
	@$(RUN) -m gateway.openapi
check-gen: $(READY) ## Fail when what is generated is not what the protos say
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(RUN) protos/generate.py python $(VENV)/gen
	@$(RUN) -m gateway.openapi $(VENV)/openapi.json
	@diff -r -x __pycache__ $(VENV)/gen protos/gen/python && diff $(VENV)/openapi.json gateway/openapi.json \
		|| { echo "Run 'make gen' and commit the result."; exit 1; }
breaking: $(READY) ## Fail when the contract breaks clients of the last release
	@$(RUN) protos/generate.py image $(VENV)/contract.binpb
	@$(RUN) protos/generate.py released $(VENV)/released.binpb
	@$(BIN)/buf breaking $(VENV)/contract.binpb --against $(VENV)/released.binpb --config buf.yaml
fmt: $(READY) ## Format Python and protos
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . ; $(BIN)/buf format -w protos
lock: $(READY) ## Resolve pyproject.toml again into requirements.lock (needs uv)
	uv pip compile -q --universal --generate-hashes --no-annotate --no-header --extra local --extra dev pyproject.toml -o requirements.lock

help: ## This
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock local/emulator.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Timbre needs Python 3.11 or newer; try make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' || { echo "Python has no venv module here; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once; a few minutes, mostly downloads) …"
	@[ -x $(RUN) ] || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes -r requirements.lock
	@printf '%s\n%s\n' '$(CURDIR)' '$(CURDIR)/protos/gen/python' > "$$($(RUN) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/timbre.pth"
	@$(RUN) -m local setup
	@touch $@

.PHONY: run demo token grpc status doctor clean test check bench setup gen check-gen breaking fmt lock help
