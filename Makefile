# What can be done here: `make help`.

PORT ?= 9000
TOOLS := .tools
DENY := $(TOOLS)/bin/cargo-deny
DENY_VERSION := 0.20.2
# A function's stripped release zip may have 6 MB: the larger it is, the longer a cold start.
ZIP_BYTES := 6291456

.PHONY: help setup run demo demo-trial test lint deny unit zip-size bench clean

help: ## Show what can be done
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 14

setup: ## Install the pinned tools into .tools
	@python3 local/run.py --setup-only

run: ## Serve everything on 127.0.0.1 (PORT=9000), until Ctrl-C
	@python3 local/run.py --port $(PORT)

demo: ## Play a campaign of 400 accounts against the running server
	@python3 local/demo.py

demo-trial: ## Replay a published trial against the running server
	@python3 local/demo_trial.py

test: lint unit deny zip-size ## Everything that proves the project on one machine
	@echo "==> all passed"

lint: ## Formatting and clippy
	@echo "==> formatting and lints"
	@cargo fmt --check
	@cargo clippy --workspace --all-targets --locked -- -D warnings

unit: setup ## All tests, the journey against make run among them
	@echo "==> tests"
	@cargo test --workspace --locked --doc
	@cargo test --workspace --locked --lib --bins --tests

deny: $(DENY) ## Licences, sources and banned crates of all dependencies
	@echo "==> dependencies"
	@$(DENY) check bans licenses sources

$(DENY):
	@echo "==> tools: installing cargo-deny $(DENY_VERSION) (once)"
	@cargo install --quiet --locked --root $(TOOLS) --version $(DENY_VERSION) cargo-deny

zip-size: setup ## A function's release zip is at most 6 MB
	@echo "==> a release zip"
	@PATH="$(CURDIR)/$(TOOLS)/venv/bin:$$PATH" cargo lambda build --release --compiler cargo --output-format zip -p login
	@bytes=$$(wc -c < target/lambda/login/bootstrap.zip); echo "login: $$bytes bytes of $(ZIP_BYTES)"; test "$$bytes" -le $(ZIP_BYTES)

bench: setup ## What a decision, a fold and a built function cost (docs/PERFORMANCE.md)
	@echo "==> the pure core"
	@cargo bench --locked -p bellwether --bench core
	@echo "==> release binaries, beside functions that do nothing"
	@PATH="$(CURDIR)/$(TOOLS)/venv/bin:$$PATH"; export PATH; for package in assign-variant bellwether-bench-hello; do \
		cargo lambda build --release --compiler cargo --locked -p $$package || exit 1; done
	@cargo run --locked -p bellwether-bench

clean: ## Remove what was built and installed here
	@rm -rf target $(TOOLS) .run .run-journey-*
