/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The streams of console and xenstore (X1 to X4): producer and consumer are both shared, so
 * what was not read is seen as such. Events are sent after every write.
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

static void ask_unread(struct px_inquiry *q)
{
	px_ask(q, q->r->stream.prod != q->r->stream.cons);
}

static enum px_match judge(const struct px_case *c, const struct px_ring_port *port,
			   const char *whose, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_unread, evidence);

	if (match != PX_MATCH_YES)
		return match;
	px_say(evidence, "%u of %u bytes are not read (producer %u, consumer %u)",
	       c->last->stream.prod - c->last->stream.cons, px_ring_stream_size(c->ring->kind),
	       c->last->stream.prod, c->last->stream.cons);
	px_say_time(evidence, c);
	px_say(evidence, ";");
	px_say_port(evidence, whose, port);
	px_say(evidence, ".");
	return match;
}

enum px_match px_rule_console_undrained(const struct px_case *c, struct px_evidence *evidence)
{
	return judge(c, c->first ? &c->last->back_port : NULL, "the daemon's", evidence);
}

enum px_match px_rule_console_unread(const struct px_case *c, struct px_evidence *evidence)
{
	return judge(c, c->first ? &c->last->front_port : NULL, "the guest's", evidence);
}

enum px_match px_rule_request_unanswered(const struct px_case *c, struct px_evidence *evidence)
{
	return judge(c, c->first ? &c->last->back_port : NULL, "the daemon's", evidence);
}

enum px_match px_rule_reply_unread(const struct px_case *c, struct px_evidence *evidence)
{
	return judge(c, c->first ? &c->last->front_port : NULL, "the guest's", evidence);
}
