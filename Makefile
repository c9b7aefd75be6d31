# Every target is one word of bin/kmikro, which holds the logic and needs only Python 3.11 or newer.
PYTHON ?= python3
KMIKRO := $(PYTHON) bin/kmikro
ARGS ?=

.PHONY: help up down status reset logs test fuzz faults faults-routers bench bench-radius pictures lint css

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

up: ## install what is missing and run everything; Ctrl-C stops it
	@exec $(KMIKRO) up $(ARGS)

down: ## stop what `make up` started
	@exec $(KMIKRO) down

status: ## what runs, where, and how to sign in to the demo
	@exec $(KMIKRO) status $(ARGS)

reset: ## forget the state folder (asks, or YES=1)
	@YES="$(YES)" exec $(KMIKRO) reset

logs: ## follow the logs of all processes
	@exec $(KMIKRO) logs $(ARGS)

test: ## every test on a private PostgreSQL and Valkey (ARGS="tests/stack -k ports")
	@exec $(KMIKRO) test $(ARGS)

fuzz: ## ten million mutated packets through RADIUS (ARGS="--count 200000 --seed 1")
	@exec $(KMIKRO) fuzz -- $(ARGS)

faults: ## break PostgreSQL, Valkey, disks, networks and clocks under load (ARGS="F3 F5")
	@exec $(KMIKRO) faults -- $(ARGS)

faults-routers: ## break at least 100 changes of routers: cuts, lockouts, power; prints what became of them (ARGS=--short)
	@exec $(KMIKRO) faults-routers -- $(ARGS)

bench: ## benchmarks, printed as JSON
	@exec $(KMIKRO) bench $(ARGS)

bench-radius: ## RADIUS beside FreeRADIUS and at scale, written to docs/benchmarks.md (15 minutes; ARGS=--full: longer)
	@exec $(KMIKRO) bench radius-peers radius-scale $(ARGS)

pictures: ## take the pictures in docs/ anew, with Chromium
	@exec $(KMIKRO) pictures

lint: ## style, types, floors, migrations, API schema
	@exec $(KMIKRO) lint $(ARGS)

css: ## build the stylesheet
	@exec $(KMIKRO) css
