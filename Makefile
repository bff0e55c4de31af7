# mailstead: one Makefile, not recursive. `make help` lists the targets.
# Variants: V=release (default) | asan | fuzz | cover; compiler: CC=gcc | clang.

V ?= release
CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
PREFIX ?= /usr/local
DESTDIR ?=
SITE ?= site.yaml
STATE ?= /var/lib/mailstead
S ?= 60
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin

VERSION := 0.1.0
PKGS := expat zlib yaml-0.1 libcurl jansson libmariadb libssl libcrypto libmicrohttpd libidn2 ldns libseccomp
DEB_BUILD := gcc make pkg-config libyaml-dev libcurl4-openssl-dev libjansson-dev libmariadb-dev \
	libssl-dev libexpat1-dev zlib1g-dev libmicrohttpd-dev libidn2-dev libunbound-dev libldns-dev libseccomp-dev ca-certificates
DEB_RUN := docker.io iptables mmdebstrap debian-archive-keyring dns-root-data
DEB_TEST := libcmocka-dev swaks sslscan libnet-ssleay-perl curl isync python3-dkim python3-dnspython python3-jsonschema python3-yaml mariadb-server-core \
	mariadb-client-core bind9-utils nsd duktape docker-compose iproute2 netcat-openbsd jq openssl postfix-
DEB_SOAK := chromium chromium-driver python3-selenium libxml2-utils thunderbird xvfb pebble bind9 bind9-dnsutils knot \
	pdns-server pdns-backend-sqlite3 sqlite3 faketime
DEB_LINT := clang clang-format clang-tidy libclang-rt-14-dev shellcheck codespell pmccabe

# One short line for each command; VERBOSE=1 shows the whole.
say = $(if $(VERBOSE),,@echo '  $(1)  $@' &&)

OBJ := build/$(if $(filter release,$(V)),obj,$(V))
OUT := build/$(if $(filter release,$(V)),,$(V)/)

CPPFLAGS += -I. -D_GNU_SOURCE -DMS_VERSION='"$(VERSION)"' -DMS_PREFIX='"$(PREFIX)"' \
	-include modules/core/base/banned.h
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Wundef \
	-Wimplicit-fallthrough -Wconversion -Wno-sign-conversion -fno-common
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE
LDHARDEN := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ifeq ($(V),asan)
OPT := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(V),fuzz)
CC := clang
OPT := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -DMS_FUZZ
else ifeq ($(V),cover)
OPT := -O0 -g --coverage
else
OPT := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
CFLAGS := -std=gnu11 $(OPT) $(WARN) $(HARDEN)
# libunbound.pc asks for the files of libevent, which are not needed
LIBS = $(shell pkg-config --libs $(PKGS)) -lunbound -lcrypt
DEPCFLAGS = $(shell pkg-config --cflags $(PKGS))

LIB_SRC := $(sort $(wildcard modules/*/*.c modules/core/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o)
LIB := $(OBJ)/libmailstead.a
CLI_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard cmd/mailstead/*.c)))
CLI_LIB := $(OBJ)/libcli.a
DAEMON_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard cmd/mailsteadd/*.c)))
SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
SUPPORT_BIN := $(patsubst tests/support/%.c,$(OUT)%,$(subst _,-,$(SUPPORT_SRC)))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(OUT)unit/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/bin/%)
REPLAY_BIN := $(FUZZ_SRC:tests/fuzz/%.c=$(OUT)replay/%)
PROGRAMS := $(OUT)mailstead $(OUT)mailsteadd

.PHONY: all help deps deps-test deps-lint build test test-unit test-e2e lint asan fuzz bench cover \
	golden-update images up down fmt install clean support soak

all: build

.SECONDARY: # object files stay

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install what building and running needs (apt)
	@tests/support/apt.sh $(DEB_BUILD) $(DEB_RUN)

deps-test: deps ## install what the tests need (apt)
	@NO_SERVICES=1 tests/support/apt.sh $(DEB_TEST)

deps-lint: ## install what lint, asan and fuzz need (apt)
	@tests/support/apt.sh $(DEB_BUILD) $(DEB_LINT) libcmocka-dev

build: $(PROGRAMS) support ## build/mailstead and build/mailsteadd

support: $(SUPPORT_BIN)

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC) $(CC) $(CPPFLAGS) $(DEPCFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(OUT)mailstead: $(CLI_OBJ) $(LIB)
	$(call say,LD) $(CC) $(CFLAGS) $(LDHARDEN) -o $@ $^ $(LIBS)

$(OUT)mailsteadd: $(DAEMON_OBJ) $(LIB)
	$(call say,LD) $(CC) $(CFLAGS) $(LDHARDEN) -o $@ $^ $(LIBS)

define support_rule
$(OUT)$(subst _,-,$(basename $(notdir $(1)))): $(OBJ)/$(1:.c=.o) $(LIB)
	$$(call say,LD) $$(CC) $$(CFLAGS) $$(LDHARDEN) -o $$@ $$^ $$(LIBS)
endef
$(foreach s,$(SUPPORT_SRC),$(eval $(call support_rule,$(s))))

$(CLI_LIB): $(filter-out %/main.o,$(CLI_OBJ))
	@rm -f $@
	@ar rcs $@ $^

$(OUT)unit/test_cli_%: $(OBJ)/tests/unit/test_cli_%.o $(CLI_LIB) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD) $(CC) $(CFLAGS) $(LDHARDEN) -o $@ $^ $(LIBS) -lcmocka

$(OUT)unit/%: $(OBJ)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD) $(CC) $(CFLAGS) $(LDHARDEN) -o $@ $^ $(LIBS) -lcmocka -lldns

$(OUT)replay/%: $(OBJ)/tests/fuzz/%.o $(OBJ)/tests/fuzz/replay_main.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD) $(CC) $(CFLAGS) $(LDHARDEN) -o $@ $^ $(LIBS)

build/fuzz/bin/%: build/fuzz/tests/fuzz/%.o build/fuzz/libmailstead.a
	@mkdir -p $(@D)
	$(call say,LD) clang $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

test: deps-test ## everything but the benchmarks; installs and starts what it needs
	@$(MAKE) --no-print-directory -j2 build unit-bin
	@tests/run.sh

test-unit: unit-bin build ## unit, golden and fuzz corpora: no root, no network, under 60 s
	@tests/run.sh unit golden replay

.PHONY: unit-bin fuzz-bin
unit-bin: $(UNIT_BIN) $(REPLAY_BIN)
fuzz-bin: $(FUZZ_BIN)

asan: ## test-unit under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory -j2 V=asan build unit-bin
	@BIN=build/asan tests/run.sh unit golden replay

fuzz: ## run each fuzz target for S seconds (T=name: one of them)
	@$(MAKE) --no-print-directory -j2 V=fuzz fuzz-bin
	@tests/fuzz/run.sh $(S) $(T)

soak: deps-test ## what takes long: other servers, a browser, all filters, the end-to-end tests on sites with everything and the classics
	@NO_SERVICES=1 tests/support/apt.sh $(DEB_SOAK)
	@$(MAKE) --no-print-directory -j2 build
	@tests/run.sh soak everything classic

lint: ## format, layers, sizes, docs, shell, analysers
	@tests/lint/run.sh

cover: ## line coverage of test-unit
	@$(MAKE) --no-print-directory -j2 V=cover build unit-bin
	@BIN=build/cover tests/run.sh unit golden replay
	@tests/support/cover.sh

golden-update: build ## rewrite the expected files of tests/golden; review the diff
	@UPDATE=1 tests/run.sh golden

bench: deps-test build ## print the figures of the README
	@tests/bench/run.sh

images: deps build ## make the container images
	@build/mailstead images --site $(if $(wildcard $(SITE)),$(SITE),tests/golden/tree-default/site.yaml)

up: deps ## a running mail server: packages, engine, build, images, stack, test message
	@$(MAKE) --no-print-directory -j2 build
	@SITE="$(SITE)" STATE="$(STATE)" tests/support/up.sh

down: ## stop everything that `make up` started
	@SITE="$(SITE)" STATE="$(STATE)" tests/support/down.sh

fmt: ## format all C files
	@git ls-files '*.c' '*.h' | xargs -r clang-format -i

install: build ## install under PREFIX (DESTDIR is honoured)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/mailstead
	install -m 0755 build/mailstead $(DESTDIR)$(PREFIX)/bin/mailstead
	install -m 0755 build/mailsteadd $(DESTDIR)$(PREFIX)/sbin/mailsteadd
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man8
	install -m 0644 docs/man/mailstead.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 0644 docs/man/mailstead-site.yaml.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 0644 docs/man/mailsteadd.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|' cmd/mailsteadd/mailsteadd.service \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/mailsteadd.service
	cp -R compose images $(DESTDIR)$(PREFIX)/share/mailstead/
	@for d in modules/*/templates; do \
		[ -d "$$d" ] || continue; \
		install -d $(DESTDIR)$(PREFIX)/share/mailstead/$$d; \
		cp $$d/* $(DESTDIR)$(PREFIX)/share/mailstead/$$d/; \
	done

clean: ## remove build/
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
