/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What guests of every back end have in common. */
#include "guest/guest.h"

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
