# `make help` lists the targets.

PORT ?= 9000
# More arguments of `bellwether serve`.
ARGS ?=
# The command `bellwether`, which `make run` builds.
COMMAND := $(or $(CARGO_TARGET_DIR),target)/debug/bellwether
TOOLS := .tools
DENY := $(TOOLS)/bin/cargo-deny
DENY_VERSION := 0.20.2
MACHETE := $(TOOLS)/bin/cargo-machete
MACHETE_VERSION := 0.9.2
# ruff and mypy.
LINT := $(TOOLS)/lint
# The program that `make bench-peers` compares with Bellwether, and its Python, 3.11 or later. A distribution's Python is
# often faster than one that was built without profile-guided optimization.
PEERS := $(TOOLS)/peers
PYTHON ?= python3
# The maximum size of a function's stripped release zip, 6 MB. A larger zip makes cold starts slower.
ZIP_BYTES := 6291456
# Cargo features of the functions to build, for example bellwether/traces (docs/OPERATIONS.md, Traces).
FEATURES ?=
WITH := $(if $(FEATURES),--features $(FEATURES))

# Replaces this machine's folders in zips, so that the same commit gives the same bytes anywhere.
PLACES := $(CURDIR)=/bellwether $(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo

# The deployment: ENV selects the tfvars, STATE_* locate the state, and PLUGIN_DIR is a local mirror of the provider.
# Every target that touches a deployment requires ENV and STATE_BUCKET, so none uses the last initialised state.
ENV ?=
NAME_IT = $(if $(and $(ENV),$(STATE_BUCKET)),,$(error ENV and STATE_BUCKET name the deployment: make $(or $(firstword $(MAKECMDGOALS)),$@) ENV=dev|prod STATE_BUCKET=<bucket>))$\
	$(if $(and $(wildcard $(AWS)/$(ENV).tfvars),$(filter $(basename $(notdir $(wildcard $(AWS)/*.tfvars))),$(ENV))),,$(error ENV=$(ENV) has no $(AWS)/$(ENV).tfvars))
AWS := terraform/environments/aws
TERRAFORM := terraform -chdir=$(AWS)
ACCOUNT := terraform -chdir=terraform/environments/account
STATE_BUCKET ?=
STATE_REGION ?= eu-central-1
REGION ?= $(STATE_REGION)
PLUGIN_DIR ?=
LOCK ?= true
YES ?=
PERCENT ?= 10
# How long the alarms must stay quiet before a canary is released: two periods of most alarms, and their delay.
QUIET_MINUTES ?= 15
VENV := $(CURDIR)/$(TOOLS)/venv/bin
CHECKOV := $(TOOLS)/checkov
DEPLOYED := PYTHONDONTWRITEBYTECODE=1 $(VENV)/python

.PHONY: build build-twice plan deploy release canary quiet cancel rollback smoke bootstrap-admin unlock destroy named where tf-init tf-check e2e deployed account alarms-check

# The linter of openapi.yaml; it needs Node.js.
SPECTRAL := $(TOOLS)/spectral/node_modules/.bin/spectral
FUZZ := $(TOOLS)/bin/cargo-fuzz
FUZZ_VERSION := 0.13.2
# Minutes for which each parser is fuzzed.
MINUTES ?= 10

# Reports that a check is skipped. With STRICT=1, as in CI, a skipped check fails.
STRICT ?=
skip = { echo "skipped: $(1)"; test -z "$(filter-out 0,$(STRICT))"; }

# The stages of `make test`, in order. Stages that are quick or fail most often come first.
STAGES := setup lint python docs unused unit data spectral generators binaries alone api-check-short monitoring deny zip-size deployed

.PHONY: help setup run watch demo demo-trial check quick test lint python docs unused generate deny unit data binaries alone zip-size bench bench-first bench-peers calibrate clean api-check api-check-short spectral generators fuzz fuzz-keep
.PHONY: traces-check dashboards monitoring-check monitor monitor-check monitored monitoring

# The targets of each group of `make help`. A test checks that each described target is in one group.
USE := run demo demo-trial monitor
DEVELOP := watch check test generate setup clean $(filter-out setup,$(STAGES)) api-check monitoring-check monitor-check monitored tf-check e2e dashboards traces-check fuzz bench bench-first bench-peers calibrate
DEPLOY := account build plan deploy canary quiet cancel release rollback smoke bootstrap-admin destroy
MAINTAIN := unlock alarms-check build-twice fuzz-keep

help: ## List the targets
	@for group in "Use: $(USE)" "Develop: $(DEVELOP)" "Deploy: $(DEPLOY)" "Maintain: $(MAINTAIN)"; do \
		printf '\n%s\n' "$${group%%:*}"; for target in $${group#*: }; do \
		sed -nE "s/^$$target:.*## (.*)/  $$target\t\1/p" $(firstword $(MAKEFILE_LIST)); done; done | expand -t 20

setup: ## Install the pinned tools into .tools
	@python3 local/run.py --setup-only

run: ## Build and start the server on localhost (PORT=9000, ARGS="--memory"); Ctrl-C stops it
	@sh local/run.sh --port $(PORT) $(ARGS)

watch: ## Serve every function with cargo lambda watch, which builds a file again after it is saved (PORT=9000)
	@python3 local/run.py --port $(PORT)

demo: $(COMMAND) ## Simulate a campaign of 400 accounts on the running server (first: target/debug/bellwether login)
	@$(COMMAND) demo

demo-trial: $(COMMAND) ## Replay a published trial on the running server
	@$(COMMAND) demo-trial

$(COMMAND):
	@cargo build --quiet --locked -p bellwether-cli

check: ## Run after every change: formatting, lints of Rust and Python, and all tests without processes (some minutes)
	@python3 local/stages.py lint python quick

test: ## Run before a pull request: all stages, with the time that each stage took
	@python3 local/stages.py $(STAGES)
	@echo "==> all passed"

lint: ## Check formatting (rustfmt) and lints (clippy)
	@echo "==> formatting and lints"
	@cargo fmt --check
	@cargo clippy --workspace --all-targets --locked -- -D warnings

python: $(LINT)/done ## Check lints, formatting and types of the Python scripts (pyproject.toml)
	@echo "==> ruff and mypy"
	@$(LINT)/bin/ruff check --quiet
	@$(LINT)/bin/ruff format --quiet --check
	@$(LINT)/bin/mypy local deploy tests/e2e tests/emulator
	@$(LINT)/bin/mypy monitoring/check
	@$(LINT)/bin/mypy bench/peers

$(LINT)/done: local/requirements-lint.txt
	@echo "==> tools: installing ruff and mypy into $(LINT) (once; they take 120 MB)"
	@python3 -m venv --clear $(LINT)
	@$(LINT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

docs: ## Build the rustdoc of all crates, private items included, without a warning (target/doc)
	@echo "==> rustdoc"
	@RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --no-deps --document-private-items --locked --quiet

unused: $(MACHETE) ## Check that no crate declares a dependency that it does not use
	@echo "==> unused dependencies"
	@$(MACHETE)

$(MACHETE):
	@echo "==> tools: installing cargo-machete $(MACHETE_VERSION) (once)"
	@cargo install --quiet --locked --root $(TOOLS) --version $(MACHETE_VERSION) cargo-machete

# Leaves out the tests of rotate-keys, which start an emulator that make setup installs, and those of calibrate, which
# simulate for a minute.
quick:
	@echo "==> tests that start no process, and documents"
	@cargo test --workspace --exclude rotate-keys --locked --lib --bin bellwether-bench --test pure --test contract --test service

# Without --locked: a new function is added to Cargo.lock, first as a member and then as a dependency of the command.
generate: ## Write the derived files: routes, functions, catalogue of metrics, docs/API.md, README of the Terraform module
	@GENERATE=write cargo test --workspace --test contract -- written catalogue reference deployment::readme
	@cargo update --quiet --offline --workspace

unit: setup ## Test crates and handlers, and the statistics against their reference cases
	@echo "==> tests of crates and handlers"
	@cargo test --workspace --locked --doc
	@cargo test --workspace --exclude bellwether-tests --locked --lib --tests

data: ## Test several crates together and compare documents with the code (tests/src/pure, contract and service)
	@echo "==> tests over several crates, and documents"
	@cargo test --workspace --locked --test pure --test contract --test service

binaries: setup ## Test built functions and scripts (tests/src/binaries)
	@echo "==> tests of built functions"
	@cargo test --workspace --locked --test binaries

alone: setup ## Run tests that measure or start the whole server, one after the other (tests/src/alone)
	@echo "==> tests that need the machine to themselves"
	@cargo test --workspace --locked --test alone

traces-check: ## Check lints and tests of the feature traces, which other targets do not enable
	@echo "==> traces"
	@cargo clippy -p bellwether --features traces --all-targets --locked -- -D warnings
	@cargo test -p bellwether --features traces,testing --locked --lib traces

deny: $(DENY) ## Check licences, sources and banned crates of all dependencies
	@echo "==> dependencies"
	@$(DENY) check bans licenses sources

$(DENY):
	@echo "==> tools: installing cargo-deny $(DENY_VERSION) (once)"
	@cargo install --quiet --locked --root $(TOOLS) --version $(DENY_VERSION) cargo-deny

spectral: ## Check openapi.yaml against the OWASP rules (.spectral.yaml; needs Node.js)
	@echo "==> openapi.yaml and the OWASP rules"
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(SPECTRAL) && \
		$(SPECTRAL) lint --ruleset .spectral.yaml --fail-severity=warn openapi.yaml; \
		else $(call skip,npm is not on PATH); fi

$(SPECTRAL): local/spectral/package.json local/spectral/package-lock.json
	@echo "==> tools: installing spectral into $(TOOLS)/spectral (once; it takes 70 MB)"
	@mkdir -p $(TOOLS)/spectral && cp $^ $(TOOLS)/spectral
	@cd $(TOOLS)/spectral && npm ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

# Generators of clients. The one of TypeScript needs Node.js.
GENERATORS := $(TOOLS)/generators/done

generators: ## Generate Python and TypeScript clients from openapi.yaml and check that no operation is missing
	@echo "==> openapi.yaml and generators of clients"
	@if command -v npm >/dev/null; then $(MAKE) -s --no-print-directory $(GENERATORS); \
		else $(call skip,TypeScript types need npm which is not on PATH); fi
	@python3 local/generators.py

$(GENERATORS): local/generators/package.json local/generators/package-lock.json
	@echo "==> tools: installing openapi-typescript into $(TOOLS)/generators (once; it takes 40 MB)"
	@mkdir -p $(TOOLS)/generators && cp $^ $(TOOLS)/generators
	@cd $(TOOLS)/generators && npm ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

# The compiler and the types for Grafana's dashboards. They need Node.js.
GRAFANA := $(TOOLS)/grafana/node_modules/.bin/tsc

dashboards: ## Generate Grafana's dashboards from monitoring/grafana/src (needs Node.js)
	@echo "==> dashboards"
	@if command -v npm >/dev/null; then $(MAKE) -s --no-print-directory $(GRAFANA) && python3 monitoring/check/dashboards.py write; \
		else echo "npm is not on PATH; install Node.js" >&2; exit 1; fi

$(GRAFANA): monitoring/grafana/package.json monitoring/grafana/package-lock.json
	@echo "==> tools: installing tsc and Grafana's types into $(TOOLS)/grafana (once; they take 30 MB)"
	@mkdir -p $(TOOLS)/grafana && cp $^ $(TOOLS)/grafana
	@cd $(TOOLS)/grafana && npm ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

monitoring-check: setup ## Check the rules, alerts, routes and dashboards of monitoring/, without a server
	@echo "==> monitoring"
	@if command -v npm >/dev/null; then $(MAKE) -s --no-print-directory $(GRAFANA); fi
	@$(VENV)/python monitoring/check/main.py

monitor: setup ## Start Prometheus and Alertmanager for the running server; Ctrl-C stops them
	@$(VENV)/python local/monitor.py

monitor-check: setup ## Check every panel and rule against the running server
	@$(VENV)/python local/monitor_check.py

monitoring: setup ## Run monitoring-check and monitored if Prometheus is available
	@if found=$$($(VENV)/python local/prometheus.py 2>&1); then $(MAKE) --no-print-directory monitoring-check monitored; \
		else $(call skip,make monitoring-check and make monitored: $$found); fi

monitored: setup ## Run monitor-check with a server of its own
	@echo "==> the running server and its monitoring"
	@$(VENV)/python local/monitor_check.py --own

api-check: ## Check the running server against openapi.yaml with schemathesis, with a token of each role
	@echo "==> the running server and openapi.yaml"
	@python3 local/api_check.py

api-check-short: ## Run api-check with fewer requests
	@echo "==> the running server and openapi.yaml, in short"
	@python3 local/api_check.py --short

# Fuzzing writes its findings to fuzz/found. `make fuzz-keep` adds those that cover new code to the corpus.
FUZZ_RUN = PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" RUSTC_BOOTSTRAP=1 cargo fuzz run
fuzz: $(FUZZ) ## Fuzz each parser (MINUTES=10 for each)
	@for target in fuzz/fuzz_targets/*.rs; do name=$$(basename $$target .rs); \
		echo "==> fuzzing $$name for $(MINUTES) minutes"; mkdir -p fuzz/found/$$name; \
		$(FUZZ_RUN) $$name fuzz/found/$$name fuzz/corpus/$$name -- \
		-max_total_time=$$(($(MINUTES) * 60)) -max_len=4096 -print_final_stats=1 || exit 1; done

fuzz-keep: $(FUZZ) ## Add the findings of fuzzing to the corpus that make test replays
	@for target in fuzz/fuzz_targets/*.rs; do name=$$(basename $$target .rs); \
		$(FUZZ_RUN) $$name fuzz/corpus/$$name fuzz/found/$$name -- -merge=1 || exit 1; done

$(FUZZ):
	@echo "==> tools: installing cargo-fuzz $(FUZZ_VERSION) (once)"
	@cargo install --quiet --locked --root $(TOOLS) --version $(FUZZ_VERSION) cargo-fuzz

zip-size: setup ## Check that a function's release zip is at most 6 MB
	@echo "==> a release zip"
	@PATH="$(CURDIR)/$(TOOLS)/venv/bin:$$PATH" cargo lambda build --release --compiler cargo --output-format zip $(WITH) -p login
	@bytes=$$(wc -c < target/lambda/login/bootstrap.zip); echo "login: $$bytes bytes of $(ZIP_BYTES)"; test "$$bytes" -le $(ZIP_BYTES)

bench: setup ## Measure a decision, an aggregation and a built function (docs/PERFORMANCE.md)
	@echo "==> the pure core"
	@cargo bench --locked -p bellwether --bench core
	@echo "==> the slowest requests that are accepted"
	@cargo bench --locked -p bellwether --bench worst
	@cargo bench --locked -p stats --bench methods
	@echo "==> an interim look"
	@for units in 80 800 5000 20000; do \
		cargo run --quiet --release --locked -p calibrate --example look -- $$units || exit 1; done
	@echo "==> release binaries, compared with functions that do nothing"
	@PATH="$(CURDIR)/$(TOOLS)/venv/bin:$$PATH"; export PATH; for package in assign-variant export-metrics bellwether-bench-hello; do \
		cargo lambda build --release --compiler cargo --locked -p $$package || exit 1; done
	@cargo run --locked -p bellwether-bench

bench-first: setup ## Measure first responses with TLS and a share of a core (as root on Linux; docs/PERFORMANCE.md)
	@echo "==> first responses"
	@PATH="$(CURDIR)/$(TOOLS)/venv/bin:$$PATH"; export PATH; for package in assign-variant login get-results; do \
		cargo lambda build --release --compiler cargo --locked -p $$package || exit 1; done
	@cargo run --locked -p bellwether-bench -- first

# It needs wrk and taskset. UNLEASH_EDGE is the path of the binary of unleash-edge 20.1.0, if that is to be measured too:
# cargo install unleash-edge --version 20.1.0 --locked --root <folder>
bench-peers: $(PEERS)/done ## Compare assignments over HTTP with a FastAPI program (UNLEASH_EDGE=<binary> for unleash-edge)
	@cargo build --release --locked -p bellwether-cli -p bellwether-bench-store
	@$(PEERS)/bin/python bench/peers/compare.py

$(PEERS)/done: bench/peers/requirements.txt
	@echo "==> tools: installing FastAPI, PyJWT and boto3 into $(PEERS) (once; they take 100 MB)"
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# The families to simulate: adaptive (with adaptive-arms, -guardrails, -numbers and -refused), balance, bayes, betting,
# beyond, coverage, exact, fixed, heavy, levels, mixture-power, planning, power, ratios, results, sample-ratio,
# sequential, stages (with stages-power and stages-results), why-both; and options, which shared/stats/calibrate/src/main.rs describes.
FAMILIES ?=
calibrate: ## Measure the error rates of the statistics by simulation, or continue (docs/STATISTICS.md; hours, or FAMILIES=…)
	@cargo run --release --locked -p calibrate -- $(FAMILIES)

build: setup ## Build every function's arm64 zip into target/lambda (FEATURES=bellwether/traces for traces)
	@mkdir -p $(TOOLS)/bin && printf '#!/bin/sh\nexec "%s/python" -m ziglang "$$@"\n' "$(VENV)" > $(TOOLS)/bin/zig && chmod +x $(TOOLS)/bin/zig
	@PATH="$(CURDIR)/$(TOOLS)/bin:$(VENV):$$PATH" RUSTFLAGS="$$RUSTFLAGS $(PLACES:%=--remap-path-prefix=%)" CFLAGS="$$CFLAGS $(PLACES:%=-ffile-prefix-map=%)" \
		cargo lambda build --release --arm64 --locked --output-format zip $(WITH) \
		$(foreach function,$(notdir $(wildcard functions/*)),-p $(function))
	@$(DEPLOYED) deploy/pack.py $(foreach function,$(notdir $(wildcard functions/*)),target/lambda/$(function)/bootstrap.zip)

build-twice: setup ## Build every zip twice, in two folders, and check that the bytes are the same
	@$(DEPLOYED) deploy/build_twice.py $(if $(FEATURES),FEATURES=$(FEATURES))

named:
	@: $(NAME_IT)

tf-init: named
	@$(TERRAFORM) init -input=false -reconfigure -lockfile=readonly $(if $(PLUGIN_DIR),-plugin-dir=$(PLUGIN_DIR)) \
		-backend-config="bucket=$(STATE_BUCKET)" -backend-config="region=$(STATE_REGION)" -backend-config="key=bellwether/$(ENV).tfstate"

# Prints the account, the region and the environment. The scripts of the other targets print them as the state has them.
where: named setup
	@$(DEPLOYED) deploy/where.py "$(ENV)"

plan: where tf-init ## Show the changes that a deployment would make (ENV=dev|prod STATE_BUCKET=…)
	@$(TERRAFORM) plan -input=false -lock=$(LOCK) -var-file=$(ENV).tfvars

deploy: where tf-init ## Apply, and give the new versions all traffic (ENV=dev|prod STATE_BUCKET=…)
	@$(TERRAFORM) apply -var-file=$(ENV).tfvars $(if $(YES),-input=false -auto-approve)
	@$(DEPLOYED) deploy/release.py release

release: tf-init setup ## Give the newest versions all traffic (ENV=… STATE_BUCKET=…)
	@$(DEPLOYED) deploy/release.py release

canary: where tf-init ## Apply, and give the new versions a share of the traffic (ENV=… STATE_BUCKET=… PERCENT=10)
	@$(TERRAFORM) apply -var-file=$(ENV).tfvars $(if $(YES),-input=false -auto-approve)
	@$(DEPLOYED) deploy/release.py canary $(PERCENT)

quiet: tf-init setup ## Wait while all alarms stay quiet (ENV=… STATE_BUCKET=… QUIET_MINUTES=15)
	@$(DEPLOYED) deploy/quiet.py --minutes $(QUIET_MINUTES)

cancel: tf-init setup ## End a canary: the versions before it get all traffic again (ENV=… STATE_BUCKET=…)
	@$(DEPLOYED) deploy/release.py cancel

rollback: tf-init setup ## End a canary, or go back to the versions before the last release (ENV=… STATE_BUCKET=…)
	@$(DEPLOYED) deploy/release.py rollback

smoke: tf-init setup ## Check a real deployment over HTTP (ENV=… STATE_BUCKET=…)
	@$(DEPLOYED) deploy/smoke.py

bootstrap-admin: tf-init setup ## Create a workspace and its first admin (ENV=… STATE_BUCKET=… WORKSPACE=… EMAIL=…)
	@$(DEPLOYED) deploy/admin.py --workspace "$(WORKSPACE)" --email "$(EMAIL)"

unlock: tf-init setup ## Delete a user's failed sign-ins (ENV=… STATE_BUCKET=… EMAIL=…)
	@$(DEPLOYED) deploy/unlock.py --email "$(EMAIL)"

alarms-check: tf-init setup ## Check that every alarm reads a metric that is sent, after a day of traffic (ENV=… STATE_BUCKET=…)
	@$(DEPLOYED) deploy/alarms.py

# Run once for each account and region, before the first deployment there. Its state is separate from the deployments'
# states, so that destroying one deployment leaves the logs of the others.
account: ## Apply the settings that an account has once for each region (STATE_BUCKET=… REGION=…)
	@test -n "$(STATE_BUCKET)" || { echo "STATE_BUCKET is not set; give the bucket that stores the state: STATE_BUCKET=<bucket>" >&2; exit 1; }
	@echo "account $${TF_VAR_account_id:-?}, region $(REGION): the settings that all deployments there share"
	@$(ACCOUNT) init -input=false -reconfigure -lockfile=readonly $(if $(PLUGIN_DIR),-plugin-dir=$(PLUGIN_DIR)) \
		-backend-config=bucket=$(STATE_BUCKET) -backend-config=region=$(STATE_REGION) -backend-config=key=bellwether/account-$(REGION).tfstate
	@$(ACCOUNT) apply -var=region=$(REGION) $(if $(YES),-input=false -auto-approve)

destroy: where tf-init ## Delete a deployment with all its data, after a confirmation (ENV=… STATE_BUCKET=…)
	@printf 'This deletes %s with all its data. Type its name to continue: ' "$(ENV)"; read answer; test "$$answer" = "$(ENV)"
	@$(TERRAFORM) destroy -var-file=$(ENV).tfvars

# Prints the folder of the provider's mirror, or nothing if the network provides it, and fails if neither is available.
PROVIDER := PYTHONDONTWRITEBYTECODE=1 python3 tests/e2e/provider.py $(PLUGIN_DIR)

deployed: ## Run tf-check and e2e if Terraform and its AWS provider are available
	@echo "==> the deployment"
	@if found=$$($(PROVIDER) 2>&1); then $(MAKE) --no-print-directory tf-check e2e PLUGIN_DIR="$$found"; \
		else $(call skip,make tf-check and make e2e: $$found); fi

tf-check: $(CHECKOV)/done ## Check Terraform's format, validity and tests, and run checkov
	@echo "==> terraform"
	@terraform fmt -check -recursive terraform
	@cp $(AWS)/.terraform.lock.hcl terraform/modules/bellwether/
	@found=$$($(PROVIDER)) && for folder in terraform/modules/* terraform/environments/*; do \
		terraform -chdir=$$folder init -input=false -backend=false -lockfile=readonly $${found:+-plugin-dir="$$found"} > /dev/null && \
		terraform -chdir=$$folder validate -no-color && terraform -chdir=$$folder test -no-color || exit 1; done
	@cd terraform && ../$(CHECKOV)/bin/checkov --config-file .checkov.yaml

$(CHECKOV)/done: terraform/checkov.txt
	@echo "==> tools: installing checkov into $(CHECKOV) (once)"
	@python3 -m venv --clear $(CHECKOV)
	@$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r terraform/checkov.txt
	@touch $@

e2e: setup ## Deploy to an emulated cloud, run the main journey, and check that each role denies what it must deny
	@found=$$($(PROVIDER)) && $(DEPLOYED) tests/e2e/main.py $${found:+--plugin-dir "$$found"}

clean: ## Delete everything that was built and installed here
	@rm -rf target $(TOOLS) .run .run-*
