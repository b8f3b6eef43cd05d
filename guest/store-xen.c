/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live store: a connection to xenstored, through Xen's library. */
#include "guest/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "guest/xen-private.h"
#include "lib/memory.h"

struct xen_store {
	struct px_store store;
	struct xs_handle *connection;
};

static struct xen_store *xen_store_of(struct px_store *store)
{
	return (struct xen_store *)store;
}

/* Whether xenstored refused a key, or an operation on it, rather than failing itself. */
static bool is_about_the_key(int errno_value)
{
	return errno_value == ENOENT || errno_value == EINVAL || errno_value == E2BIG ||
	       errno_value == ENAMETOOLONG;
}

static struct px_error *explain(int errno_value)
{
	/* The library closes a connection that failed. */
	if (errno_value == EAGAIN || errno_value == EBADF)
		return px_error_new(PX_ERR_NO_ANSWER, "xenstored does not answer");
	return px_error_system(errno_value, "cannot read xenstore");
}

static struct px_error *xen_read(struct px_store *base, const char *path,
				 struct px_store_value *ret, enum px_store_outcome *outcome_ret)
{
	px_cleanup(px_freep) char *bytes = NULL;
	unsigned int size = 0;

	base->requests++;
	bytes = xs_read(xen_store_of(base)->connection, XBT_NULL, path, &size);
	if (!bytes && !is_about_the_key(errno))
		return explain(errno);
	*outcome_ret = bytes ? PX_STORE_OK : PX_STORE_ABSENT;
	if (bytes) {
		ret->size = px_min(size, (unsigned int)PX_STORE_VALUE_MAX);
		memcpy(ret->bytes, bytes, ret->size);
	}
	return NULL;
}

/* --- lists -------------------------------------------------------------------------------- */

static struct px_error *copy_names(char **names, size_t count, size_t limit,
				   struct px_store_names *ret)
{
	struct px_store_names copies = {.cut = count > limit};
	struct px_error *err;

	count = px_min(count, limit);
	err = px_calloc(px_max(count, (size_t)1), sizeof(*copies.names), &copies.names);
	for (size_t i = 0; i < count && !err; i++) {
		err = px_strdup(names[i], &copies.names[i]);
		copies.count += !err;
	}
	if (err)
		px_store_names_fini(&copies);
	else
		*ret = copies;
	return err;
}

/*
 * A list that does not fit in one message is fetched in parts, and the library starts anew when
 * it changes meanwhile: a guest could make it do so for ever. Inside a transaction it does not
 * change.
 */
static struct px_error *list_in(struct px_store *base, xs_transaction_t transaction,
				const char *path, size_t limit, struct px_store_names *ret,
				enum px_store_outcome *outcome_ret)
{
	px_cleanup(px_freep) char **names = NULL;
	unsigned int count = 0;

	base->requests++;
	names = xs_directory(xen_store_of(base)->connection, transaction, path, &count);
	if (names) {
		*outcome_ret = PX_STORE_OK;
		return copy_names(names, count, limit, ret);
	}
	if (!is_about_the_key(errno))
		return explain(errno);
	/* Too long a list for a daemon that does not send them in parts: there is something. */
	*outcome_ret = errno == E2BIG ? PX_STORE_OK : PX_STORE_ABSENT;
	return errno == E2BIG ? copy_names(NULL, 1, 0, ret) : NULL;
}

static struct px_error *xen_list(struct px_store *base, const char *path, size_t limit,
				 struct px_store_names *ret, enum px_store_outcome *outcome_ret)
{
	struct xs_handle *connection = xen_store_of(base)->connection;
	xs_transaction_t transaction = xs_transaction_start(connection);
	struct px_error *err;

	base->requests += 2;
	if (transaction == XBT_NULL)
		return explain(errno);
	err = list_in(base, transaction, path, limit, ret, outcome_ret);
	/* Nothing was written, so there is nothing that this could fail to undo. */
	xs_transaction_end(connection, transaction, true);
	return err;
}

/* --- opening and closing
 * ---------------------------------------------------------------------- */

static void xen_close(struct px_store *base)
{
	xs_close(xen_store_of(base)->connection);
	free(base);
}

static const struct px_store_ops xen_ops = {
	.read = xen_read,
	.list = xen_list,
	.close = xen_close,
};

static struct px_error *explain_connect(int errno_value)
{
	if (errno_value == ETIMEDOUT)
		return px_error_new(PX_ERR_NO_ANSWER, "xenstored does not answer");
	return px_error_new(PX_ERR_NOT_ON_XEN,
			    "cannot connect to xenstored (%s): this is not the dom0 of a Xen "
			    "host, or it is not running",
			    strerror(errno_value));
}

struct px_error *px_store_open_xen(struct px_store **ret)
{
	struct xen_store *store = NULL;
	struct px_error *err = px_calloc(1, sizeof(*store), &store);

	if (err)
		return err;
	store->store.ops = &xen_ops;
	store->connection = px_xen_store_connect();
	if (!store->connection) {
		err = explain_connect(errno);
		free(store);
		return err;
	}
	*ret = &store->store;
	return NULL;
}
