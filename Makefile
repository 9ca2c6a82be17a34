# Two commands do all the set-up: `make report/practice1.pdf` and `make test`. What is made, and when it is out of
# date, is Snakemake's affair alone: every report target goes to it each time.

PYTHON ?= python3
CORES ?= 1
CONFIG ?=
TARGETS ?=
KIT ?= gpu-kit
TAR ?= $(KIT)/runs.tar

bin := .venv/bin
snakemake = $(bin)/snakemake --cores $(CORES) $@ $(if $(strip $(CONFIG)),--config $(CONFIG))

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help check_config setup tex plan gpu-kit gpu gpu-import gallery test lint format publish bench faults mutants schema lock always
# Snakemake locks the folder it works in, so one target after the other.
.NOTPARALLEL:

help: ## this list
	@echo "make report/practice1.pdf                 a finished report; also .en.pdf, .md, .en.md"
	@echo "make report/practice1.pdf CORES=2 CONFIG=\"scale=lite raw=../raw\""
	@echo "                                          CORES and CONFIG are Snakemake's --cores and --config"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 42

report/%.pdf: check_config setup tex always
	@$(snakemake)

report/%.zip: check_config setup tex always
	@$(snakemake)

report/%: check_config setup always
	@$(snakemake)

# Before any set-up, which takes minutes; the shell splits CONFIG as it does for Snakemake.
check_config:
	@for entry in $(CONFIG); do case "$$entry" in [a-zA-Z_]*=*) ;; *) \
		echo "CONFIG: found $$entry, allowed is KEY=VALUE such as CONFIG=\"scale=lite seeds='[0,1]'\"" >&2; exit 1;; \
	esac; done

setup: ## .venv with the exact versions of requirements.lock
	@tools/ensure-python

tex: ## TeX, installed with apt where that needs no password
	@tools/ensure-tex

plan: check_config setup ## what would run and why; TARGETS="report/practice1.pdf" for one report, CONFIG as above
	@$(bin)/labreport plan $(TARGETS) $(if $(strip $(CONFIG)),--config $(CONFIG))

gpu-kit: check_config setup ## missing runs and their data for another machine; NAMES="mycnn" REPORT=midterm KIT=gpu-kit
	@$(bin)/labreport export $(NAMES) $(if $(REPORT),--report $(REPORT)) --to $(KIT) \
		$(if $(strip $(CONFIG)),--config $(CONFIG))

gpu: setup ## train the runs of a kit here; ARGS="--seconds 540 --processes 4"
	@$(bin)/python $(KIT)/start.py $(ARGS)

gallery: setup ## docs/gallery.md with pictures of report/cifar10.en.*
	@$(bin)/python tools/gallery

gpu-import: check_config setup ## take in the runs that came back; TAR=gpu-kit/runs.tar
	@$(bin)/labreport import $(TAR) $(if $(strip $(CONFIG)),--config $(CONFIG))

test: setup tex ## the test suite
	@tools/run-tests $(bin)/python

lint: setup ## the checks of style and types
	@$(bin)/ruff check
	@$(bin)/ruff format --check
	@$(bin)/snakefmt --check Snakefile workflow
	@$(bin)/mypy

format: setup ## the sources in the project's format
	@$(bin)/ruff check --fix
	@$(bin)/ruff format
	@$(bin)/snakefmt Snakefile workflow

publish: check_config setup ## the measured results of every report, at the scale of CONFIG, into docs/results.md
	@$(snakemake)

publish_%: check_config setup always ## (publish_midterm: of one report)
	@$(snakemake)

bench: setup tex ## speed, as ratios measured in one run, shares and counts, into docs/benchmarks.md
	@$(bin)/python -m benchmarks.run --page docs/benchmarks.md

faults: setup tex ## faults injected and counted, into docs/reliability.md
	@$(bin)/python -m faults.run --jobs 2 --page docs/reliability.md

mutants: setup ## the code changed in one place at a time, and what the tests notice, into docs/reliability.md
	@$(bin)/python -m mutants.run --part science --page docs/reliability.md
	@$(bin)/python -m mutants.run --part report --page docs/reliability.md

schema: setup ## config/schema/ and docs/reference/kinds.md made anew from the models that check config/
	@$(bin)/python -m labreport.declarations.schemas config/schema docs/reference/kinds.md

lock: setup ## requirements.lock made anew from pyproject.toml, with the newest versions it allows
	@$(bin)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --universal --upgrade --quiet --custom-compile-command "make lock" -o requirements.lock
