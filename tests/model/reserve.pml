/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Producers that share a ring, for spin: the protocol of guest-probes/px_reserve.h, written again
 * from its description, or with -DNAIVE that of drivers which wait for free slots.
 *
 * Producers run for ever, or stop between any two packets. All but producer 0 give up at any
 * time. Slots are filled and consumed one by one, without a lock; what px_reserve.h does with the
 * lock held is one step. Indices are counted modulo SPAN, as real ones modulo 2^32.
 *
 * A slot holds 0, or how many slots of its packet are left including itself, so that the back end
 * sees by itself whether a packet is whole.
 */
#ifndef PRODUCERS
#define PRODUCERS 3
#endif
#ifndef SLOTS
#define SLOTS 3
#endif
#define SPAN (2 * SLOTS)

mtype = { idle, waiting, granted, looking };

mtype state[PRODUCERS] = idle;
byte want[PRODUCERS];
byte slot[SLOTS];
byte reserved;	/* the first index that nobody has */
byte published;	/* what the back end may take */
byte freed;	/* what was answered */

#define used ((reserved + SPAN - freed) % SPAN)
#define room (SLOTS - used)

/* Those who hold slots in the order of these, then those who wait in the order of arrival. */
byte list[PRODUCERS];
byte listed;
byte holders;

/* Who waited when a producer came, as bits: a second account, which grants are held against. */
byte before[PRODUCERS];

inline remember_arrival(p)
{
	before[p] = 0;
	for (i : 0 .. PRODUCERS - 1) {
		if
		:: i != p && state[i] == waiting -> before[p] = before[p] | (1 << i)
		:: else
		fi
	}
}

inline forget_arrival(p)
{
	for (i : 0 .. PRODUCERS - 1) {
		before[i] = before[i] & (255 - (1 << p))
	}
	before[p] = 0
}

/* Scratch variables make no states of their own. */
inline clear()
{
	i = 0;
	at = 0;
	w = 0
}

inline append(p)
{
	list[listed] = p;
	listed++
}

inline remove(p)
{
	i = 0;
	do
	:: list[i] == p -> break
	:: else -> i++
	od;
	at = i;
	listed--;
	do
	:: i < listed -> list[i] = list[i + 1]; i++
	:: else -> break
	od;
	list[listed] = 0
}

#ifdef NAIVE

/* Waiting gives nothing: who is woken looks again, and waits behind all others if it must. */
inline ask(p)
{
	if
	:: want[p] <= room -> state[p] = granted
	:: else -> state[p] = waiting; append(p)
	fi
}

inline look(p)
{
	ask(p)
}

inline give_up(p)
{
	if
	:: state[p] == waiting -> remove(p)
	:: else
	fi;
	state[p] = idle
}

inline commit(p)
{
	published = reserved;
	state[p] = idle
}

inline free(n)
{
	freed = (freed + n) % SPAN;
	if
	:: listed > 0 -> w = list[0]; remove(w); state[w] = looking
	:: else
	fi
}

#define next_slot(p, n) reserved
#define may_fill	(room > 0)
#define filled(p, n)	reserved = (reserved + 1) % SPAN

#else

byte first[PRODUCERS];
byte behind[PRODUCERS]; /* slots that are committed and wait for this producer's */

inline grant(p)
{
	assert(before[p] == 0);
	forget_arrival(p);
	first[p] = reserved;
	behind[p] = 0;
	reserved = (reserved + want[p]) % SPAN;
	state[p] = granted;
	holders++
}

inline serve()
{
	do
	:: holders < listed && want[list[holders]] <= room ->
		w = list[holders];
		grant(w)
	:: else -> break
	od;
	/* No wake-up is lost. */
	assert(holders == listed || want[list[holders]] > room)
}

inline ask(p)
{
	remember_arrival(p);
	state[p] = waiting;
	append(p);
	serve()
}

inline look(p)
{
	skip
}

inline give_up(p)
{
	if
	:: state[p] == waiting ->
		remove(p);
		forget_arrival(p);
		state[p] = idle
	:: state[p] == granted && (first[p] + want[p]) % SPAN == reserved && behind[p] == 0 ->
		remove(p);
		holders--;
		reserved = first[p];
		first[p] = 0;
		state[p] = idle
	:: else
	fi;
	serve()
}

inline commit(p)
{
	remove(p);
	holders--;
	if
	:: at == 0 -> published = (published + want[p] + behind[p]) % SPAN
	:: else -> behind[list[at - 1]] = behind[list[at - 1]] + want[p] + behind[p]
	fi;
	behind[p] = 0;
	first[p] = 0;
	state[p] = idle
}

inline free(n)
{
	freed = (freed + n) % SPAN;
	serve()
}

#define next_slot(p, n) ((first[p] + (n)) % SPAN)
#define may_fill	true
#define filled(p, n)	skip

#endif

/* Slot by slot; nothing: for requests that do nothing, each a packet of its own. */
inline fill(p, nothing)
{
	n = 0;
	do
	:: d_step { n < want[p] && may_fill ->
		assert(slot[next_slot(p, n) % SLOTS] == 0);
		slot[next_slot(p, n) % SLOTS] = (nothing -> 1 : want[p] - n);
		filled(p, n);
		n++
	}
	:: n == want[p] -> break
	od;
	n = 0
}

proctype producer(byte p)
{
	byte n, i, at, w;

	do
	:: atomic {
		select(n : 1 .. SLOTS);
		d_step { want[p] = n; n = 0; ask(p); clear() }
	}
	do
	:: state[p] == granted -> break
	:: state[p] == looking -> d_step { look(p); clear() }
	:: p > 0 && state[p] != granted -> d_step {
		/* A time-out, unless the slots came first. */
		if
		:: state[p] != granted -> give_up(p)
		:: else
		fi;
		clear()
	}
	if
	:: state[p] == idle -> goto done
	:: else
	fi
	od;
#ifndef NAIVE
	if
	:: p > 0 -> d_step { give_up(p); clear() }
		if
		:: state[p] == idle -> goto done
		:: else -> fill(p, true)
		fi
	:: fill(p, false)
	fi;
#else
	fill(p, false);
#endif
	d_step { commit(p); clear() }
done:	want[p] = 0
	:: break
	od
}

/* Takes slots one by one and answers those that it took whenever it likes. */
proctype back_end()
{
	byte cons, left, taken, i, at, w;

end:	do
	:: d_step { cons != published ->
		assert(slot[cons % SLOTS] > 0);
		if
		:: left == 0 -> left = slot[cons % SLOTS]
		:: else -> assert(slot[cons % SLOTS] == left)
		fi;
		slot[cons % SLOTS] = 0;
		cons = (cons + 1) % SPAN;
		left--;
		taken++;
		/* What is published ends with a packet. */
		assert(left == 0 || cons != published)
	}
	:: d_step { taken > 0 -> free(taken); taken = 0; clear() }
	od
}

init {
	byte p;

	atomic {
		run back_end();
		for (p : 0 .. PRODUCERS - 1) {
			run producer(p)
		}
		p = 0
	}
}

/* Who waits and does not give up is served. */
ltl served { [] (state[0] == waiting -> <> (state[0] == granted)) }
