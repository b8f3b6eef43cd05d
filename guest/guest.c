/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What guests of every back end have in common. */
#include "guest/guest.h"

#include "lib/memory.h"
#include "lib/stop.h"

const char *px_guest_type_name(enum px_guest_type type)
{
	switch (type) {
	case PX_GUEST_PV:
		return "pv";
	case PX_GUEST_PVH:
		return "pvh";
	case PX_GUEST_HVM:
		return "hvm";
	}
	return "unknown";
}

const char *px_domain_stopped(const struct px_domain *domain)
{
	return domain->dying	   ? "is being destroyed"
	       : domain->crashed   ? "has crashed"
	       : domain->rebooting ? "has shut down to reboot"
	       : domain->suspended ? "is suspended"
	       : domain->shutdown  ? "has shut down"
	       : domain->paused	   ? "is paused"
				   : NULL;
}

struct px_error *px_guest_domain_now(struct px_guest *guest, struct px_domain *ret)
{
	/* Uneven, so as not to keep step with a sampler. */
	static const uint64_t between_ns[] = {370000, 740000, 1480000, 2960000};
	struct px_domain domain = {0};
	struct px_error *err = guest->ops->domain(guest, &domain);

	for (size_t i = 0; !err && domain.paused && i < px_array_size(between_ns); i++) {
		err = px_stop_sleep(between_ns[i]);
		if (!err)
			err = guest->ops->domain(guest, &domain);
	}
	if (!err)
		*ret = domain;
	return err;
}

void px_guest_close(struct px_guest *guest)
{
	if (guest)
		guest->ops->close(guest);
}

void px_guest_closep(struct px_guest **guest)
{
	px_guest_close(*guest);
	*guest = NULL;
}
