# Lockkeeper's words. `make help` prints them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
GO ?= go
TOOL = $(GO) tool -modfile=tools/go.mod
export LOCKKEEPER_SHARED ?= $(abspath ../shared)

.PHONY: help run build test check generate verify bench crash interop browser fuzz

help: ## print these words
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: ## start everything with the sandbox and a demo world
	$(GO) run ./cmd/lockkeeper dev

build: ## one static binary in build/
	CGO_ENABLED=0 $(GO) build -trimpath -o build/lockkeeper ./cmd/lockkeeper

test: ## everything that CI holds a change to
	tools/install check interop browser
	$(MAKE) verify check
	tools/suite build/test.log -race -timeout 15m ./...
	$(MAKE) crash interop browser
	tools/leaks build/*.log

check: ## vet, staticcheck, gofumpt, house rules, the refresh protocol's model
	$(GO) vet ./...
	$(GO) vet -tags interop ./interop/...
	$(GO) vet -tags browser ./browser/...
	$(TOOL) staticcheck ./...
	@bad="$$($(TOOL) gofumpt -l $$(git ls-files '*.go'))"; [ -z "$$bad" ] || { echo "gofumpt: $$bad"; exit 1; }
	$(GO) test -count=1 ./internal/archtest
	internal/broker/model/check.sh

generate: ## write everything that is made from descriptors, commands and settings
	$(GO) run ./internal/gen
	$(GO) test -count=1 -run '^TestReferencePages$$' ./internal/cli -update
	$(GO) test -count=1 -run '^TestAdsDescription$$' ./internal/server -update
	$(GO) test -count=1 -run '^TestOperationsPage$$' ./sandbox -update

verify: ## fail where a generated file is out of date, or a guide names what does not exist
	$(GO) run ./internal/gen -check
	$(GO) test -count=1 -run '^TestGuide|^TestReferencePages$$' ./internal/cli
	$(GO) test -count=1 -run '^TestOperationsPage$$' ./sandbox

crash: ## kill -9 at every step of a refresh, a bulk write and a report, and the mutants that must fail it
	internal/crash/run

interop: ## foreign clients, unmodified, against sandbox and gateway
	tools/install interop
	tools/suite build/interop.log -tags interop -count=1 -timeout 15m ./interop/...

browser: ## the console in a real browser: stories, axe, screenshots in build/screenshots
	tools/install browser
	tools/suite build/browser.log -tags browser -count=1 -timeout 10m ./browser/...

bench: ## speed, side by side in one run, into docs/reference/performance.md
	tools/install bench
	$(GO) run ./bench

fuzz: ## every fuzz target for a while: make fuzz TIME=30s
	tools/fuzz $(or $(TIME),10s)
