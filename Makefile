# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile. `make help` lists targets and knobs.

O ?= build
V ?= 0
WERROR ?= 0
SAN ?=
prefix ?= /usr/local
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
completionsdir ?= $(prefix)/share/bash-completion/completions
INSTALL ?= install
CC = $(CROSS_COMPILE)gcc
AR = $(CROSS_COMPILE)ar
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
	lib/bytes.c \
	lib/error.c \
	lib/histogram.c \
	lib/log.c \
	lib/memory.c \
	lib/options.c

SYMBOLIZE_SRC :=

GUEST_SRC :=

TRACER_SRC := \
	tracer/pacer.c

RINGTRACE_SRC :=

REPORT_SRC :=

# cmocka programs, one a noun: tests/unit/test-NOUN.c
UNIT_TESTS := \
	bytes \
	error \
	histogram \
	options \
	pacer

# Doubles and builders that several unit tests share.
SUPPORT_SRC :=

# libFuzzer entries: tests/fuzz/fuzz-NAME.c, corpus in tests/fuzz/corpus/NAME/
FUZZ_TARGETS :=

# Benchmarks: tests/bench/bench-NAME.c
BENCHES :=

# --- flags --------------------------------------------------------------------------------------

PACKAGES := xencontrol xenforeignmemory xencall xenstore libelf libdw libbpf libcap-ng libseccomp \
	zlib jansson

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wwrite-strings -Wpointer-arith -Wold-style-definition -Wimplicit-fallthrough \
	-Wno-unused-parameter -Wno-missing-field-initializers -Wno-format-nonliteral
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
ifneq ($(SAN),)
SANFLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null) -liberty -lpthread

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

$(O)/perf-xen.o: ALL_CFLAGS += -DPX_VERSION='"$(VERSION)"'

$(O)/tracer.a: $(TRACER_OBJ)
$(O)/ringtrace.a: $(RINGTRACE_OBJ)
$(O)/report.a: $(REPORT_OBJ)
$(O)/guest.a: $(GUEST_OBJ)
$(O)/symbolize.a: $(SYMBOLIZE_OBJ)
$(O)/lib.a: $(LIB_OBJ)
$(O)/%.a:
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# --- tests --------------------------------------------------------------------------------------

SUPPORT_OBJ := $(call objects,$(SUPPORT_SRC))
UNIT_PROGRAMS := $(UNIT_TESTS:%=$(O)/tests/unit/test-%)
FUZZ_REPLAYS := $(FUZZ_TARGETS:%=$(O)/tests/fuzz/replay-%)
BENCH_PROGRAMS := $(BENCHES:%=$(O)/tests/bench/bench-%)

$(O)/tests/unit/test-%: $(O)/tests/unit/test-%.o $(SUPPORT_OBJ) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $< $(SUPPORT_OBJ) $(ARCHIVES) $(PKG_LIBS) -lcmocka

$(O)/tests/fuzz/replay-%: $(O)/tests/fuzz/fuzz-%.o $(O)/tests/fuzz/replay.o $(SUPPORT_OBJ) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ARCHIVES) $(PKG_LIBS)

$(O)/tests/bench/bench-%: $(O)/tests/bench/bench-%.o $(SUPPORT_OBJ) $(ARCHIVES)
	$(call quiet,LD)$(CC) $(ALL_LDFLAGS) -o $@ $< $(SUPPORT_OBJ) $(ARCHIVES) $(PKG_LIBS)

.SECONDARY:

.PHONY: test-programs
test-programs: all $(UNIT_PROGRAMS) $(FUZZ_REPLAYS)
