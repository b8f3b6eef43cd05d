/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Demangling: each language, and what is no mangled name. */
#include "symbolize/demangle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void expect(const char *name, const char *wanted)
{
	char *got = NULL;

	assert_null(px_demangle(name, &got));
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
	free(got);
}

static void test_cxx(void **state)
{
	expect("_ZN3foo3barIlE3runEl", "foo::bar<long>::run");
	expect("_ZN3foo12_GLOBAL__N_16hiddenEl", "foo::(anonymous namespace)::hidden");
}

static void test_rust(void **state)
{
	expect("_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write");
	expect("_RNvCs1234_7mycrate3foo", "mycrate::foo");
}

static void test_ocaml(void **state)
{
	expect("camlStdlib__List__map_123", "Stdlib.List.map");
	expect("camlFoo__bar_12", "Foo.bar");
	expect("camlStdlib__$3d$3c_88", "Stdlib.=<");
	expect("camlFoo__entry", "Foo.entry");
	expect("camlFoo", NULL);
	expect("caml_alloc_string", NULL);
}

static void test_others(void **state)
{
	char *longest = calloc(1, 100001);

	expect("main", NULL);
	expect("", NULL);
	expect("_Z", NULL);
	expect("__x64_sys_read", NULL);
	memset(longest, '1', 100000);
	memcpy(longest, "_ZN", 3);
	expect(longest, NULL);
	free(longest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cxx),
		cmocka_unit_test(test_rust),
		cmocka_unit_test(test_ocaml),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
