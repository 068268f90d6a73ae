# Everything that is done to Tellus. `make` prints what there is; a target installs what it lacks (as root, on Debian) or names it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION ?= $(shell git -c safe.directory='*' describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X tellus/internal/app.Version=$(VERSION)
GOBUILD := go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)'
DIST    := internal/web/ui/dist
WIDGET  := internal/web/widget/dist

.PHONY: help
help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ui widget ## the desk, the widget and the binary: bin/tellus
	@scripts/need go
	CGO_ENABLED=0 $(GOBUILD) -o bin/tellus ./cmd/tellus

.PHONY: run
run: build ## build, and serve http://localhost:8080 on SQLite in ./data
	@mkdir -p data
	bin/tellus serve --listen 127.0.0.1:8080 --data ./data

.PHONY: demo
demo: build ## build, and serve a week of a believable desk on http://localhost:8080 in ./demo-data
	bin/tellus demo --listen 127.0.0.1:8080 --data ./demo-data

.PHONY: bench
bench: build ## measure this build on this machine; docs/BENCHMARKS.md tells how
	bin/tellus bench

.PHONY: check
check: ui widget bin/golangci-lint ## formatting, vet, lint, archtest, Go tests on SQLite (-short), tsc, Biome, Vitest
	@scripts/check

.PHONY: test
test: ## everything: Go with -race on SQLite and PostgreSQL, tsc, Biome, Vitest, drift of the API, browser journeys
	@scripts/test

.PHONY: api
api: build ## write api/openapi.yaml and the TypeScript types ui/src/api/schema.ts
	@scripts/api api/openapi.yaml ui/src/api/schema.ts

.PHONY: pictures
pictures: build e2e/node_modules ## pictures of every screen over the demo, in docs/pictures
	node e2e/pictures.mjs

.PHONY: score
score: ## measure readers and engines against a folder of test material: make score CORPUS=DIR
	@scripts/need go
	@[ -n "$(CORPUS)" ] || { echo "name the folder: make score CORPUS=DIR"; exit 2; }
	@go run -buildvcs=false ./cmd/score -corpus "$(abspath $(CORPUS))"

.PHONY: dist
dist: ui widget ## static Linux binaries for amd64 and arm64 in dist/
	@scripts/need go
	@rm -rf dist && mkdir -p dist
	for arch in amd64 arm64; do \
	  CGO_ENABLED=0 GOOS=linux GOARCH=$$arch $(GOBUILD) -o dist/tellus-$(VERSION)-linux-$$arch ./cmd/tellus; \
	done
	cd dist && sha256sum tellus-* | tee SHA256SUMS

.PHONY: clean
clean: ## remove what was built; ./data stays
	rm -rf bin dist e2e/out ui/node_modules widget/node_modules e2e/node_modules
	find $(DIST) $(WIDGET) -mindepth 1 ! -name .keep -delete

# What follows is built when its sources are newer.

.PHONY: ui
ui: $(DIST)/index.html

ui_sources := $(shell find ui locales -name node_modules -prune -o -type f -print 2>/dev/null)

$(DIST)/index.html: $(ui_sources) ui/node_modules
	cd ui && npm run --silent build
	@touch $(DIST)/.keep $@

.PHONY: widget
widget: $(WIDGET)/widget.js

widget_sources := $(shell find widget -name node_modules -prune -o -type f -print 2>/dev/null)

$(WIDGET)/widget.js: $(widget_sources) widget/node_modules
	cd widget && npm run --silent build && npm run --silent size
	@touch $(WIDGET)/.keep $@

%/node_modules: %/package-lock.json
	@scripts/need node
	cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

bin/golangci-lint: tools/go.mod tools/go.sum
	@scripts/need go
	@echo "building the pinned golangci-lint (once)"
	go build -C tools -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@
