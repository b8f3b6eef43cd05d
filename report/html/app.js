/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page: filters, search, table, trust, and the state in the address. */
(function () {
	const byId = (id) => document.getElementById(id);
	const data = JSON.parse(byId("data").textContent);
	const profile = new Profile(data);
	const firstRows = 100;
	const state = { event: data.event, cpus: new Set(), comms: new Set(), term: "", matchCase: false,
		sort: "self", descending: true, limit: firstRows, selected: -1 };
	let functions = [];

	const flame = new FlameCanvas(byId("stage"), byId("canvas"), byId("spacer"), profile, {
		hover: showTip,
		zoom: (node) => zoom(node),
		focus: (node) => { byId("details").textContent = describe(node).join("  ·  "); },
	});

	/* --- small things ----------------------------------------------------------------- */

	function element(tag, className, text) {
		const e = document.createElement(tag);
		if (className)
			e.className = className;
		if (text !== undefined)
			e.textContent = text;
		return e;
	}

	function formatPeriod(period) {
		const event = data.events[state.event];
		return event && event.time ? formatTime(period) : formatCount(period);
	}

	const whole = () => profile.total[0];

	/* What is said of a node: its name, its figures, its object. */
	function describe(node) {
		const name = profile.names[profile.name[node]];
		const samples = profile.samples[node];
		return [name.label,
			formatShare(profile.total[node], whole()) + "  (" +
			formatShare(profile.self[node], whole()) + " self)",
			formatPeriod(profile.total[node]) + ", " + formatCount(samples) +
			(samples === 1 ? " sample" : " samples"),
			name.dso].filter((part) => part !== "");
	}

	function showTip(node, x, y) {
		const tip = byId("tip");
		tip.hidden = node < 0;
		byId("details").textContent = node < 0 ? "" : describe(node).join("  ·  ");
		if (node < 0)
			return;
		const [label, ...rest] = describe(node);
		tip.replaceChildren(element("b", "", label), ...rest.map((r) => element("span", "", r)));
		const right = x + 16 + tip.offsetWidth > innerWidth;
		const low = y + 18 + tip.offsetHeight > innerHeight;
		tip.style.left = Math.max(4, right ? x - 12 - tip.offsetWidth : x + 16) + "px";
		tip.style.top = Math.max(4, low ? y - 12 - tip.offsetHeight : y + 18) + "px";
	}

	function bar(label, value, share, action) {
		const li = element("li"), line = element(action ? "button" : "span", "line");
		const fill = element("i");
		fill.style.width = Math.min(100, 100 * share).toFixed(2) + "%";
		line.append(fill, element("span", "label", label), element("span", "value", value));
		if (action) {
			line.type = "button";
			line.addEventListener("click", action);
		}
		li.append(line);
		return li;
	}

	/* --- search ------------------------------------------------------------------------ */

	function pattern() {
		const flags = state.matchCase ? "" : "i";
		try {
			return new RegExp(state.term, flags);
		} catch (e) {
			return new RegExp(state.term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), flags);
		}
	}

	function showSearch() {
		const re = state.term ? pattern() : null;
		flame.matches = re ? profile.names.map((n) => re.test(n.label)) : null;
		byId("matched").textContent =
			re ? "Matched " + formatShare(profile.matched(flame.matches), whole()) : "";
		byId("search").value = state.term;
		byId("case").setAttribute("aria-pressed", state.matchCase);
		flame.redraw();
		showFunctions();
	}

	function setTerm(term) {
		state.term = term;
		showSearch();
		remember();
	}

	function search(term) {
		state.selected = -1;
		state.limit = firstRows;
		setTerm(term);
		showAround();
	}

	function select(id) {
		state.selected = id;
		setTerm(id < 0 ? "" : "^" + profile.names[id].label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + "$");
		showAround();
	}

	/* --- zoom -------------------------------------------------------------------------- */

	function showPath() {
		const nodes = [];
		for (let n = flame.zoomed; n > 0; n = profile.parent[n])
			nodes.unshift(n);
		const step = (node) => {
			const b = element("button", "", profile.names[profile.name[node]].label);
			b.type = "button";
			b.addEventListener("click", () => zoom(node));
			return b;
		};
		const parts = nodes.length > 7 ? [...nodes.slice(0, 2), -1, ...nodes.slice(-4)] : nodes;
		byId("path").hidden = nodes.length === 0;
		byId("path").replaceChildren(step(0),
			...parts.map((n) => (n < 0 ? element("span", "", "…") : step(n))));
		byId("reset").disabled = flame.zoomed === 0 && state.term === "";
	}

	function zoom(node) {
		flame.zoom(node);
		showPath();
		remember();
	}

	function reset() {
		search("");
		zoom(0);
	}

	/* --- functions --------------------------------------------------------------------- */

	function compare(a, b) {
		const x = a[state.sort], y = b[state.sort];
		const order = typeof x === "number" ? x - y : x < y ? -1 : x > y ? 1 : 0;
		return (state.descending ? -order : order) || b.total - a.total;
	}

	function functionRow(f) {
		const row = element("tr", f.id === state.selected ? "selected" : "");
		const name = element("button", "name", f.label);
		name.type = "button";
		name.title = f.label;
		name.addEventListener("click", () => select(f.id === state.selected ? -1 : f.id));
		for (const key of ["self", "total"]) {
			const cell = element("td", "number"), fill = element("i");
			fill.style.width = (whole() ? 100 * f[key] / whole() : 0).toFixed(2) + "%";
			cell.append(fill, element("span", "", formatShare(f[key], whole())));
			cell.title = formatPeriod(f[key]);
			row.append(cell);
		}
		const cell = element("td");
		cell.append(element("i", "dot " + profile.names[f.id].kind), name);
		row.append(cell, element("td", "object", f.dso));
		row.lastChild.title = f.dso;
		return row;
	}

	function showFunctions() {
		/* A function that was picked here stays among its neighbours. */
		const narrow = flame.matches && state.selected < 0;
		const found = functions.filter((f) => !narrow || flame.matches[f.id]).sort(compare);
		byId("rows").replaceChildren(...found.slice(0, state.limit).map(functionRow));
		byId("function-count").textContent = narrow ?
			formatCount(found.length) + " of " + formatCount(functions.length) :
			formatCount(functions.length);
		byId("more").hidden = found.length <= state.limit;
		for (const b of document.querySelectorAll("th button"))
			b.parentElement.setAttribute("aria-sort", b.dataset.sort !== state.sort ? "none" :
				state.descending ? "descending" : "ascending");
		byId("reset").disabled = flame.zoomed === 0 && state.term === "";
	}

	function showAround() {
		byId("around").hidden = state.selected < 0;
		if (state.selected < 0)
			return;
		const { callers, callees } = profile.around(state.selected);
		const top = Math.max(1, ...callers.map((c) => c[1]), ...callees.map((c) => c[1]));
		const line = ([id, period]) => {
			const own = id < 0, name = own ? { label: "its own code" } : profile.names[id];
			const go = own || name.kind === "task" ? null : () => select(id);
			return bar(name.label, formatShare(period, whole()), period / top, go);
		};
		byId("around-name").textContent = profile.names[state.selected].label;
		byId("callers").replaceChildren(...callers.slice(0, 12).map(line));
		byId("callees").replaceChildren(...callees.slice(0, 12).map(line));
	}

	/* --- filters ----------------------------------------------------------------------- */

	const ofEvent = (lane) => lane.event === state.event;
	const onCpu = (lane) => !state.cpus.size || state.cpus.has(lane.cpu);
	const ofComm = (lane) => !state.comms.size || state.comms.has(lane.comm);

	function toggle(set, key) {
		if (!set.delete(key))
			set.add(key);
		applyFilters();
		remember();
	}

	function chip(label, share, pressed, action) {
		const b = element("button", "chip", label);
		b.type = "button";
		b.setAttribute("aria-pressed", pressed);
		b.append(element("small", "", share));
		b.addEventListener("click", action);
		return b;
	}

	/* The chips of one dimension, each with its share of what the other filters leave. */
	function showChips(id, set, keyOf, others, label) {
		const sums = profile.sumBy(keyOf, (lane) => ofEvent(lane) && others(lane));
		const all = sums.reduce((sum, s) => sum + s[1], 0);
		const shown = sums.slice(0, 24);
		for (const s of sums.slice(24))
			if (set.has(s[0]))
				shown.push(s);
		byId(id).hidden = sums.length < 2 && !set.size;
		byId(id).replaceChildren(...shown.map(([key, period]) =>
			chip(label(key), formatShare(period, all), set.has(key), () => toggle(set, key))));
	}

	function showSubtitle() {
		const event = data.events[state.event];
		const parts = event ? [event.name, formatCount(profile.samples[0]) + " samples"] : ["no samples"];
		if (event && event.time)
			parts.push(formatTime(whole()));
		byId("subtitle").textContent = parts.join("  ·  ");
	}

	function applyFilters() {
		profile.sum((lane) => ofEvent(lane) && onCpu(lane) && ofComm(lane));
		showChips("cpus", state.cpus, (l) => l.cpu, ofComm, (cpu) => (cpu < 0 ? "no CPU" : "CPU " + cpu));
		showChips("comms", state.comms, (l) => l.comm, onCpu, (comm) => comm);
		functions = profile.functions();
		if (!profile.total[flame.zoomed])
			flame.zoomed = 0;
		flame.layout(false);
		showSubtitle();
		showPath();
		showSearch();
		showAround();
	}

	/* --- trust ------------------------------------------------------------------------- */

	function figure(list, label, value, mood) {
		list.append(element("dt", "", label), element("dd", mood || "", value));
	}

	function showTrust() {
		const t = data.trust;
		for (const [label, value, mood] of t.figures)
			figure(byId("figures"), label, value, mood);
		byId("ends").replaceChildren(...t.ends.sort((a, b) => b[2] - a[2]).map(([name, root, count]) =>
			bar(name + (root ? "" : " (incomplete)"), formatShare(count, t.walked), count / t.walked)));
		byId("ends-title").hidden = !t.walked;
		for (const [key, value] of t.summary)
			figure(byId("summary"), key, value);
		byId("more-figures").hidden = !t.summary.length;
	}

	/* --- state in the address ---------------------------------------------------------- */

	function remember() {
		const s = new URLSearchParams();
		if (flame.zoomed)
			s.set("zoom", flame.zoomed);
		if (state.term)
			s.set("search", state.term);
		if (state.matchCase)
			s.set("case", 1);
		if (state.event !== data.event)
			s.set("event", state.event);
		if (flame.inverted !== data.inverted)
			s.set("inverted", Number(flame.inverted));
		state.cpus.forEach((cpu) => s.append("cpu", cpu));
		state.comms.forEach((comm) => s.append("comm", comm));
		history.replaceState(null, "", "#" + s);
	}

	function recall() {
		const s = new URLSearchParams(location.hash.slice(1));
		const node = Number(s.get("zoom")), event = Number(s.get("event") ?? data.event);
		state.event = data.events[event] ? event : data.event;
		state.term = s.get("search") || "";
		state.matchCase = Boolean(s.get("case"));
		state.cpus = new Set(s.getAll("cpu").map(Number));
		state.comms = new Set(s.getAll("comm"));
		flame.inverted = s.get("inverted") ? s.get("inverted") === "1" : data.inverted;
		flame.zoomed = node > 0 && node < profile.count ? node : 0;
		byId("event").value = state.event;
		showDirection();
		applyFilters();
		flame.zoom(flame.zoomed);
		showPath();
	}

	/* --- controls ---------------------------------------------------------------------- */

	function showDirection() {
		byId("direction").textContent = flame.inverted ? "Icicle" : "Flame";
	}

	function switchDirection() {
		flame.inverted = !flame.inverted;
		showDirection();
		flame.layout(true);
		remember();
	}

	function isDark() {
		const set = document.documentElement.dataset.theme;
		return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
	}

	function showTheme() {
		byId("theme").textContent = isDark() ? "☾" : "☀";
		flame.themeChanged();
	}

	function switchTheme() {
		document.documentElement.dataset.theme = isDark() ? "light" : "dark";
		showTheme();
	}

	function switchCase() {
		state.matchCase = !state.matchCase;
		showSearch();
		remember();
	}

	function key(e) {
		const typing = e.target === byId("search") || e.target.tagName === "SELECT";
		if ((e.ctrlKey || e.metaKey) && e.key === "f") {
			byId("search").focus();
			byId("search").select();
		} else if (e.key === "Escape") {
			byId("search").blur();
			reset();
		} else if (typing || e.ctrlKey || e.metaKey || e.altKey) {
			return;
		} else if (e.key === "/") {
			byId("search").focus();
		} else if (e.key === "i") {
			switchDirection();
		} else if (e.key === "d") {
			switchTheme();
		} else {
			return;
		}
		e.preventDefault();
	}

	function sortBy(key) {
		state.descending = state.sort === key ? !state.descending : key === "self" || key === "total";
		state.sort = key;
		showFunctions();
	}

	function start() {
		byId("title").textContent = byId("title").title = data.title;
		for (let i = 0; i < data.events.length; i++) {
			const option = element("option", "", data.events[i].name);
			option.value = i;
			byId("event").append(option);
		}
		byId("event-filter").hidden = data.events.length < 2;
		byId("event").addEventListener("change", (e) => {
			state.event = Number(e.target.value);
			applyFilters();
			remember();
		});
		byId("search").addEventListener("input", (e) => search(e.target.value));
		byId("case").addEventListener("click", switchCase);
		byId("reset").addEventListener("click", reset);
		byId("direction").addEventListener("click", switchDirection);
		byId("theme").addEventListener("click", switchTheme);
		byId("more").addEventListener("click", () => {
			state.limit *= 4;
			showFunctions();
		});
		for (const b of document.querySelectorAll("th button"))
			b.addEventListener("click", () => sortBy(b.dataset.sort));
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
		addEventListener("keydown", key);
		addEventListener("hashchange", recall);
		showTrust();
		recall();
		showTheme();
	}

	start();
})();
