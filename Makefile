# What can be done here: `make help`.

PORT ?= 9000

.PHONY: help setup run demo-trial check test clean

help: ## Show what can be done
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 14

setup: ## Install the pinned tools into .tools
	@python3 local/run.py --setup-only

run: ## Serve everything on 127.0.0.1 (PORT=9000), until Ctrl-C
	@python3 local/run.py --port $(PORT)

demo-trial: ## Replay a published trial against the running server
	@python3 local/demo_trial.py
