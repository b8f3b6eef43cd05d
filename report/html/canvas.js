/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flame graph on a canvas. Only what is on the screen is drawn, whatever the depth. */
class FlameCanvas {
	/* hooks: hover(node or -1, x, y), zoom(node), focus(node) */
	constructor(stage, canvas, spacer, profile, hooks) {
		Object.assign(this, { stage, canvas, spacer, profile, hooks });
		this.context = canvas.getContext("2d");
		this.zoomed = 0;
		this.focused = -1;
		this.hovered = -1;
		this.matches = null; /* by name; null: no search */
		this.inverted = false;
		this.row = 19;
		this.glyph = 7;
		this.boxes = [];
		this.rows = 1;
		this.colours = new Map();
		this.pending = false;
		stage.addEventListener("scroll", () => this.redraw());
		stage.addEventListener("pointermove", (e) => this.pointer(e));
		stage.addEventListener("pointerleave", () => this.hover(-1, 0, 0));
		stage.addEventListener("click", (e) => this.click(e));
		stage.addEventListener("keydown", (e) => this.key(e));
		stage.addEventListener("focus", () => this.redraw());
		stage.addEventListener("blur", () => this.redraw());
		new ResizeObserver(() => this.layout(false)).observe(stage);
	}

	redraw() {
		if (this.pending)
			return;
		this.pending = true;
		requestAnimationFrame(() => {
			this.pending = false;
			this.draw();
		});
	}

	themeChanged() {
		this.colours.clear();
		this.redraw();
	}

	/* Place every box that is wide enough to see: the zoomed node's callers, all as wide as
	   the stage, then what lies under it. */
	layout(scroll) {
		const p = this.profile, width = this.stage.clientWidth, z = this.zoomed;
		const scale = p.total[z] ? width / p.total[z] : 0, left = [];
		this.boxes = [];
		this.rows = p.depth[z] + 1;
		for (let a = z; p.depth[a] > 0;) {
			a = p.parent[a];
			this.boxes.push({ node: a, row: p.depth[a], x: 0, w: width, above: true });
		}
		this.boxes.reverse();
		left[p.depth[z]] = 0;
		for (let i = z; scale && i < p.end[z];) {
			const row = p.depth[i], x = left[row], w = p.total[i] * scale;
			left[row] = x + w;
			left[row + 1] = x;
			if (w < 0.4) {
				i = p.end[i];
				continue;
			}
			this.boxes.push({ node: i, row, x, w, above: false });
			this.rows = Math.max(this.rows, row + 1);
			i++;
		}
		const height = this.rows * this.row;
		this.stage.style.setProperty("--rows", height + "px");
		this.spacer.style.height = height + "px";
		if (scroll)
			this.show(z);
		this.redraw();
	}

	rowTop(row) {
		return (this.inverted ? row : this.rows - 1 - row) * this.row;
	}

	/* Scroll so that a node's row can be seen. */
	show(node) {
		const top = this.rowTop(this.profile.depth[node]), view = this.stage.clientHeight;
		if (node === this.zoomed)
			this.stage.scrollTop = this.inverted ? top - this.row : top + 2 * this.row - view;
		else if (top < this.stage.scrollTop)
			this.stage.scrollTop = top;
		else if (top + this.row > this.stage.scrollTop + view)
			this.stage.scrollTop = top + this.row - view;
	}

	colour(name) {
		let colour = this.colours.get(name);
		if (colour)
			return colour;
		const { label, kind } = this.profile.names[name];
		const style = getComputedStyle(document.documentElement);
		const [hue, span, saturation, light] =
			style.getPropertyValue("--frame-" + kind).trim().split(/\s+/).map(Number);
		let hash = 2166136261;
		for (let i = 0; i < label.length; i++)
			hash = Math.imul(hash ^ label.charCodeAt(i), 16777619) >>> 0;
		colour = `hsl(${hue + span * ((hash % 97) / 97)} ${saturation}% ` +
			`${light + 9 * ((Math.floor(hash / 97) % 89) / 89 - 0.5)}%)`;
		this.colours.set(name, colour);
		return colour;
	}

	draw() {
		const width = this.stage.clientWidth, height = this.stage.clientHeight;
		const ratio = window.devicePixelRatio || 1, c = this.context;
		const style = getComputedStyle(document.documentElement);
		this.canvas.width = Math.round(width * ratio);
		this.canvas.height = Math.round(height * ratio);
		this.canvas.style.width = width + "px";
		this.canvas.style.height = height + "px";
		c.setTransform(ratio, 0, 0, ratio, 0, 0);
		c.clearRect(0, 0, width, height);
		c.font = "12px " + style.getPropertyValue("--mono");
		c.textBaseline = "middle";
		this.glyph = c.measureText("0").width;
		this.ink = style.getPropertyValue("--frame-ink");
		this.dimInk = style.getPropertyValue("--frame-dim-ink");
		this.ring = style.getPropertyValue("--ring");
		for (const box of this.boxes) {
			const y = this.rowTop(box.row) - this.stage.scrollTop;
			if (y > -this.row && y < height)
				this.drawBox(box, y);
		}
	}

	drawBox(box, y) {
		const c = this.context, name = this.profile.name[box.node];
		const match = this.matches && this.matches[name], h = this.row - 1;
		const w = Math.max(box.w - (box.w > 3 ? 1 : 0), 0.4);
		c.globalAlpha = this.matches && !match ? 0.35 : box.above ? 0.55 : 1;
		c.fillStyle = match ? "rgb(230, 0, 230)" : this.colour(name);
		if (w > 5) {
			c.beginPath();
			c.roundRect(box.x, y, w, h, 2.5);
			c.fill();
		} else {
			c.fillRect(box.x, y, w, h);
		}
		if (box.node === this.hovered ||
		    (box.node === this.focused && document.activeElement === this.stage)) {
			c.globalAlpha = 1;
			c.lineWidth = box.node === this.focused ? 2 : 1.2;
			c.strokeStyle = this.ring;
			c.strokeRect(box.x + 1, y + 1, Math.max(w - 2, 1), h - 2);
		}
		this.drawLabel(this.profile.names[name].label, box.x, y, w, h, match);
		c.globalAlpha = 1;
	}

	drawLabel(label, x, y, w, h, match) {
		const room = Math.floor((w - 8) / this.glyph), c = this.context;
		if (room < 3)
			return;
		if (label.length > room)
			label = Array.from(label).slice(0, room - 1).join("") + "…";
		c.fillStyle = match ? "#fff" : c.globalAlpha < 1 ? this.dimInk : this.ink;
		c.globalAlpha = Math.max(c.globalAlpha, 0.6);
		c.fillText(label, x + 4, y + h / 2 + 0.5);
	}

	boxAt(e) {
		const area = this.stage.getBoundingClientRect();
		const x = e.clientX - area.left, y = e.clientY - area.top + this.stage.scrollTop;
		const fromTop = Math.floor(y / this.row);
		const row = this.inverted ? fromTop : this.rows - 1 - fromTop;
		return this.boxes.find((b) => b.row === row && x >= b.x && x < b.x + b.w);
	}

	hover(node, x, y) {
		if (node !== this.hovered) {
			this.hovered = node;
			this.redraw();
		}
		this.hooks.hover(node, x, y);
	}

	pointer(e) {
		const box = this.boxAt(e);
		this.stage.classList.toggle("over", Boolean(box));
		this.hover(box ? box.node : -1, e.clientX, e.clientY);
	}

	click(e) {
		const box = this.boxAt(e);
		if (box)
			this.hooks.zoom(box.node);
	}

	zoom(node) {
		this.zoomed = node;
		this.focused = node;
		this.layout(true);
	}

	/* The next visible sibling of a node, in a direction. */
	beside(node, step) {
		const row = this.boxes.filter((b) => b.row === this.profile.depth[node]);
		const at = row.findIndex((b) => b.node === node);
		return row[at + step] ? row[at + step].node : node;
	}

	/* The widest visible callee of a node. */
	under(node) {
		const p = this.profile;
		const boxes = this.boxes.filter((b) => p.parent[b.node] === node && b.node !== node);
		return boxes.reduce((best, b) => (best && best.w >= b.w ? best : b), null)?.node ?? node;
	}

	key(e) {
		const at = this.focused < 0 ? this.zoomed : this.focused;
		const up = this.inverted ? "ArrowDown" : "ArrowUp";
		const down = this.inverted ? "ArrowUp" : "ArrowDown";
		const moves = {
			[up]: () => this.under(at),
			[down]: () => this.profile.parent[at],
			ArrowLeft: () => this.beside(at, -1),
			ArrowRight: () => this.beside(at, 1),
		};
		if (e.key === "Enter" || e.key === " ")
			this.hooks.zoom(at);
		else if (e.key === "Backspace")
			this.hooks.zoom(this.profile.parent[this.zoomed]);
		else if (!moves[e.key])
			return;
		else
			this.focusOn(moves[e.key]());
		e.preventDefault();
	}

	focusOn(node) {
		this.focused = node;
		this.show(node);
		this.hooks.focus(node);
		this.redraw();
	}
}
