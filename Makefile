# Assay's few commands. `make lab` is the main one; ARGS= passes flags on, e.g. make lab ARGS="--challenge np-cosine-embeddings".
.PHONY: lab build venv torch test bench conformance verify screenshots lock clean help

ASSAY := bin/assay

lab: venv build ## start JupyterLab and the interviewer's page
	@$(ASSAY) install --sys-prefix --python .venv/bin/python >/dev/null
	@exec $(ASSAY) lab $(ARGS) work

build: ## build bin/assay
	@command -v go >/dev/null || { echo "build: no go found; install Go 1.26 or newer" >&2; exit 1; }
	@test -x $(ASSAY) || echo "build: compiling $(ASSAY); the first time takes about a minute" >&2
	@CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $(ASSAY) .

venv: ## make .venv with JupyterLab, ipykernel and the science stack
	@scripts/venv.sh lab

torch: venv ## add PyTorch to .venv
	@scripts/venv.sh torch

test: ## everything that CI runs
	@scripts/test.sh

bench: venv build ## compare ours with plain ipykernel in one run
	@scripts/bench.sh $(ARGS)

conformance: build ## run public kernel test suites against plain ipykernel and against us
	@scripts/venv.sh lab test
	@.venv/bin/python scripts/conformance/run.py $(ARGS)

verify: venv torch build ## prove every challenge over many seeds
	@$(ASSAY) verify --seeds 20 $(ARGS)

screenshots: venv build ## remake the pictures of the README
	@scripts/screenshots.sh

lock: venv ## renew the lock files in env/ from the .in files
	@scripts/lock.sh

clean: ## remove what the targets made, recorded sessions not among it
	rm -rf .venv bin node_modules out

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
