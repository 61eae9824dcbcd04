# Needs make and Python >= 3.11. Everything else comes from PyPI into .venv; `make` alone lists the targets.

PYTHON ?= python3
VENV ?= .venv

# The ansible-core to work with, such as `make test ANSIBLE_CORE=2.21`. 2.19 is the newest that runs on Python 3.11.
ANSIBLE_CORE ?= $(shell $(PYTHON) -c 'import sys; print("2.21" if sys.version_info >= (3, 14) else "2.19")')
# The `ansible` package of the same season: 2.17 is in ansible 10, 2.18 in ansible 11, and so on. It brings ansible.windows.
ANSIBLE := $(shell $(PYTHON) -c 'print(int("$(ANSIBLE_CORE)".split(".")[1]) - 7)')

BIN := $(abspath $(VENV))/bin
STAMP := $(VENV)/.made-for-$(ANSIBLE_CORE)
COLLECTIONS := $(abspath $(VENV))/collections
PLACE := $(COLLECTIONS)/ansible_collections/systemcenter/upgrade
# The quick rooms first: what breaks often should say so soon. The longest files come before the many short ones of the last rooms.
ROOMS := $(addprefix tests/,unit actions lab_unit powershell judges wine e2e windows)

export PATH := $(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(COLLECTIONS)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help venv unit test demo demo-scom demo-dataminer lint format roles sanity docs build
# The two demonstrations write on one screen, so one thing at a time, also with -j.
.NOTPARALLEL:

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

venv: $(STAMP) ## make .venv with ansible-core, the lab and the judges

$(STAMP): requirements-dev.txt Makefile
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version)'
	@echo "Making $(VENV) with ansible-core $(ANSIBLE_CORE), the lab and the judges. This is done once and takes some minutes."
	$(PYTHON) -m venv $(VENV)
	rm -f $(VENV)/.made-for-*
	$(BIN)/python -m pip install --quiet "ansible==$(ANSIBLE).*" "ansible-core==$(ANSIBLE_CORE).*" -r requirements-dev.txt
	mkdir -p $(dir $(PLACE))
	ln -sfn $(CURDIR) $(PLACE)
	touch $@

unit: $(STAMP) ## decisions, and whole actions on simulated hosts in one process, in seconds
	$(BIN)/pytest -n 2 tests/unit tests/actions

test: $(STAMP) ## every test; what needs something absent is skipped and says so
	$(BIN)/pytest -rs --durations=10 -n 3 --no-loadscope-reorder $(ROOMS)

demo: demo-scom demo-dataminer ## both of these, one after the other, over real WinRM

demo-scom: $(STAMP) ## upgrade a simulated group of four management servers
	$(BIN)/python -m tests.lab demo --dir lab-world/scom -- ansible-playbook systemcenter.upgrade.scom_upgrade
	@echo
	@echo "The evidence of each server, with setup's logs: lab-world/scom/evidence. What happened in the group: lab-world/scom/journal.jsonl."
	@echo

demo-dataminer: $(STAMP) ## upgrade a simulated DataMiner System of four agents, one of them a Failover pair
	$(BIN)/python -m tests.lab dataminer_demo --dir lab-world/dataminer -- ansible-playbook systemcenter.upgrade.dataminer_upgrade
	@echo
	@echo "The evidence, with the log of each node: lab-world/dataminer/evidence. What happened in the system: lab-world/dataminer/journal.jsonl."
	@echo

lint: $(STAMP) ## ruff, mypy, ansible-lint, the workflow linters
	$(BIN)/pytest tests/judges -k "python or ansible_lint or workflows or powershell or rooms or tree"

format: $(STAMP) ## put the Python files in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

roles: $(STAMP) ## the roles' variables, and the tables of all variables, from the pages of the modules
	$(BIN)/python -m tests.roles_from_pages

sanity: $(STAMP) ## ansible-test sanity, validate-modules included
	$(BIN)/pytest -rs tests/judges/test_sanity.py

docs: $(STAMP) ## the documentation as HTML, in .cache/docs/build/html
	$(BIN)/pip install --quiet sphinx-ansible-theme
	$(BIN)/python -m tests.judges.guide_of_rules
	mkdir -p .cache/docs && chmod go-w .cache/docs
	$(BIN)/antsibull-docs sphinx-init --use-current --squash-hierarchy --fail-on-error --dest-dir .cache/docs systemcenter.upgrade
	printf "%s\n" "# Links into other documentation need the network, and nothing else here does." "intersphinx_mapping = {}" \
	  "suppress_warnings = ['ref.ref']" >> .cache/docs/conf.py
	cd .cache/docs && ./build.sh

build: $(STAMP) ## the artefact for Galaxy or Automation Hub, in dist
	$(BIN)/ansible-galaxy collection build --force --output-path dist .
