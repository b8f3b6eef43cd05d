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

/* Symbols that ocamlopt 4.13 wrote, and what the source says at their lines. */
static void test_ocaml(void **state)
{
	expect("camlStdlib__List__map_123", "Stdlib.List.map");
	expect("camlWork__fib_82", "Work.fib");
	expect("camlWork__Make_98", "Work.Make");
	expect("camlWork__under__score_95", "Work.under__score");
	expect("camlWork___hidden_115", "Work._hidden");
	expect("camlWork__prime$27_112", "Work.prime'");
	expect("camlWork__$2b$21_103", "Work.+!");
	expect("camlWork__$3e$3e$3d_107", "Work.>>=");
	expect("camlWork__fun_292", "Work.fun_292");
	expect("camlWork__counter_init_271", "Work.counter_init");
	expect("camlWork__entry", "Work.entry");
	expect("camlWork__code_begin", "Work.code_begin");
	expect("camlStdlib__Printf__fprintf_430", "Stdlib.Printf.fprintf");
	expect("camlCamlinternalFormat__$2d$2d_12", "CamlinternalFormat.--");
	expect("camlWork__12", "Work.12");
}

/* Since 5.1 a dot or, for some assemblers, a dollar sign is between unit and name. */
static void test_ocaml_5(void **state)
{
	expect("camlStdlib__List.map_123", "Stdlib.List.map");
	expect("camlFoo.bar_12", "Foo.bar");
	expect("camlFoo.fun_45", "Foo.fun_45");
	expect("camlFoo.$3e$3e$3d_7", "Foo.>>=");
	expect("camlFoo$bar_12", "Foo.bar");
	expect("camlFoo$fun_45", "Foo.fun_45");
	expect("camlFoo$dead_beef_12", "Foo.dead_beef");
	expect("camlFoo$$2b$2b_12", "Foo.++");
	expect("camlFoo.caf$c3$a9_12", "Foo.caf\xc3\xa9");
	expect("camlFoo.anon_fn$5bfoo.ml$3a12$2c3$2d$2d25$5d_45",
	       "Foo.anon_fn[foo.ml:12,3--25]");
}

static void test_ocaml_runtime(void **state)
{
	expect("camlFoo", NULL);
	expect("camlFoo__", NULL);
	expect("camlFoo.", NULL);
	expect("caml", NULL);
	expect("caml_alloc_string", NULL);
	expect("caml_call_gc", NULL);
	expect("caml_main", NULL);
	expect("caml_startup__code_begin", NULL);
	expect("camlinternal__x", NULL);
	/* What is left of an escape stays. */
	expect("camlFoo__a$", "Foo.a$");
	expect("camlFoo__a$3", "Foo.a$3");
	expect("camlFoo__a$0a_12", "Foo.a$0a");
	expect("camlFoo__a$ff", "Foo.a$ff");
}

static void test_plt(void **state)
{
	expect("_Znwm@plt", "operator new@plt");
	expect("_ZNSt6localeC1ERKS_@plt", "std::locale::locale@plt");
	expect("puts@plt", NULL);
	expect("@plt", NULL);
	expect("camlFoo__bar_12@plt", "Foo.bar@plt");
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
		cmocka_unit_test(test_cxx),	      cmocka_unit_test(test_rust),
		cmocka_unit_test(test_ocaml),	      cmocka_unit_test(test_ocaml_5),
		cmocka_unit_test(test_ocaml_runtime), cmocka_unit_test(test_plt),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
