# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile. `make help` lists targets and knobs.

O ?= build
V ?= 0
WERROR ?= 0
SAN ?=
COV ?= 0
FUZZ_SECONDS ?= 30
prefix ?= /usr/local
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
datadir ?= $(prefix)/share/perf-xen
completionsdir ?= $(prefix)/share/bash-completion/completions
INSTALL ?= install
CC = $(CROSS_COMPILE)gcc
AR = $(CROSS_COMPILE)ar
CLANG ?= clang
PKG_CONFIG ?= $(CROSS_COMPILE)pkg-config
CFLAGS ?= -O2 -g
LDFLAGS ?=

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

VERSION := $(shell cat VERSION)

# --- sources: explicit, one list a folder -----------------------------------------------------

LIB_SRC := \
	lib/buffer.c \
	lib/build-id.c \
	lib/buildid-cache.c \
	lib/bytes.c \
	lib/child.c \
	lib/clock.c \
	lib/elf-writer.c \
	lib/error.c \
	lib/file-rules.c \
	lib/file.c \
	lib/histogram.c \
	lib/json.c \
	lib/kernel-cache.c \
	lib/log.c \
	lib/memory.c \
	lib/options.c \
	lib/perfdata-decode.c \
	lib/perfdata-encode.c \
	lib/perfdata-events.c \
	lib/perfdata-features.c \
	lib/perfdata-header.c \
	lib/perfdata-host.c \
	lib/perfdata-notes.c \
	lib/perfdata-output.c \
	lib/perfdata-reader.c \
	lib/perfdata-writer.c \
	lib/privileges.c \
	lib/stop.c \
	lib/symbol-image.c \
	lib/text.c

SYMBOLIZE_SRC := \
	symbolize/build-id.c \
	symbolize/cfi-expression.c \
	symbolize/cfi-program.c \
	symbolize/cfi-section.c \
	symbolize/cfi.c \
	symbolize/debug-file.c \
	symbolize/debuginfod.c \
	symbolize/demangle.c \
	symbolize/elf-image.c \
	symbolize/elf-plt-x86.c \
	symbolize/elf-symbols.c \
	symbolize/end-reason.c \
	symbolize/folder.c \
	symbolize/orc.c \
	symbolize/perf-map.c \
	symbolize/program-symbols.c \
	symbolize/program-unwind.c \
	symbolize/program.c \
	symbolize/register-frame-x86.c \
	symbolize/symbol-table.c \
	symbolize/symfs.c \
	symbolize/type-info-btf.c \
	symbolize/type-info-dwarf.c \
	symbolize/type-info.c \
	symbolize/unwind-builder.c \
	symbolize/unwind-map.c \
	symbolize/unwind-table.c \
	symbolize/unwinder.c

GUEST_SRC := \
	guest/access-xen.c \
	guest/address-space.c \
	guest/backend-files.c \
	guest/batch-xen.c \
	guest/confine.c \
	guest/direct-call-x86.c \
	guest/domain-text.c \
	guest/domains-xen.c \
	guest/driver-state.c \
	guest/event-bits.c \
	guest/event-channels-xen.c \
	guest/event-channels.c \
	guest/grants-xen.c \
	guest/grants.c \
	guest/guest-xen.c \
	guest/guest.c \
	guest/host-kernel.c \
	guest/hypercall-page-x86.c \
	guest/indirect-thunk-x86.c \
	guest/linux-blkback.c \
	guest/linux-blkfront.c \
	guest/linux-block.c \
	guest/linux-drivers.c \
	guest/linux-entry-x86.c \
	guest/linux-events.c \
	guest/linux-gate-x86.c \
	guest/linux-find.c \
	guest/linux-guest-view.c \
	guest/linux-identity.c \
	guest/linux-image.c \
	guest/linux-kallsyms.c \
	guest/linux-kernel.c \
	guest/linux-landmarks.c \
	guest/linux-locate-x86.c \
	guest/linux-members.c \
	guest/linux-mm.c \
	guest/linux-module-btf.c \
	guest/linux-module-layout.c \
	guest/linux-module-read.c \
	guest/linux-modules.c \
	guest/linux-netback.c \
	guest/linux-netdev.c \
	guest/linux-netfront.c \
	guest/linux-path.c \
	guest/linux-source.c \
	guest/linux-task-list.c \
	guest/linux-task-stack.c \
	guest/linux-tasks.c \
	guest/linux-unwind.c \
	guest/linux-xenbus.c \
	guest/mapped-elf.c \
	guest/memory.c \
	guest/netback-debug.c \
	guest/page-cache.c \
	guest/page-walk-x86.c \
	guest/pause-guard.c \
	guest/sampler.c \
	guest/snapshot.c \
	guest/stack-json.c \
	guest/stack-text.c \
	guest/system-linux.c \
	guest/system-unikernel.c \
	guest/target.c \
	guest/task-stacks.c \
	guest/store-xen.c \
	guest/store.c \
	guest/unikernel-check.c \
	guest/unikernel.c \
	guest/vcpu-context-xen.c \
	guest/vcpu-list.c

TRACER_SRC := \
	tracer/address-map.c \
	tracer/cmd-list.c \
	tracer/cmd-record.c \
	tracer/cmd-stacks.c \
	tracer/domain-kernel.c \
	tracer/kernel-images.c \
	tracer/pacer.c \
	tracer/process-images.c \
	tracer/process-programs.c \
	tracer/processes.c \
	tracer/record.c \
	tracer/recording-system.c \
	tracer/recording.c \
	tracer/return-site-x86.c \
	tracer/tally.c \
	tracer/unikernel-images.c \
	tracer/user-space.c \
	tracer/user-stack.c

RINGTRACE_SRC := \
	ringtrace/back-domains.c \
	ringtrace/back-linux.c \
	ringtrace/cmd-doctor.c \
	ringtrace/cmd-rings.c \
	ringtrace/conclusion-domain.c \
	ringtrace/conclusion-stacks.c \
	ringtrace/conclusion.c \
	ringtrace/discover-block.c \
	ringtrace/discover-net.c \
	ringtrace/discover-streams.c \
	ringtrace/discover.c \
	ringtrace/discovery.c \
	ringtrace/doctor-evidence.c \
	ringtrace/doctor-html.c \
	ringtrace/doctor-json.c \
	ringtrace/doctor-stacks.c \
	ringtrace/doctor-take.c \
	ringtrace/doctor-text.c \
	ringtrace/doctor-words.c \
	ringtrace/doctor.c \
	ringtrace/each-domain.c \
	ringtrace/findings.c \
	ringtrace/front-linux.c \
	ringtrace/front-notes.c \
	ringtrace/gather.c \
	ringtrace/judge.c \
	ringtrace/kick.c \
	ringtrace/pages.c \
	ringtrace/ports.c \
	ringtrace/reading.c \
	ringtrace/ring-filter.c \
	ringtrace/ring-kernel.c \
	ringtrace/ring.c \
	ringtrace/rings-detail.c \
	ringtrace/rings-json.c \
	ringtrace/rings-slots.c \
	ringtrace/rings-text.c \
	ringtrace/rings.c \
	ringtrace/rule.c \
	ringtrace/rules-device.c \
	ringtrace/rules-events.c \
	ringtrace/rules-front.c \
	ringtrace/rules-requests.c \
	ringtrace/rules-responses.c \
	ringtrace/rules-rest.c \
	ringtrace/rules-rx.c \
	ringtrace/rules-shape.c \
	ringtrace/rules-stream.c \
	ringtrace/rules.c \
	ringtrace/signs.c \
	ringtrace/slots-block.c \
	ringtrace/slots.c \
	ringtrace/sources.c \
	ringtrace/verdict.c

REPORT_SRC := \
	report/assets.c \
	report/build.c \
	report/call-graph.c \
	report/cmd-report.c \
	report/cmd-script.c \
	report/dso-load.c \
	report/dso.c \
	report/figures.c \
	report/filter.c \
	report/flame.c \
	report/hist.c \
	report/input.c \
	report/intern.c \
	report/maps.c \
	report/memo.c \
	report/palette.c \
	report/profile.c \
	report/render-folded.c \
	report/render-html.c \
	report/render-stdio.c \
	report/render-svg.c \
	report/session.c \
	report/symbol-files.c \
	report/tasks.c \
	report/tree.c \
	report/trust.c

# cmocka programs, one a noun: tests/unit/test-NOUN.c
UNIT_TESTS := \
	access \
	address-map \
	back-domains \
	buildid-cache \
	bytes \
	cfi \
	cfi-expression \
	conclusion \
	confine \
	demangle \
	discover \
	doctor \
	doctor-stacks \
	doctor-take \
	elf-image \
	error \
	event-bits \
	event-channels \
	explore \
	filter \
	gather \
	grants \
	guest-double \
	host-kernel \
	indirect-thunk \
	kick \
	histogram \
	linux-drivers \
	linux-events \
	linux-gate \
	linux-guest-view \
	linux-identity \
	linux-image \
	linux-kallsyms \
	linux-kernel \
	linux-members \
	linux-mm \
	linux-module-btf \
	linux-module-layout \
	linux-modules \
	linux-path \
	linux-task-list \
	linux-task-stack \
	linux-tasks \
	linux-xenbus \
	mapped-elf \
	maps \
	memory \
	netback-debug \
	options \
	orc \
	pacer \
	page-cache \
	page-walk \
	pause-guard \
	perf-map \
	perfdata \
	perfdata-linux \
	perfdata-notes \
	privileges \
	processes \
	profile \
	program \
	record \
	record-programs \
	recording \
	report \
	reserve \
	reserve-wait \
	ring \
	ring-drivers \
	ring-model \
	rings-text \
	sampler \
	session \
	slots \
	snapshot \
	stock-perf \
	stop \
	store \
	store-xen \
	symbol-table \
	symfs \
	system \
	tally \
	task-stacks \
	text \
	type-info \
	unikernel \
	unwind-live \
	unwind-table \
	unwinder \
	user-stack \
	vcpu-context \
	vcpu-list \
	verdict \
	verdict-any \
	verdict-device

# Doubles and builders that several unit tests share.
SUPPORT_SRC := \
	tests/support/block-layout-32.c \
	tests/support/block-layout-64.c \
	tests/support/btf-builder.c \
	tests/support/channels-double.c \
	tests/support/doctor-fixture.c \
	tests/support/driver-world-types.c \
	tests/support/driver-world.c \
	tests/support/elf-builder.c \
	tests/support/explore.c \
	tests/support/flat-memory.c \
	tests/support/grants-double.c \
	tests/support/guest-double.c \
	tests/support/inverse-stack.c \
	tests/support/json-schema.c \
	tests/support/kallsyms-builder.c \
	tests/support/perfdata-fixture.c \
	tests/support/process-builder.c \
	tests/support/report-fixture.c \
	tests/support/ring-examples.c \
	tests/support/ring-model.c \
	tests/support/ring-world.c \
	tests/support/store-double.c \
	tests/support/task-world.c \
	tests/support/vmlinux-guest.c

# libFuzzer entries: tests/fuzz/fuzz-NAME.c, corpus in tests/fuzz/corpus/NAME/
FUZZ_TARGETS := \
	cfi \
	elf-image \
	grants \
	kallsyms \
	linux-drivers \
	linux-mm \
	linux-modules \
	linux-tasks \
	mapped-elf \
	netback-debug \
	orc \
	page-walk \
	perf-map \
	perfdata \
	program \
	report \
	ring-notes \
	ring-slots \
	symbol-files \
	type-info \
	unikernel \
	unwinder

# Programs that integration tests run: tests/integration/NAME.c
TEST_TOOLS := \
	doctor-page \
	kallsyms-oracle \
	kernel-oracle \
	program-symbols \
	rings-json \
	unwind-oracle \
	unwind-process

# Programs for the lab's tests, run in dom0: tests/lab/NAME.c
LAB_TOOLS := \
	compare-unwind \
	driver-probe \
	guest-probe \
	receive-packets \
	ring-probe

# Benchmarks: tests/bench/bench-NAME.c
BENCHES := \
	kernel \
	memory \
	perfdata \
	report \
	sampler \
	unwind

# Programs that run inside guests, linked statically: tests/guests/NAME.c
GUEST_PROGRAMS := \
	calls \
	ring-state \
	shares \
	tasks

# Unikernels of ours, started by Xen itself: what all have, one that computes, one with a network.
UNIKERNEL_BASE_SRC := $(addprefix tests/guests/unikernel/, \
	boot.S \
	console.c \
	events.c \
	hypercall.c \
	start.c \
	text.c)
UNIKERNEL_SRC := $(UNIKERNEL_BASE_SRC) $(addprefix tests/guests/unikernel/, \
	boot-pv.S \
	shares.c)
RINGER_SRC := $(UNIKERNEL_BASE_SRC) $(addprefix tests/guests/ringer/, \
	faults.c \
	grants.c \
	net-connect.c \
	net.c \
	notes.c \
	producers.c \
	ringer.c \
	store.c \
	switch.S \
	thread.c \
	traffic.c)

# --- flags --------------------------------------------------------------------------------------

PACKAGES := xencontrol xenforeignmemory xencall xenstore libelf libdw libbpf \
	zlib liblzma jansson

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wwrite-strings -Wpointer-arith -Wold-style-definition -Wimplicit-fallthrough \
	-Wno-unused-parameter -Wno-missing-field-initializers -Wno-format-nonliteral
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
ifneq ($(SAN),)
SANFLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

ifeq ($(COV),1)
SANFLAGS += --coverage
endif

# Builds without them give up fewer privileges, and `perf-xen version --build-options` says so. The
# filter of system calls does not go with what sanitizers and coverage do at the end of a process.
OPTIONAL := $(foreach p,libcap-ng libseccomp,$(shell $(PKG_CONFIG) --exists $(p) 2>/dev/null && echo $(p)))
PACKAGES += $(OPTIONAL)
FILTERED := $(if $(SAN)$(filter 1,$(COV)),,$(filter libseccomp,$(OPTIONAL)))
LIB_SRC += $(if $(filter libcap-ng,$(OPTIONAL)),lib/capabilities.c,lib/capabilities-none.c) \
	$(if $(FILTERED),lib/syscall-filter.c,lib/syscall-filter-none.c)

# Silent where pkg-config or a library is missing; the first thing built then says so.
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
NEED := $(if $(PKG_LIBS),,need-packages)
PKG_LIBS += -liberty -lm -lpthread

ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. $(WARNINGS) $(PKG_CFLAGS) \
	$(CFLAGS) $(SANFLAGS)
ALL_LDFLAGS = $(LDFLAGS) $(SANFLAGS)

ifeq ($(V),1)
quiet =
else
quiet = @printf '  %-7s %s\n' '$(1)' '$(patsubst $(O)/%,%,$@)';
endif

# A change of compiler or flags rebuilds everything.
FLAGS_NOW := $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(VERSION)
$(shell mkdir -p $(O); printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | \
	cmp -s - $(O)/flags || printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' >$(O)/flags)

.PHONY: need-packages features
need-packages:
	@PKG_CONFIG='$(PKG_CONFIG)' scripts/features --missing $(PACKAGES)

features:
	@PKG_CONFIG='$(PKG_CONFIG)' scripts/features $(sort $(PACKAGES) libcap-ng libseccomp)

# --- the program --------------------------------------------------------------------------------

FOLDERS := tracer ringtrace report guest symbolize lib
objects = $(patsubst %.c,$(O)/%.o,$(1))

TRACER_OBJ := $(call objects,$(TRACER_SRC))
RINGTRACE_OBJ := $(call objects,$(RINGTRACE_SRC))
REPORT_OBJ := $(call objects,$(REPORT_SRC))
GUEST_OBJ := $(call objects,$(GUEST_SRC))
SYMBOLIZE_OBJ := $(call objects,$(SYMBOLIZE_SRC))
LIB_OBJ := $(call objects,$(LIB_SRC))

# Users before the used; empty folders build no archive.
ARCHIVES := \
	$(if $(TRACER_SRC),$(O)/tracer.a) \
	$(if $(RINGTRACE_SRC),$(O)/ringtrace.a) \
	$(if $(REPORT_SRC),$(O)/report.a) \
	$(if $(GUEST_SRC),$(O)/guest.a) \
	$(if $(SYMBOLIZE_SRC),$(O)/symbolize.a) \
	$(O)/lib.a

.PHONY: all
all: $(O)/perf-xen

$(O)/perf-xen: $(O)/perf-xen.o $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ARCHIVES) $(PKG_LIBS)

$(O)/perf-xen.o $(O)/perf-xen.tidy: ALL_CFLAGS += -DPX_VERSION='"$(VERSION)"'

$(O)/tracer.a: $(TRACER_OBJ)
$(O)/ringtrace.a: $(RINGTRACE_OBJ)
$(O)/report.a: $(REPORT_OBJ)
$(O)/guest.a: $(GUEST_OBJ)
$(O)/symbolize.a: $(SYMBOLIZE_OBJ)
$(O)/lib.a: $(LIB_OBJ)
$(O)/%.a:
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

$(O)/%.o: %.c $(O)/flags | $(NEED)
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The assembler takes these in; -MMD does not see that.
$(O)/report/assets.o: $(wildcard report/html/*)
$(O)/ringtrace/doctor-html.o: $(wildcard ringtrace/html/*)

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# --- tests --------------------------------------------------------------------------------------

# An archive: who uses none of it needs no cmocka either.
SUPPORT := $(O)/tests/support.a
$(SUPPORT): $(call objects,$(SUPPORT_SRC))
UNIT_PROGRAMS := $(UNIT_TESTS:%=$(O)/tests/unit/test-%)
FUZZ_REPLAYS := $(FUZZ_TARGETS:%=$(O)/tests/fuzz/replay-%)
TOOL_PROGRAMS := $(TEST_TOOLS:%=$(O)/tests/integration/%) $(LAB_TOOLS:%=$(O)/tests/lab/%)
BENCH_PROGRAMS := $(BENCHES:%=$(O)/tests/bench/bench-%)

$(O)/tests/unit/test-%: $(O)/tests/unit/test-%.o $(SUPPORT) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $< $(SUPPORT) $(ARCHIVES) $(PKG_LIBS) -lcmocka

$(O)/tests/fuzz/replay-%: $(O)/tests/fuzz/fuzz-%.o $(O)/tests/fuzz/replay.o $(SUPPORT) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(SUPPORT) $(ARCHIVES) $(PKG_LIBS)

$(O)/tests/bench/bench-%: $(O)/tests/bench/bench-%.o $(SUPPORT) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $< $(SUPPORT) $(ARCHIVES) $(PKG_LIBS)

$(TOOL_PROGRAMS): %: %.o $(SUPPORT) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(SUPPORT) $(ARCHIVES) $(PKG_LIBS)

.PRECIOUS: $(O)/%.o

# A guest has no libraries of ours, and sanitizers do not link statically.
GUEST_BINARIES := $(GUEST_PROGRAMS:%=$(O)/guest-programs/%)
$(GUEST_BINARIES): $(O)/guest-programs/%: tests/guests/%.c $(O)/flags
	@mkdir -p $(@D)
	$(call quiet,GUEST)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -O2 -g -static -o $@ $< $(GUEST_LIBS)
$(O)/guest-programs/ring-state: GUEST_LIBS := -lbpf -lelf -lz

# With rules for every instruction, and with frame pointers alone and no build-id.
UNIKERNELS := $(O)/guest-images/unikernel $(O)/guest-images/unikernel-frame-pointers
UNIKERNEL_FLAGS := -std=gnu11 -I. -D__XEN_INTERFACE_VERSION__=__XEN_LATEST_INTERFACE_VERSION__ \
	$(WARNINGS) -O2 -ffreestanding -fno-pic -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fcf-protection=none -fno-optimize-sibling-calls -static -nostdlib \
	-Wl,-T,tests/guests/unikernel/link.ld
RINGER := $(O)/guest-images/ringer
$(O)/guest-images/unikernel $(RINGER): UNIKERNEL_FLAGS += -g -DWITH_CFI -fasynchronous-unwind-tables \
	-Wl,--build-id=sha1
$(O)/guest-images/unikernel-frame-pointers: UNIKERNEL_FLAGS += -fno-asynchronous-unwind-tables \
	-fno-omit-frame-pointer -Wl,--build-id=none
$(UNIKERNELS): $(wildcard tests/guests/unikernel/*) Makefile $(O)/flags
	@mkdir -p $(@D)
	$(call quiet,GUEST)$(CC) $(UNIKERNEL_FLAGS) -o $@ $(UNIKERNEL_SRC)
$(RINGER): $(wildcard tests/guests/unikernel/* tests/guests/ringer/* guest-probes/*) Makefile \
		$(O)/flags
	@mkdir -p $(@D)
	$(call quiet,GUEST)$(CC) $(UNIKERNEL_FLAGS) -o $@ $(RINGER_SRC)

.PHONY: test-programs
test-programs: $(UNIKERNELS) $(RINGER) all $(UNIT_PROGRAMS) $(FUZZ_REPLAYS) $(TOOL_PROGRAMS) $(GUEST_BINARIES)

# tests/run says what a test is and what the stages are.
RUN = O='$(O)' MAKE='$(MAKE)' UNIT_TESTS='$(UNIT_TESTS)' FUZZ_TARGETS='$(FUZZ_TARGETS)' tests/run

.PHONY: check check-fast check-clang check-san lab
check:
	@scripts/install-deps
	+@$(RUN) all
check-fast:
	+@$(RUN) fast
check-clang:
	+@$(RUN) clang
check-san:
	+@$(RUN) san
lab:
	+@$(RUN) build lab

# Some minutes of comparing profiles with the truth; what it says depends on how busy this machine
# is, so it is read by people and not part of check.
.PHONY: lab-truth lab-truth-rings lab-traffic
lab-truth: test-programs
	@PERF_XEN='$(abspath $(O)/perf-xen)' BUILD='$(abspath $(O))' tests/lab/truth.sh
# ROUNDS of each of SCENARIOS, LOOKS at rings with which nothing is wrong.
lab-truth-rings: test-programs
	@BUILD='$(abspath $(O))' tests/lab/truth-rings.sh
# What watching rings costs their traffic.
lab-traffic: test-programs
	@BUILD='$(abspath $(O))' tests/lab/traffic.sh

.PHONY: demo bench golden-update
demo:
	@scripts/install-deps
	@O='$(O)' MAKE='$(MAKE)' scripts/demo

bench: $(BENCH_PROGRAMS)
	@for program in $^; do echo "$${program##*/bench-}:"; $$program || exit; done

golden-update: all
	@PERF_XEN='$(abspath $(O)/perf-xen)' tests/golden/run --update

# libFuzzer keeps what it finds beside the programs; a find worth keeping is added to the corpus
# by hand.
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=$(O)/tests/fuzz/fuzz-%)
.PHONY: fuzz fuzz-programs
fuzz:
	@$(MAKE) --no-print-directory O=$(O)/fuzz CC=$(CLANG) WERROR=0 \
		SAN=fuzzer-no-link,address,undefined fuzz-programs
	@for name in $(FUZZ_TARGETS); do \
		mkdir -p $(O)/fuzz/found/$$name && \
		$(O)/fuzz/tests/fuzz/fuzz-$$name -max_total_time=$(FUZZ_SECONDS) -timeout=5 \
			-print_final_stats=1 -artifact_prefix=$(O)/fuzz/found/$$name- \
			$(O)/fuzz/found/$$name tests/fuzz/corpus/$$name || exit; \
	done

fuzz-programs: $(FUZZ_PROGRAMS)
$(FUZZ_PROGRAMS): %: %.o $(SUPPORT) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(SUPPORT) $(ARCHIVES) $(PKG_LIBS)

# --- checks of the source -----------------------------------------------------------------------

PROGRAM_SRC := perf-xen.c $(foreach f,TRACER RINGTRACE REPORT GUEST SYMBOLIZE LIB,$($(f)_SRC))
# What a build with other libraries or sanitizers uses instead.
ALTERNATIVE_SRC := $(filter-out $(LIB_SRC),$(wildcard lib/capabilities*.c lib/syscall-filter*.c))
TEST_SRC := $(UNIT_TESTS:%=tests/unit/test-%.c) $(FUZZ_TARGETS:%=tests/fuzz/fuzz-%.c) \
	$(BENCHES:%=tests/bench/bench-%.c) $(TEST_TOOLS:%=tests/integration/%.c) $(LAB_TOOLS:%=tests/lab/%.c) \
	$(SUPPORT_SRC) tests/fuzz/replay.c
HEADERS := $(wildcard $(FOLDERS:%=%/*.h) guest-probes/*.h tests/*/*.h)
FORMATTED := $(wildcard *.c $(FOLDERS:%=%/*.c) guest-probes/*.c tests/*/*.c) $(HEADERS)

.PHONY: check-layers check-headers check-source check-shell format format-check tidy cppcheck lint
check-layers:
	@tests/check-layers

check-headers: $(HEADERS:%=$(O)/%.alone)
$(O)/%.h.alone: %.h $(O)/flags | $(NEED)
	@mkdir -p $(@D)
	$(call quiet,HEADER)$(CC) $(ALL_CFLAGS) -MMD -MP -MT $@ -MF $@.d -fsyntax-only -include $< \
		-x c /dev/null && touch $@
# What goes into guests is C99 and needs no hosted library.
$(O)/guest-probes/%.alone: SANFLAGS += -std=c99 -ffreestanding

check-source:
	@LISTED='$(PROGRAM_SRC) $(ALTERNATIVE_SRC) $(TEST_SRC)' tests/check-source

# busybox is checked as dash (SC2187 only says so).
check-shell:
	@shellcheck -x -e SC2187 $$(find . \( -name .git -o -name build \) -prune -o -type f -exec \
		grep -lE '^#!/bin/((ba)?sh|busybox sh)' {} +) doc/completion/perf-xen

format:
	@clang-format -i $(FORMATTED)
format-check:
	@clang-format --dry-run -Werror $(FORMATTED)

# One file at a time, and only again when it or a header of its changed.
tidy: $(PROGRAM_SRC:%.c=$(O)/%.tidy)
$(O)/%.tidy: %.c $(O)/%.o .clang-tidy
	$(call quiet,TIDY)clang-tidy --quiet $< -- $(ALL_CFLAGS) -Qunused-arguments >$@.log 2>&1 || \
		{ grep -A2 -e ' error: ' -e ' warning: ' $@.log; false; }
	@touch $@

cppcheck: | $(NEED)
	@cppcheck --quiet --std=c11 -j2 -I. -D_GNU_SOURCE --inline-suppr --error-exitcode=1 \
		--enable=warning,portability --suppressions-list=tests/cppcheck-suppressions \
		-DPX_VERSION='"$(VERSION)"' \
		$(PROGRAM_SRC)

lint: check-source check-shell tidy cppcheck

# --- documents, installing, packing -------------------------------------------------------------

MANPAGES := $(wildcard doc/man/*.[1-8])
SCHEMAS := $(wildcard doc/schema/*.json)

.PHONY: doc install uninstall dist clean help
doc:
	@mandoc -T lint -W warning $(MANPAGES)

install: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(completionsdir) $(DESTDIR)$(datadir)
	$(INSTALL) -m 755 $(O)/perf-xen $(DESTDIR)$(bindir)/perf-xen
	$(INSTALL) -m 644 doc/completion/perf-xen $(DESTDIR)$(completionsdir)/perf-xen
	for page in $(MANPAGES); do \
		$(INSTALL) -D -m 644 -t $(DESTDIR)$(mandir)/man$${page##*.} $$page || exit; \
	done
	$(INSTALL) -m 644 $(SCHEMAS) $(DESTDIR)$(datadir)/

uninstall:
	rm -f $(DESTDIR)$(bindir)/perf-xen $(DESTDIR)$(completionsdir)/perf-xen
	for page in $(MANPAGES); do \
		rm -f $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/} || exit; \
	done
	rm -f $(SCHEMAS:doc/schema/%=$(DESTDIR)$(datadir)/%)

dist:
	git archive --prefix=perf-xen-$(VERSION)/ -o $(O)/perf-xen-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(O)

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: targets
#:   all            the program, $(O)/perf-xen (what plain make does)
#:   check          everything: install packages, build, tests, source checks, sanitizers, the lab
#:   check-fast     the part without root, network and lab; under a minute
#:   check-clang    build with clang, warnings are errors
#:   check-san      build with sanitizers, run unit tests and the fuzzing corpus
#:   lab            real guests on a real Xen in an emulated machine
#:   lab-truth      shares seen from outside against known ones and the guest's own perf
#:   lab-truth-rings  verdicts on rings that stand still in known ways, many times
#:   lab-traffic      what it costs a ring's traffic to be watched
#:   demo           the lab, a guest under load, a recording of it and its reports in $(O)/demo
#:   fuzz           run every fuzzer for FUZZ_SECONDS
#:   bench          run the benchmarks
#:   test-programs  build unit tests and corpus replays, run nothing
#:   golden-update  accept the present output of the golden tests
#:   lint           check-source, check-shell, tidy, cppcheck
#:   check-source   licence lines, banned functions, sizes, files that no list names
#:   check-layers   includes follow the layers
#:   check-headers  every header compiles alone
#:   check-shell    shellcheck over all scripts
#:   tidy           clang-tidy
#:   cppcheck       cppcheck
#:   format         format all C files; format-check only looks
#:   doc            check the manual pages
#:   features       the libraries in use
#:   install        program, manual pages, completion; uninstall removes them
#:   dist           a source archive of HEAD
#:   clean          remove $(O)
#:   help           this text
#:
#: knobs (make KNOB=VALUE; in brackets what they are without)
#:   O              output folder [build]
#:   V=1            show commands
#:   WERROR=1       warnings are errors
#:   SAN            sanitizers: SAN=address,undefined
#:   COV=1          count line coverage for gcov
#:   FUZZ_SECONDS   time of each fuzzer [30]
#:   CC AR CFLAGS LDFLAGS PKG_CONFIG CROSS_COMPILE
#:   prefix         where to install [/usr/local]
#:   DESTDIR        staging folder for install
