// What a hand does to a card: it drags a line, presses keys on it, types a number, clicks a button.

const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
const ENDS = { Home: 0, End: 1 };

class Hand {
  constructor(view) {
    this.view = view;
    this.board = view.board;
  }

  listen() {
    const { chart, inputs, toggle, toBest, addAct, dropAct } = this.view;
    for (const kind of ["flag", "act"]) {
      inputs[kind].addEventListener("input", () => this.type(kind));
      inputs[kind].addEventListener("change", () => this.settle(kind));
      inputs[kind].addEventListener("blur", () => this.board.send());
      chart.lines[kind].node.addEventListener("keydown", (event) => this.press(kind, event));
      chart.lines[kind].node.addEventListener("blur", () => this.board.send());
    }
    toggle.addEventListener("click", () => this.flip());
    toBest.addEventListener("click", () => this.jump(this.view.data.best));
    addAct.addEventListener("click", () => this.add());
    dropAct.addEventListener("click", () => this.drop());
    chart.marks.addEventListener("click", ({ target }) => this.jump(+target.closest("g").dataset.at));
    chart.svg.addEventListener("pointerdown", (event) => this.grab(event));
    chart.svg.addEventListener("pointermove", (event) => this.drag(event));
    chart.svg.addEventListener("pointerup", (event) => this.release(event));
    chart.svg.addEventListener("pointercancel", () => this.abandon());
  }

  /** Put a cut-off somewhere; the threshold stops short of the second one, and the other way round. */
  set(kind, cut) {
    const { view } = this;
    const { flag, act } = view.cuts;
    if (kind === "flag" && act !== null && cut >= act) cut = below(act);
    if (kind === "act" && cut <= flag) cut = above(flag);
    view.cuts = { ...view.cuts, [kind]: cut };
    view.last = { ...view.cuts };
    this.board.moved(view);
  }

  jump(threshold) {
    if (this.view.cuts.flag === null) return;
    this.set("flag", threshold);
    this.board.send();
  }

  flip() {
    const { view } = this;
    view.cuts = view.cuts.flag === null ? { ...view.last } : { flag: null, act: null };
    this.board.moved(view);
    this.board.send();
  }

  /** The second cut-off starts half-way on the axis between the threshold and the right end. */
  add() {
    const { view } = this;
    const { axis } = this.board;
    if (view.cuts.flag >= below(1)) return;
    this.set("act", rounded(axis.scoreAt((axis.place(view.cuts.flag) + 1) / 2)));
    this.board.send();
    view.chart.lines.act.node.focus({ preventScroll: true });
  }

  drop() {
    const { view } = this;
    view.cuts = { ...view.cuts, act: null };
    view.last = { ...view.cuts };
    this.board.moved(view);
    this.board.send();
    view.addAct.focus({ preventScroll: true });
  }

  type(kind) {
    const { view } = this;
    const input = view.inputs[kind];
    const value = input.valueAsNumber;
    const { flag, act } = view.cuts;
    const usable = value >= 0 && value <= 1 && (kind === "flag" ? act === null || value < act : value > flag);
    input.setAttribute("aria-invalid", String(!usable));
    view.widen(kind);
    if (!usable) return;
    view.shown[kind] = value; // what is typed stays as typed
    this.set(kind, value);
  }

  settle(kind) {
    const { view } = this;
    if (view.inputs[kind].getAttribute("aria-invalid") === "true") {
      view.shown[kind] = undefined;
      view.show();
    }
    this.board.later();
  }

  press(kind, event) {
    if (event.key === "Escape") return this.abandon();
    if (!(event.key in KEYS) && !(event.key in ENDS)) return;
    event.preventDefault();
    const steps = KEYS[event.key] * (event.shiftKey && event.key.startsWith("Arrow") ? 10 : 1);
    this.set(kind, ENDS[event.key] ?? rounded(this.board.axis.nudge(this.view.cuts[kind], steps)));
    this.board.later();
  }

  grab(event) {
    const { chart, cuts } = this.view;
    if (event.button !== 0 || cuts.flag === null || event.target.closest(".marks")) return;
    event.preventDefault();
    const { left } = chart.svg.getBoundingClientRect();
    const kind = chart.nearest(event.clientX - left, cuts);
    const away = event.clientX - left - chart.x(cuts[kind]);
    const grabbed = Math.abs(away) <= GRAB;
    this.view.held = { kind, left: left + (grabbed ? away : 0), before: cuts[kind] };
    chart.svg.setPointerCapture(event.pointerId);
    chart.lines[kind].node.focus({ preventScroll: true });
    // A finger that comes down beside the line may be about to scroll the page.
    if (!grabbed && event.pointerType !== "touch") this.drag(event);
  }

  drag(event) {
    const { held, chart } = this.view;
    if (held) this.set(held.kind, chart.scoreAt(event.clientX - held.left));
  }

  release(event) {
    if (!this.view.held) return;
    if (event.pointerType === "touch") this.drag(event);
    this.view.held = null;
    this.board.send();
  }

  abandon() {
    const { held } = this.view;
    if (!held) return;
    this.set(held.kind, held.before);
    this.view.held = null;
  }
}

/** The next told cut-off below one, and above one. */
const below = (cut) => Math.max(0, rounded(cut - 10 ** -decimals(cut)));
const above = (cut) => Math.min(1, rounded(cut + 10 ** -decimals(cut)));
