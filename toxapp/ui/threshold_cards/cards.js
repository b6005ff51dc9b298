// The board of cards: legend, axis, theme, and the traffic with Python.
//
// Who holds the thresholds: this module, from the first call on. A later call with the same
// `token` leaves them alone; one with another token puts those of the data in their place, except
// on a card that is being dragged, which keeps to the pointer. What is sent to Python carries the
// token, so that Python can tell an answer to older data and drop it. It is sent when the pointer
// lets go, when keys have rested for a moment, and when a field loses the focus: a button of the
// page that is clicked next must find it there.

const REST_MS = 150;
const LEGEND = [
  ["precision", "precision", "Of the texts flagged at a threshold, the percentage that carries the label."],
  ["recall", "recall", "Of the texts that carry the label, the percentage flagged at a threshold."],
  ["f1", "F1", "The harmonic mean of precision and recall."],
  ["with", "carry the label", "How the scores of these texts lie, in 80 bins. Heights are logarithmic, so that one text and a thousand are both seen."],
  ["without", "do not", "How the scores of these texts lie, in 80 bins. Heights are logarithmic, so that one text and a thousand are both seen."],
];

const HINT = "Drag a line, or focus it and use the arrow keys.";
const AXES = [
  ["linear", "Linear", "Scores evenly spaced from 0 to 1."],
  ["odds", "Log-odds", "Scores near 0 and near 1 drawn apart: for rare labels."],
];

class Board {
  constructor(parent) {
    this.grid = html("div", { class: "grid" });
    this.root = html("div", { class: "cards" }, this.makeToolbar(), this.grid);
    parent.append(this.root);
    this.views = [];
    this.axisName = "linear";
    this.observer = new ResizeObserver(() => this.fit());
  }

  makeToolbar() {
    const legend = html("ul", { class: "legend" });
    for (const [kind, name, tip] of LEGEND) {
      const item = html("li", {}, html("i", { class: `key ${kind}` }), name);
      item.title = tip;
      legend.append(item);
    }
    this.switches = AXES.map(([axis, name, tip]) => {
      const button = html("button", { type: "button", "data-axis": axis }, name);
      button.title = tip;
      button.addEventListener("click", () => this.turn(axis));
      return button;
    });
    const group = html("div", { class: "axis", role: "group", "aria-label": "Score axis" });
    group.append(...this.switches);
    return html("div", { class: "toolbar" }, legend, html("p", { class: "hint" }, HINT), group);
  }

  /** Take over what Python sent; called again at every new data and at every change of theme. */
  take({ data, setStateValue }) {
    this.emit = (value) => setStateValue("thresholds", value);
    this.root.dataset.theme = isDark(this.root) ? "dark" : "light";
    const first = this.token === undefined;
    const reset = this.token !== data.token;
    this.token = data.token;
    this.seat(data.cards);
    data.cards.forEach((card, at) => this.views[at].take(this.decoded(card, at), reset));
    if (reset) this.settle(data.cards.map((card) => card.threshold));
    this.turn(this.axisName);
    this.observer.observe(this.root);
    // Python holds an answer that an earlier mounting gave: what is on screen is what counts.
    if (first && data.answered) this.emit({ token: this.token, values: this.values() });
  }

  /** One view per label, in order; the same labels keep their views, and so a drag in progress. */
  seat(cards) {
    const same = (card, at) => this.views[at]?.label === card.label;
    if (cards.length === this.views.length && cards.every(same)) return;
    this.views = cards.map(({ label }) => new CardView(label, this));
    this.grid.replaceChildren(...this.views.map((view) => view.node));
    this.grid.dataset.cards = cards.length;
  }

  /** The card with its scores as numbers; scores that have not changed are not read again. */
  decoded(card, at) {
    const { data } = this.views[at];
    const same = data?.with64 === card.with64 && data.without64 === card.without64;
    if (same) return { ...data, ...card };
    const scores = { withLabel: decode(card.with64), without: decode(card.without64) };
    return { ...card, ...scores, steps: stepsOf(scores) };
  }

  turn(name) {
    this.axisName = name;
    const cards = this.views.map((view) => view.data);
    this.axis = name === "odds" ? logOddsAxis(cards) : linearAxis();
    for (const button of this.switches) {
      button.setAttribute("aria-pressed", String(button.dataset.axis === name));
    }
    for (const view of this.views) view.draw();
  }

  fit() {
    const width = this.views[0]?.node.clientWidth;
    if (width === this.width) return;
    this.width = width;
    for (const view of this.views) view.draw();
  }

  values() {
    return this.views.map((view) => view.threshold);
  }

  /** Note what Python has, and drop what was about to be sent. */
  settle(values) {
    clearTimeout(this.timer);
    this.sent = JSON.stringify(values);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), REST_MS);
  }

  send() {
    if (JSON.stringify(this.values()) === this.sent) return;
    this.settle(this.values());
    this.emit({ token: this.token, values: this.values() });
  }

  leave() {
    this.observer.disconnect();
    clearTimeout(this.timer);
  }
}

/** Whether the app is dark, judged by its background, in whatever notation the theme gives it. */
function isDark(node) {
  const canvas = html("canvas", { width: 1, height: 1 }).getContext("2d");
  canvas.fillStyle = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

const boards = new WeakMap();

export default function (component) {
  const { parentElement } = component;
  const board = boards.get(parentElement) ?? new Board(parentElement);
  boards.set(parentElement, board);
  const call = (board.call = Symbol("call"));
  board.take(component);
  // Streamlit may clean up after an earlier call when a later one already runs.
  return () => {
    if (board.call === call) board.leave();
  };
}
