/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of rules, in the order of precedence: what is wrong with a ring in itself, what its
 * front end holds back, requests, responses, buffers, grants; then what is no fault. Causes
 * stand before what follows from them. doc/RINGS.md repeats ids, names and actors.
 */
#include "ringtrace/rules.h"

#include <string.h>

#include "ringtrace/rule-tests.h"

#define TX	  (1u << PX_RING_NET_TX)
#define RX	  (1u << PX_RING_NET_RX)
#define BLOCK	  (1u << PX_RING_BLOCK)
#define NET	  (TX | RX)
#define SLOTS	  (NET | BLOCK)
#define OUT	  (1u << PX_RING_CONSOLE_OUT)
#define IN	  (1u << PX_RING_CONSOLE_IN)
#define REQUEST	  (1u << PX_RING_STORE_REQUEST)
#define REPLY	  (1u << PX_RING_STORE_REPLY)
#define STREAMS	  (OUT | IN | REQUEST | REPLY)
#define ALL	  (SLOTS | STREAMS)
#define DEVICE	  0u
#define NETBACK	  "dmesg in the back end's domain"
#define TEST_KICK "perf xen rings --kick sends the event and shows whether the ring goes on"

static const struct px_rule rules[] = {
	{
		.id = "L4",
		.name = "back end's domain down",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_TOOLSTACK,
		.kinds = DEVICE,
		.meaning = "The domain that drives the device for this guest does not run, so "
			   "nobody answers the guest.",
		.advice = "xl list; xl unpause it, or start it again, then detach and attach "
			  "the device (xl network-attach, block-attach). See why it stopped: "
			  "perf xen doctor of that domain, its console, xl dmesg.",
		.test = px_rule_back_down,
	},
	{
		.id = "L",
		.name = "handshake stuck",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_TOOLSTACK,
		.kinds = DEVICE,
		.meaning = "The two ends of the device do not come together: one waits for a "
			   "state of the other that does not come.",
		.advice = "xenstore-ls -f | grep for the device; look at hotplug-status and "
			  "error/ there, at /var/log/xen/xen-hotplug.log and at " NETBACK
			  ". Detach and attach the device (xl network-detach, block-detach).",
		.test = px_rule_handshake,
	},
	{
		.id = "K",
		.name = "notification storm",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = DEVICE,
		.meaning = "The guest sends events although it published nothing. That costs a "
			   "processor at each end, and a Linux back end answers ever later.",
		.advice =
			"Correct the guest's test for a notification: it is unsigned 32-bit "
			"arithmetic. Watch events, spurious_events and jiffies_eoi_delayed in "
			"/sys/bus/xen-backend/devices/*/xenbus/.",
		.test = px_rule_storm,
	},
	{
		.id = "O",
		.name = "one bad queue",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = DEVICE,
		.meaning = "Only one queue of the device is faulty; what hashes to it stands "
			   "still, the rest works.",
		.advice = "Look at the verdicts of that queue's rings. Fewer queues "
			  "(xen_netfront.max_queues=1, xen_blkfront.max_queues=1) avoid it.",
		.test = px_rule_one_queue,
	},
	{
		.id = "G",
		.name = "ring set up anew",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = SLOTS,
		.meaning = "Somebody reset the shared indices while the device stayed "
			   "connected; the ends count differently now and wait for ever.",
		.advice = "Detach and attach the device. Look for a suspend, a restart of the "
			  "back end or a second initialisation of the ring at that time.",
		.test = px_rule_reset,
	},
	{
		.id = "H",
		.name = "impossible indices",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = ALL,
		.meaning = "The indices or ids cannot be those of a working ring: memory was "
			   "overwritten, or the two ends are out of step.",
		.advice = NETBACK
		": \"Impossible number of requests\", \"fatal error; disabling "
		"device\". In the guest: \"Bad rx response id\", \"Illegal "
		"number of responses\", \"Response has incorrect id\".",
		.test = px_rule_impossible,
	},
	{
		.id = "I",
		.name = "dangling chain",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = TX,
		.meaning = "The guest published part of a packet: the last slot announces "
			   "another that is not there. netback disables such a device; other "
			   "back ends may wait for ever.",
		.advice = "The guest must publish a packet's slots together. " NETBACK
			  ": \"Asked for %d slots but exceeds this limit\".",
		.test = px_rule_dangling,
	},
	{
		.id = "J",
		.name = "chain too long",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = TX,
		.meaning = "A packet takes more slots than the back end accepts; netback drops "
			   "it, or disables the device.",
		.advice = "Let the guest copy packets of many fragments together (Linux: "
			  "ethtool -K eth0 sg off). " NETBACK
			  ": \"Too many slots\", \"Malicious frontend using %d slots\".",
		.test = px_rule_too_long,
	},
	{
		.id = "Z",
		.name = "device shut off",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = SLOTS,
		.meaning =
			"One end found the other's slots or ids wrong and uses the device no "
			"more. It does not come back by itself.",
		.advice = NETBACK
		": \"fatal error; disabling device\"; in the guest: \"Disabled "
		"for further use\", \"Grant still in use by backend domain\". "
		"Then detach and attach the device.",
		.test = px_rule_shut_off,
	},
	{
		.id = "T",
		.name = "slots held by unfinished packets",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = TX | BLOCK,
		.meaning = "The slots are held by packets that are not complete, whose senders "
			   "wait for more slots. Nothing is in flight that could free any: "
			   "nobody can go on.",
		.advice = "Reserve all slots of a packet at once, first come first served "
			  "(guest-probes/px_reserve.h), or send under one lock.",
		.test = px_rule_reservation,
	},
	{
		.id = "N",
		.name = "stranded waiter",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = TX | BLOCK,
		.meaning = "The ring is empty, and yet somebody in the guest waits for slots: "
			   "the wake-up went to another or was lost, and no event will come.",
		.advice = "Any response wakes it (ping the guest's other interface, send one "
			  "packet more). Correct the guest: wake all who fit, not one.",
		.wake = PX_WAKE_FRONT,
		.test = px_rule_stranded,
	},
	{
		.id = "A4",
		.name = "back end asleep with an event",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_BACK,
		.kinds = SLOTS,
		.meaning =
			"The guest's event has arrived, and the back end does not take it: its "
			"interrupt is masked, or its vCPU does not run.",
		.advice = "ip link there: a vif that is down takes no events. xl vcpu-list of "
			  "the back end's domain; /proc/interrupts there; xl debug-keys e. A "
			  "masked port that never opens is a bug of the back end's driver.",
		.wake = PX_WAKE_BACK,
		.test = px_rule_back_asleep,
	},
	{
		.id = "A1",
		.name = "lost kick",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = SLOTS,
		.meaning = "The guest published requests and had to send an event, which never "
			   "reached the back end: it does not know of them.",
		.advice = TEST_KICK ". Correct the guest: compare the event index after a full "
				    "barrier, on every push.",
		.wake = PX_WAKE_BACK,
		.test = px_rule_lost_kick,
	},
	{
		.id = "F",
		.name = "event never due",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_BACK,
		.kinds = SLOTS,
		.meaning =
			"The back end has not taken all requests, and asked for no event that "
			"the guest would have to send: it forgot to arm.",
		.advice = TEST_KICK ". For Linux compare with the kernel's fixes of netback; "
				    "report it with the numbers.",
		.wake = PX_WAKE_BACK,
		.test = px_rule_event_never_due,
	},
	{
		.id = "A1/F",
		.name = "requests not seen",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = SLOTS,
		.meaning =
			"Requests wait and the back end does not act on them: a kick was lost "
			"(A1), it sleeps with the event (A4), or it forgot to arm (F).",
		.advice = TEST_KICK
		". The back end's private indices would tell: run as root in "
		"its domain, with debugfs mounted.",
		.wake = PX_WAKE_BACK,
		.test = px_rule_not_seen,
	},
	{
		.id = "A2",
		.name = "back end holds requests",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_BACK,
		.kinds = NET,
		.meaning =
			"The back end knows of all requests and does not answer them: packets "
			"are held behind it, or its threads are stuck.",
		.advice =
			"See where its packets go: bridge, firewall, another guest that does "
			"not receive. cat /sys/kernel/debug/xen-netback/*/io_ring_q*; "
			"ethtool -S of the vif (tx_zerocopy_*); stacks of its kernel threads.",
		.wake = PX_WAKE_BACK,
		.test = px_rule_back_holds,
	},
	{
		.id = "A2D",
		.name = "disk does not answer",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_BACK,
		.kinds = BLOCK,
		.meaning = "The back end has taken the requests, and the disk below it has not "
			   "answered any for a long time.",
		.advice = "Look at the disk in the back end's domain: dmesg, iostat -x 1, "
			  "multipath -ll, stacks of tasks in state D (perf xen doctor).",
		.test = px_rule_disk_stuck,
	},
	{
		.id = "B2",
		.name = "front end blind",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = SLOTS,
		.meaning = "Responses wait, and the guest has masked the event channel that "
			   "would tell it.",
		.advice = "Correct the guest's handler: it must unmask, or end the interrupt, "
			  "and look at the ring again. perf xen stacks shows what it does.",
		.test = px_rule_front_blind,
	},
	{
		.id = "B3",
		.name = "front end not run",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = SLOTS,
		.meaning = "The event has reached the guest, and its vCPU does not take it: it "
			   "gets no processor, or has interrupts off.",
		.advice = "xl vcpu-list and xl sched-credit2 of the guest; perf xen stacks "
			  "--twice shows whether the vCPU spins.",
		.test = px_rule_front_not_run,
	},
	{
		.id = "B1",
		.name = "lost response event",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = SLOTS,
		.meaning =
			"Responses wait, an event was due, and none is pending in the guest: "
			"the back end did not send it, or the guest took it and did not look.",
		.advice = "perf xen stacks shows whether the guest still works on it. If it "
			  "sleeps, " TEST_KICK "; look at both drivers.",
		.wake = PX_WAKE_FRONT,
		.test = px_rule_lost_response,
	},
	{
		.id = "B1/B3",
		.name = "responses not taken",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.kinds = SLOTS,
		.meaning = "Responses wait and an event was due; whether it was lost (B1), is "
			   "masked (B2) or not taken (B3) cannot be seen.",
		.advice = "xl debug-keys e shows the guest's ports in xl dmesg.",
		.wake = PX_WAKE_FRONT,
		.test = px_rule_not_taken,
	},
	{
		.id = "B4",
		.name = "no event asked for",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = SLOTS,
		.meaning =
			"Responses wait, the guest asked for no event at them, and cannot go "
			"on without them: it will never be told.",
		.advice =
			"Correct the guest: after the last response set rsp_event to the next "
			"and look again (RING_FINAL_CHECK_FOR_RESPONSES).",
		.wake = PX_WAKE_FRONT,
		.test = px_rule_not_asked,
	},
	{
		.id = "D",
		.name = "no buffers for packets",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = RX,
		.meaning = "The guest has posted no buffer: it can receive nothing.",
		.advice = "Out of memory in the guest, or its refill ran before it took the "
			  "last packets. " NETBACK ": \"Guest Rx stalled\".",
		.wake = PX_WAKE_BACK,
		.test = px_rule_starved,
	},
	{
		.id = "E",
		.name = "too few buffers for a packet",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = RX,
		.meaning = "The next packet takes more buffers than the guest ever posts; all "
			   "behind it wait, and one is dropped every ten seconds.",
		.advice = "Let the guest post at least 19 buffers, or switch segmentation off "
			  "at the vif (ethtool -K vifD.N tso off gso off).",
		.wake = PX_WAKE_BACK,
		.test = px_rule_deficit,
	},
	{
		.id = "M",
		.name = "requests not published",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = SLOTS,
		.meaning =
			"The guest has prepared requests and does not publish them: it forgot "
			"the push, or its writer is stuck in the middle of a packet.",
		.advice =
			"perf xen stacks -a shows the writer. On receive rings of Linux: look "
			"for failed allocations in the guest.",
		.test = px_rule_unpushed,
	},
	{
		.id = "Q",
		.name = "grants not given back",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_BACK,
		.kinds = TX,
		.meaning =
			"The back end is done with packets and keeps their pages mapped; the "
			"guest cannot use these again.",
		.advice =
			"Look at the stack of the back end's dealloc thread (vifD.N-qK-deall). "
			"In the guest: \"Grant still in use by backend domain\".",
		.test = px_rule_grants_held,
	},
	{
		.id = "X1",
		.name = "console not drained",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_BACK,
		.kinds = OUT,
		.meaning = "What the guest prints is not read; once the ring is full the guest "
			   "may wait for its console.",
		.advice =
			"Is xenconsoled there, and does it run? systemctl status xenconsoled. "
			"For a console of qemu: xl console -t pv.",
		.test = px_rule_console_undrained,
	},
	{
		.id = "X3",
		.name = "xenstore does not answer",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_BACK,
		.kinds = REQUEST,
		.meaning = "The guest asked xenstore, and xenstored has not read the request: "
			   "devices cannot connect.",
		.advice =
			"systemctl status xenstored; does xenstore-ls answer in dom0? A guest "
			"over its quota is served late.",
		.test = px_rule_request_unanswered,
	},
	{
		.id = "X4",
		.name = "xenstore reply not read",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_FRONT,
		.kinds = REPLY,
		.meaning =
			"xenstore answered, or fired a watch, and the guest does not read it.",
		.advice = "perf xen stacks -a: what do xenbus and xenwatch of the guest do?",
		.test = px_rule_reply_unread,
	},
	{
		.id = "W",
		.name = "guest is stopped",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_TOOLSTACK,
		.kinds = ALL,
		.meaning = "The guest does not run, so nothing of it moves.",
		.advice = "xl list shows its state; xl unpause lets a paused guest go on.",
		.test = px_rule_guest_stopped,
	},
	{
		.id = "Y",
		.name = "device not connected",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_NOBODY,
		.kinds = SLOTS,
		.meaning = "The ring is out of use: its device is not connected.",
		.advice = "See what is said about the device.",
		.test = px_rule_not_connected,
	},
	{
		.id = "Y1",
		.name = "interface is down",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_NOBODY,
		.kinds = RX,
		.meaning =
			"The guest's network interface is switched off in the guest: it takes "
			"no packets. Those that come fill the ring, then the back end drops "
			"them.",
		.advice = "If it should be in use: ip link set up for it, in the guest.",
		.test = px_rule_interface_down,
	},
	{
		.id = "V",
		.name = "moves",
		.health = PX_HEALTH_PROGRESS,
		.actor = PX_ACTOR_NOBODY,
		.kinds = ALL,
		.meaning = "Indices moved while they were watched.",
		.advice = "Nothing is to be done.",
		.test = px_rule_moves,
	},
	{
		.id = "P",
		.name = "end of interrupts put off",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_FRONT,
		.kinds = SLOTS,
		.meaning =
			"The guest sent events for nothing; a Linux back end therefore takes "
			"its next ones up to a second late.",
		.advice = "Correct the guest. The limit is spurious_threshold in "
			  "/sys/bus/xen-backend/devices/*/xenbus/.",
		.test = px_rule_eoi_delayed,
	},
	{
		.id = "A3",
		.name = "rate limit",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_HOST,
		.kinds = TX,
		.meaning = "The guest has sent as much as it may; the back end waits for its "
			   "timer. That is no bug.",
		.advice = "The limit is rate= in the vif's line of the guest's configuration.",
		.test = px_rule_throttled,
	},
	{
		.id = "A2W",
		.name = "disk is busy",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_BACK,
		.kinds = BLOCK,
		.meaning =
			"The back end has taken the requests; the disk below it has answered "
			"none while it was watched.",
		.advice = "Look again: a disk that answers nothing for five seconds is stuck.",
		.patient = true,
		.test = px_rule_disk_busy,
	},
	{
		.id = "X2",
		.name = "console input not read",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_FRONT,
		.kinds = IN,
		.meaning = "What was typed is not read by the guest: nothing there reads its "
			   "console, or it hangs.",
		.advice = "Is there a getty on hvc0? If there should be, look at the other "
			  "rings and at perf xen stacks.",
		.test = px_rule_console_unread,
	},
	{
		.id = "C",
		.name = "ring full",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_BACK,
		.kinds = TX | BLOCK,
		.meaning =
			"The guest has used all slots and waits for responses. Why none come "
			"is said by another verdict (A, B, F).",
		.advice = "See the other verdict.",
		.test = px_rule_ring_full,
	},
	{
		.id = "B5",
		.name = "responses left for later",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_NOBODY,
		.kinds = SLOTS,
		.meaning =
			"The guest has not taken the last responses and asked for an event at "
			"a later one: some drivers do so on purpose.",
		.advice = "No bug until the ring is full (B4).",
		.test = px_rule_batched,
	},
	{
		.id = "U",
		.name = "unknown",
		.health = PX_HEALTH_UNKNOWN,
		.actor = PX_ACTOR_NOBODY,
		.kinds = ALL,
		.meaning = "What is known does not say whether the ring is in order.",
		.advice = "Watch for longer (--interval), and give it what is missing: the "
			  "guest's symbols or ring notes, root in the back end's domain.",
	},
	{
		.id = "S",
		.name = "idle",
		.health = PX_HEALTH_IDLE,
		.actor = PX_ACTOR_NOBODY,
		.kinds = ALL,
		.meaning = "Nothing to do, and ready. No traffic was seen.",
		.advice = "Nothing is to be done.",
		.test = px_rule_idle,
	},
	{
		.id = "R",
		.name = "near the wrap",
		.health = PX_HEALTH_IDLE,
		.actor = PX_ACTOR_NOBODY,
		.kinds = SLOTS,
		.meaning = "The indices are about to come round at 2^32. A driver that keeps "
			   "them in wider numbers (older OCaml ones do) stops there.",
		.advice = "Watch the ring over the wrap if the guest uses such a driver.",
		.test = px_rule_near_wrap,
	},
	{
		.id = "L1",
		.name = "driver not begun",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_FRONT,
		.kinds = DEVICE,
		.meaning = "The guest has not begun to use the device: it is not there yet, or "
			   "has no driver for it.",
		.advice = "If it should have: look for the driver in the guest.",
		.test = px_rule_not_begun,
	},
	{
		.id = "L2",
		.name = "device closed",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_NOBODY,
		.kinds = DEVICE,
		.meaning = "The device was given up by both ends, or is on its way out.",
		.advice = "Nothing, if somebody detached it.",
		.test = px_rule_closed,
	},
	{
		.id = "L3",
		.name = "connection changes",
		.health = PX_HEALTH_WAITS,
		.actor = PX_ACTOR_NOBODY,
		.kinds = DEVICE,
		.meaning = "The two ends are on their way to each other, or apart; a guest "
			   "that starts or stops takes some seconds.",
		.advice = "Look again: after five seconds in the same states it is stuck.",
		.patient = true,
		.test = px_rule_changing,
	},
};

const struct px_rule *px_rules(size_t *count_ret)
{
	*count_ret = px_array_size(rules);
	return rules;
}

const struct px_rule *px_rule_find(const char *id)
{
	for (size_t i = 0; i < px_array_size(rules); i++)
		if (!strcmp(rules[i].id, id))
			return &rules[i];
	return NULL;
}
