/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Depth-first search; visited states are kept as hashes of 128 bits. */
#include "tests/support/explore.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

struct hash {
	uint64_t a;
	uint64_t b; /* 0 only in empty entries */
};

struct search {
	const struct px_model *model;
	struct px_exploration found;
	struct hash *seen;
	size_t capacity; /* a power of two, at least twice the states */
};

static uint64_t mix(uint64_t x, uint64_t word)
{
	x = (x ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

static struct hash hash_of(const uint8_t *bytes, size_t size)
{
	struct hash h = {1, 2};

	for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
		size_t rest = size - at;
		uint64_t word = 0;

		memcpy(&word, bytes + at, rest < sizeof(word) ? rest : sizeof(word));
		h.a = mix(h.a, word);
		h.b = mix(h.b, word + (h.a << 1));
	}
	h.b += !h.b;
	return h;
}

/* Where a hash is, or the empty place where it belongs. */
static struct hash *place(const struct search *s, struct hash h)
{
	size_t i = h.a & (s->capacity - 1);

	while (s->seen[i].b && (s->seen[i].a != h.a || s->seen[i].b != h.b))
		i = (i + 1) & (s->capacity - 1);
	return &s->seen[i];
}

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

static void grow(struct search *s)
{
	struct search old = *s;

	s->capacity *= 2;
	s->seen = zeroed(s->capacity, sizeof(*s->seen));
	for (size_t i = 0; i < old.capacity; i++)
		if (old.seen[i].b)
			*place(s, old.seen[i]) = old.seen[i];
	free(old.seen);
}

/* Whether the model's state is new; it is not the next time. */
static bool is_new(struct search *s)
{
	struct hash h = hash_of(s->model->state, s->model->size);
	struct hash *at = place(s, h);

	if (at->b)
		return false;
	*at = h;
	if (++s->found.states * 2 > s->capacity)
		grow(s);
	return true;
}

static bool fault(struct search *s, const char *what, unsigned depth)
{
	if (!what)
		return false;
	s->found.fault = what;
	s->found.depth = depth;
	return true;
}

/* False when a fault was found. */
static bool visit(struct search *s, unsigned depth)
{
	const struct px_model *m = s->model;
	px_cleanup(px_freep) void *before = NULL;
	bool moved = false;

	if (!is_new(s))
		return true;
	before = zeroed(1, m->size);
	memcpy(before, m->state, m->size);
	for (unsigned move = 0; move < m->moves; move++) {
		if (!m->move(m->state, move))
			continue;
		moved = true;
		s->found.transitions++;
		if (depth < PX_EXPLORE_TRACE_MAX)
			s->found.trace[depth] = move;
		if (fault(s, m->check(m->state), depth + 1) || !visit(s, depth + 1))
			return false;
		memcpy(m->state, before, m->size);
	}
	if (moved)
		return true;
	s->found.ends++;
	return !fault(s, m->end(m->state), depth);
}

struct px_exploration px_explore(const struct px_model *model)
{
	struct search s = {.model = model, .capacity = 1024};

	s.seen = zeroed(s.capacity, sizeof(*s.seen));
	visit(&s, 0);
	free(s.seen);
	return s.found;
}
