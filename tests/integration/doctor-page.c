/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write the page of a doctor's report that was built by hand, for a browser to look at. */
#include <stdio.h>
#include <stdlib.h>

#include "ringtrace/doctor-view.h"
#include "tests/support/doctor-fixture.h"

int main(void)
{
	struct px_doctor_report report;
	struct px_conclusion conclusion = {0};

	px_doctor_fixture_whole(&report);
	if (px_conclude(&report, &conclusion))
		abort();
	px_doctor_html(&report, &conclusion, stdout);
	px_conclusion_fini(&conclusion);
	px_doctor_report_fini(&report);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
