/* SPDX-License-Identifier: GPL-2.0-or-later */
"use strict";
/*
 * The profile and its sums. The data block has flat arrays:
 *   strings            texts, which the others have numbers of
 *   names              label, object, kind of each name
 *   nodes              depth, name of each node of the call tree; callers before callees,
 *                      siblings in the order of their labels, node 0 is the root
 *   tasks              command, pid, tid of each task
 *   lanes              task, CPU (-1: not known), event of each lane
 *   cells              node, lane, samples, period: what one lane put at one node
 *   events             name, time (whether periods are nanoseconds)
 * A node's callees are the nodes behind it up to its end, so that every sum over a subtree is
 * one sweep, and of nested nodes the outermost is the one met first.
 */
const KINDS = ["task", "kernel", "module", "user", "unknown"];

class Profile {
	constructor(data) {
		this.data = data;
		this.count = data.nodes.length / 2;
		this.depth = new Uint32Array(this.count);
		this.name = new Uint32Array(this.count);
		this.parent = new Uint32Array(this.count);
		this.end = new Uint32Array(this.count);
		this.names = [];
		for (let i = 0; i < data.names.length; i += 3)
			this.names.push({
				label: data.strings[data.names[i]],
				dso: data.strings[data.names[i + 1]],
				kind: KINDS[data.names[i + 2]],
			});
		this.grow();
		this.lanes = [];
		for (let i = 0; i < data.lanes.length; i += 3)
			this.lanes.push({
				comm: data.strings[data.tasks[3 * data.lanes[i]]],
				cpu: data.lanes[i + 1],
				event: data.lanes[i + 2],
			});
		this.self = new Float64Array(this.count);
		this.total = new Float64Array(this.count);
		this.samples = new Float64Array(this.count);
	}

	/* Parents and ends from the order and the depths of the nodes. */
	grow() {
		const path = [];
		for (let i = 0; i < this.count; i++) {
			const depth = this.data.nodes[2 * i];
			this.depth[i] = depth;
			this.name[i] = this.data.nodes[2 * i + 1];
			for (let d = depth; d < path.length; d++)
				this.end[path[d]] = i;
			path.length = depth;
			this.parent[i] = depth ? path[depth - 1] : 0;
			path.push(i);
		}
		for (const node of path)
			this.end[node] = this.count;
	}

	/* Sum what the wanted lanes put; wanted(lane) says which they are. */
	sum(wanted) {
		const cells = this.data.cells, mask = this.lanes.map(wanted);
		this.self.fill(0);
		this.samples.fill(0);
		for (let i = 0; i < cells.length; i += 4) {
			if (!mask[cells[i + 1]])
				continue;
			this.samples[cells[i]] += cells[i + 2];
			this.self[cells[i]] += cells[i + 3];
		}
		this.total.set(this.self);
		for (let i = this.count - 1; i > 0; i--) {
			this.total[this.parent[i]] += this.total[i];
			this.samples[this.parent[i]] += this.samples[i];
		}
	}

	/* What the lanes put, by a key of theirs, largest first: [[key, period], ...]. */
	sumBy(keyOf, wanted) {
		const sums = new Map(), cells = this.data.cells;
		for (let i = 0; i < cells.length; i += 4) {
			const lane = this.lanes[cells[i + 1]];
			if (wanted(lane))
				sums.set(keyOf(lane), (sums.get(keyOf(lane)) || 0) + cells[i + 3]);
		}
		return Array.from(sums).sort((a, b) => b[1] - a[1]);
	}

	/* The names that are code, with self and total; a recursion counts once. */
	functions() {
		const list = new Map(), until = new Uint32Array(this.names.length);
		for (let i = 1; i < this.count; i++) {
			const id = this.name[i], name = this.names[id];
			if (!this.total[i] || name.kind === "task")
				continue;
			let f = list.get(id);
			if (!f)
				list.set(id, f = { id, label: name.label, dso: name.dso, self: 0, total: 0 });
			f.self += this.self[i];
			if (i >= until[id]) {
				f.total += this.total[i];
				until[id] = this.end[i];
			}
		}
		return Array.from(list.values());
	}

	/* What lies under nodes whose names match, each stack counted once. */
	matched(matches) {
		let sum = 0;
		for (let i = 0; i < this.count;) {
			if (matches[this.name[i]]) {
				sum += this.total[i];
				i = this.end[i];
			} else {
				i++;
			}
		}
		return sum;
	}

	/* Who calls a name and what it calls: two lists [[name, period], ...], largest first. */
	around(id) {
		const callers = new Map(), callees = new Map();
		const add = (map, key, value) => map.set(key, (map.get(key) || 0) + value);
		for (let i = 1, until = 0; i < this.count; i++) {
			if (this.name[i] !== id || !this.total[i])
				continue;
			if (i >= until) {
				add(callers, this.name[this.parent[i]], this.total[i]);
				until = this.end[i];
			}
			if (this.self[i])
				add(callees, -1, this.self[i]);
			for (let c = i + 1; c < this.end[i]; c = this.end[c])
				if (this.total[c] && this.name[c] !== id)
					add(callees, this.name[c], this.total[c]);
		}
		const sorted = (map) => Array.from(map).sort((a, b) => b[1] - a[1]);
		return { callers: sorted(callers), callees: sorted(callees) };
	}
}

function formatCount(value) {
	return Math.round(value).toLocaleString("en-US");
}

function formatTime(nanoseconds) {
	const units = ["ns", "µs", "ms", "s"];
	let unit = 0;
	while (nanoseconds >= 999.5 && unit < units.length - 1) {
		nanoseconds /= 1000;
		unit++;
	}
	return nanoseconds.toFixed(unit === 0 || nanoseconds >= 99.95 ? 0 : nanoseconds >= 9.995 ? 1 : 2) +
		" " + units[unit];
}

function formatShare(part, whole) {
	const percent = whole ? 100 * part / whole : 0;
	if (percent > 0 && percent < 0.005)
		return "< 0.01 %";
	return percent.toFixed(percent >= 99.995 || percent === 0 ? 0 : percent >= 9.995 ? 1 : 2) + " %";
}
