// One card: header, chart, live figures, and what a hand does to them.

const FIGURES = [
  ["flagged", "flagged", "Texts that score at or above the threshold."],
  ["caught", "caught", "Recall: of the texts that carry the label, the share that is flagged, with its 95 % interval (Wilson), and their number."],
  ["right", "right", "Precision: of the flagged texts, the share that carries the label, with its 95 % interval (Wilson)."],
  ["f1", "F1", "The harmonic mean of precision and recall."],
  ["missed", "missed", "Texts that carry the label and score below the threshold."],
  ["falseAlarms", "false alarms", "Flagged texts that do not carry the label."],
];

function html(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** One label. `board` is told when the hand rests (`board.later()`) or lets go (`board.send()`). */
class CardView {
  constructor(label, board) {
    this.label = label;
    this.board = board;
    this.chart = new Chart();
    this.chart.slider.setAttribute("aria-label", `Threshold for ${label}`);
    this.count = html("span", { class: "count" });
    this.toggle = html("button", { class: "switch", type: "button", role: "switch" });
    this.toggle.setAttribute("aria-label", `Flag ${label}`);
    this.toggle.title = "Switched off, the label flags nothing.";
    this.number = html("input", { class: "number", type: "number", min: 0, max: 1, step: 0.001, placeholder: "off" });
    this.number.setAttribute("aria-label", `Threshold for ${label}, from 0 to 1`);
    this.toBest = html("button", { class: "jump", type: "button" });
    this.toHalf = html("button", { class: "jump", type: "button" }, "0.5");
    this.toHalf.title = "Set the threshold to 0.5";
    this.note = html("p", { class: "note" });
    this.node = this.assemble();
    this.listen();
  }

  assemble() {
    this.fields = {};
    const figures = html("dl", { class: "figures" });
    for (const [key, name, tip] of FIGURES) figures.append(this.field(key, name, tip));
    const heading = html("h2", {}, this.label);
    heading.title = this.label;
    return html(
      "article",
      { class: "card", "aria-label": this.label },
      html("header", {}, heading, this.count, this.toggle),
      html("div", { class: "setting" }, this.number, this.toBest, this.toHalf),
      this.chart.svg,
      figures,
      this.note,
    );
  }

  field(key, name, tip) {
    const [value, range, more] = ["value", "range", "more"].map((part) => html("span", { class: part }));
    this.fields[key] = { value, range, more };
    const term = html("dt", {}, name, more);
    const made = html("div", { "data-figure": key }, term, html("dd", {}, value, range));
    made.title = tip;
    return made;
  }

  listen() {
    const { slider, svg: surface, marks } = this.chart;
    this.number.addEventListener("input", () => this.type());
    this.number.addEventListener("change", () => this.settle());
    this.number.addEventListener("blur", () => this.board.send());
    this.toggle.addEventListener("click", () => this.flip());
    this.toBest.addEventListener("click", () => this.jump(this.data.best));
    this.toHalf.addEventListener("click", () => this.jump(0.5));
    marks.addEventListener("click", ({ target }) => this.jump(+target.closest("g").dataset.at));
    slider.addEventListener("keydown", (event) => this.press(event));
    slider.addEventListener("blur", () => this.board.send());
    surface.addEventListener("pointerdown", (event) => this.grab(event));
    surface.addEventListener("pointermove", (event) => this.drag(event));
    surface.addEventListener("pointerup", (event) => this.release(event));
    surface.addEventListener("pointercancel", () => this.abandon());
  }

  /** Take over the label's data; `reset` takes its threshold too, unless a drag is in progress. */
  take(data, reset) {
    this.data = data;
    if (reset && !this.held) this.threshold = data.threshold;
    this.last = this.threshold ?? this.last ?? data.best ?? 0.5;
    this.count.textContent = `${number(data.positives)} texts, ${prevalence(data.positives / Math.max(1, data.texts))} %`;
    this.count.title = `${number(data.positives)} of ${number(data.texts)} texts carry the label.`;
    this.toBest.hidden = data.best === null;
    this.toHalf.hidden = data.reason !== null;
    if (data.best !== null) {
      const ends = data.best_interval;
      const between = ends ? html("small", {}, ` ${told(ends[0])}–${told(ends[1])}`) : "";
      this.toBest.replaceChildren("best F1 ", html("b", {}, told(data.best)), between);
      this.toBest.title = ends
        ? "The threshold with the best F1, and between which values it lies on 95 % of resamples."
        : "The threshold with the best F1.";
    }
    this.toBest.title = "Set the threshold at which F1 is highest";
    this.note.textContent = data.reason ?? data.note ?? "";
    this.note.hidden = !this.note.textContent;
  }

  draw() {
    const width = this.chart.svg.parentNode.clientWidth - 28;
    if (width <= 0) return;
    this.chart.draw(this.data, this.board.axis, width);
    this.show();
  }

  /** Threshold, line and figures as they now stand. */
  show() {
    const figures = figuresAt(this.data, this.threshold);
    const off = this.threshold === null;
    this.node.classList.toggle("off", off);
    this.toggle.setAttribute("aria-checked", String(!off));
    this.toggle.disabled = this.data.reason !== null;
    this.number.disabled = this.toBest.disabled = this.toHalf.disabled = off;
    this.chart.move(this.threshold, figures.f1);
    this.showNumber();
    this.showFigures(figures);
  }

  showNumber() {
    if (this.shown === this.threshold) return;
    this.shown = this.threshold;
    this.number.value = this.threshold === null ? "" : told(this.threshold);
    this.number.setAttribute("aria-invalid", "false");
    this.widen();
  }

  widen() {
    this.number.style.setProperty("--digits", Math.max(5, this.number.value.length));
  }

  showFigures(figures) {
    const { fields, threshold } = this;
    const share = (value) => (value === null ? "–" : `${percent(value)} %`);
    fields.flagged.value.textContent = number(figures.flagged);
    fields.caught.value.textContent = share(figures.recall);
    const positives = threshold === null ? 0 : this.data.withLabel.length;
    fields.caught.range.textContent = range(figures.caught, positives);
    fields.caught.more.textContent = number(figures.caught);
    fields.right.value.textContent = share(figures.precision);
    fields.right.range.textContent = range(figures.caught, figures.flagged);
    fields.right.more.textContent = figures.flagged ? `of ${number(figures.flagged)}` : "";
    fields.f1.value.textContent = figures.f1 === null ? "–" : figures.f1.toFixed(3);
    fields.missed.value.textContent = number(figures.missed);
    fields.falseAlarms.value.textContent = number(figures.falseAlarms);
    if (threshold === null) return;
    const words = `${told(threshold)}: ${number(figures.flagged)} flagged, ${share(figures.recall)} caught, ${share(figures.precision)} right`;
    this.chart.slider.setAttribute("aria-valuenow", threshold);
    this.chart.slider.setAttribute("aria-valuetext", words);
  }

  set(threshold) {
    this.threshold = threshold;
    if (threshold !== null) this.last = threshold;
    this.show();
  }

  jump(threshold) {
    if (this.threshold === null) return;
    this.set(threshold);
    this.board.send();
  }

  flip() {
    this.set(this.threshold === null ? this.last : null);
    this.board.send();
  }

  type() {
    const value = this.number.valueAsNumber;
    const usable = value >= 0 && value <= 1;
    this.number.setAttribute("aria-invalid", String(!usable));
    this.widen();
    if (!usable) return;
    this.shown = value; // what is typed stays as typed
    this.set(value);
  }

  settle() {
    if (this.number.getAttribute("aria-invalid") === "true") {
      this.shown = undefined;
      this.show();
    }
    this.board.later();
  }

  press(event) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
    const ends = { Home: 0, End: 1 };
    if (event.key === "Escape") return this.abandon();
    if (!(event.key in by) && !(event.key in ends)) return;
    event.preventDefault();
    const steps = by[event.key] * (event.shiftKey && event.key.startsWith("Arrow") ? 10 : 1);
    this.set(ends[event.key] ?? rounded(this.board.axis.nudge(this.threshold, steps)));
    this.board.later();
  }

  grab(event) {
    if (event.button !== 0 || this.threshold === null || event.target.closest(".marks")) return;
    event.preventDefault();
    const { left } = this.chart.svg.getBoundingClientRect();
    const away = event.clientX - left - this.chart.x(this.threshold);
    const grabbed = Math.abs(away) <= GRAB;
    this.held = { left: left + (grabbed ? away : 0), before: this.threshold };
    this.chart.svg.setPointerCapture(event.pointerId);
    this.chart.slider.focus({ preventScroll: true });
    // A finger that comes down beside the line may be about to scroll the page.
    if (!grabbed && event.pointerType !== "touch") this.drag(event);
  }

  drag(event) {
    if (this.held) this.set(this.chart.scoreAt(event.clientX - this.held.left));
  }

  release(event) {
    if (!this.held) return;
    if (event.pointerType === "touch") this.drag(event);
    this.held = null;
    this.board.send();
  }

  abandon() {
    if (!this.held) return;
    this.set(this.held.before);
    this.held = null;
  }
}

function range(hits, of) {
  const interval = wilson(hits, of);
  return interval ? interval.map((end) => (end * 100).toFixed(0)).join("–") : "";
}
