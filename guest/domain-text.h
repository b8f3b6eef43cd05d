/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How domains and vCPUs are called. */
#ifndef PX_GUEST_DOMAIN_TEXT_H
#define PX_GUEST_DOMAIN_TEXT_H

#include "guest/guest.h"

enum {
	PX_UUID_TEXT = 37
};

/** The name of a domain, or "domain 3" when it has none. Returns text. */
const char *px_domain_label(const struct px_domain *domain, char *text, size_t size);

/** The domain's UUID as xl shows it. Returns text. */
const char *px_domain_uuid(const struct px_domain *domain, char text[PX_UUID_TEXT]);

/** "running", "paused", "shutdown", "crashed", "dying". */
const char *px_domain_state_name(const struct px_domain *domain);

/** "running", "runnable", "blocked", "offline". */
const char *px_vcpu_state_name(enum px_vcpu_state state);

#endif
