/* SPDX-License-Identifier: GPL-2.0-or-later */
"use strict";
/* Hover details, zoom and search for a flame graph that is already drawn. The state (zoom,
   search) lives in the fragment of the address, so that a link leads to the same view. */
(function () {
	const svg = document.documentElement;
	const byId = (id) => document.getElementById(id);
	const details = byId("details"), matched = byId("matched");
	const glyph = 7.2, padding = 3;
	const margin = Number(svg.dataset.margin);
	const inverted = svg.dataset.inverted === "1";
	const inner = Number(svg.getAttribute("width")) - 2 * margin;
	let zoomed = 0, term = "", ignoreCase = true;

	const frames = Array.from(byId("frames").children, function (g, index) {
		const rect = g.querySelector("rect"), text = g.querySelector("text");
		/* "name (samples, time, share)", then a line with the object. */
		const title = g.querySelector("title").textContent;
		const name = title.slice(0, title.split("\n", 1)[0].lastIndexOf(" ("));
		return {
			g, rect, text, title, index, name,
			x: Number(rect.getAttribute("x")) - margin,
			w: Number(rect.getAttribute("width")),
			y: Number(rect.getAttribute("y")),
		};
	});
	if (!frames.length)
		return;

	function clip(label, width) {
		const room = Math.floor((width - 2 * padding) / glyph);
		const characters = Array.from(label);
		if (room < 3)
			return "";
		return characters.length <= room ? label : characters.slice(0, room - 2).join("") + "..";
	}

	function place(f, x, w) {
		f.rect.setAttribute("x", margin + x);
		f.rect.setAttribute("width", w);
		f.text.setAttribute("x", margin + x + padding);
		f.text.textContent = clip(f.name, w);
	}

	function showZoom() {
		const z = frames[zoomed], factor = inner / z.w, slack = 0.011;
		for (const f of frames) {
			const below = inverted ? f.y >= z.y : f.y <= z.y;
			const inside = f.x >= z.x - slack && f.x + f.w <= z.x + z.w + slack;
			const ancestor = !below && f.x <= z.x + slack && f.x + f.w >= z.x + z.w - slack;
			f.g.setAttribute("display", ancestor || (below && inside) ? "inline" : "none");
			f.g.classList.toggle("above", ancestor);
			if (ancestor)
				place(f, 0, inner);
			else if (below && inside)
				place(f, (f.x - z.x) * factor, f.w * factor);
		}
		byId("reset").setAttribute("visibility", zoomed ? "inherit" : "hidden");
	}

	function pattern() {
		try {
			return new RegExp(term, ignoreCase ? "i" : "");
		} catch (e) {
			return new RegExp(term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), ignoreCase ? "i" : "");
		}
	}

	/* The share of the picture's width under matching frames, each stack counted once: a
	   frame that starts left of where the last outermost match ended lies on top of it. */
	function showMatches() {
		const re = term ? pattern() : null;
		let sum = 0, end = -1;
		for (const f of frames) {
			f.matches = re !== null && re.test(f.name);
			f.g.classList.toggle("match", f.matches);
		}
		for (const f of frames.filter((f) => f.matches).sort((a, b) => a.x - b.x || b.w - a.w)) {
			if (f.x < end - 0.011)
				continue;
			sum += f.w;
			end = f.x + f.w;
		}
		matched.textContent = re ? "Matched: " + (100 * sum / frames[0].w).toFixed(1) + "%" : " ";
		byId("search").textContent = term ? "Reset search" : "Search";
		byId("search").classList.toggle("on", term !== "");
		byId("case").classList.toggle("on", !ignoreCase);
	}

	function remember() {
		const state = new URLSearchParams();
		if (zoomed)
			state.set("zoom", zoomed);
		if (term)
			state.set("search", term);
		if (!ignoreCase)
			state.set("case", 1);
		try {
			history.replaceState(null, "", "#" + state);
		} catch (e) {
			/* Where a picture has no address of its own, it has no state in it. */
		}
	}

	function recall() {
		const state = new URLSearchParams(location.hash.slice(1));
		const index = Number(state.get("zoom"));
		zoomed = frames[index] ? index : 0;
		term = state.get("search") || "";
		ignoreCase = !state.get("case");
		showZoom();
		showMatches();
	}

	function zoom(index) {
		zoomed = index;
		showZoom();
		remember();
	}

	function search(wanted) {
		term = wanted || "";
		showMatches();
		remember();
	}

	function ask() {
		search(term ? "" : prompt("Search for a name (regular expressions allowed)", ""));
	}

	function switchCase() {
		ignoreCase = !ignoreCase;
		showMatches();
		remember();
	}

	const frameOf = (target) => frames.find((f) => f.g === target.closest("#frames > g"));

	svg.addEventListener("click", function (e) {
		const f = e.target.closest("#frames > g") && frameOf(e.target);
		if (f)
			zoom(f.index);
	});
	svg.addEventListener("mouseover", function (e) {
		const g = e.target.closest("#frames > g");
		details.textContent = g ? g.querySelector("title").textContent.replace("\n", "  ") : " ";
	});
	byId("reset").addEventListener("click", () => zoom(0));
	byId("search").addEventListener("click", ask);
	byId("case").addEventListener("click", switchCase);
	addEventListener("keydown", function (e) {
		if (e.key === "F3" || e.key === "/" || ((e.ctrlKey || e.metaKey) && e.key === "f")) {
			e.preventDefault();
			ask();
		} else if (e.key === "Escape") {
			search("");
			zoom(0);
		}
	});
	addEventListener("hashchange", recall);
	byId("controls").removeAttribute("visibility");
	recall();
})();
