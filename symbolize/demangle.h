/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mangled names as their authors wrote them: C++, Rust, OCaml. */
#ifndef PX_SYMBOLIZE_DEMANGLE_H
#define PX_SYMBOLIZE_DEMANGLE_H

#include "lib/error.h"

/**
 * *ret becomes the name as written in the source, without parameters, as perf shows it:
 * "ns::f" of _ZN2ns1fEi, "core::fmt::write" of a Rust name of either mangling,
 * "Stdlib.List.map" of OCaml's camlStdlib__List__map_123 or camlStdlib__List.map_123; OCaml's
 * functions without a name keep their number, "Foo.fun_45". The "@plt" of an entry of the
 * linkage table stays. NULL where name is not mangled. The caller frees it; only a lack of
 * memory is an error.
 */
px_must_check struct px_error *px_demangle(const char *name, char **ret);

#endif
