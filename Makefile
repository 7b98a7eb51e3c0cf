# make demo   two clusters, one global service, a failover through eBPF, on this machine
# make test   every test there is
# make bench  ratios to what it replaces, both sides in one run
.PHONY: help setup build test demo bench images e2e-kind format clean
.DEFAULT_GOAL := help

MVN := build/mvn -B --no-transfer-progress
ARGS ?=

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: ## install what is missing on Debian or Ubuntu (needs root or sudo only then)
	@build/setup.sh

build: setup ## compile and package, no tests
	@$(MVN) -q package -DskipTests -Dspotless.check.skip
	@bin/clustermesh version >/dev/null

test: ## all tests; those that lack root or eBPF are listed as skipped (with CI=true a skip is a failure)
	@build/setup.sh test
	$(MVN) clean verify
	@build/skips.sh

demo: build ## the main job, end to end; ARGS=--keep leaves the rig up
	@build/demo.sh $(ARGS)

bench: build ## measure against what it replaces, in one run: BENCH=apiserver or dataplane (all, if left out); ARGS="--lines fan-out,paged --quick"
	@build/setup.sh bench
	@build/bench.sh $(BENCH) $(ARGS)

images: setup ## the image of all processes, without Docker: a tar, or pushed with IMAGE=registry/clustermesh:tag
	@build/images.sh

e2e-kind: setup ## the Kubernetes scenario on two kind clusters; needs Docker, kind and kubectl
	@build/e2e-kind.sh $(ARGS)

format: ## put the code into the house's format
	@$(MVN) -q spotless:apply

clean: ## remove what the build made
	@$(MVN) -q clean
