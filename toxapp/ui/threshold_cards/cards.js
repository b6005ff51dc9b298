// The board of cards: legend, axis, totals, theme, and the traffic with Python.
//
// Who holds the cut-offs: this module, from the first call on. A later call with the same
// `token` leaves them alone; one with another token puts those of the data in their place, except
// on a card that is being dragged, which keeps to the pointer. What is sent to Python carries the
// token, so that Python can tell an answer to older data and drop it. It is sent when the pointer
// lets go, when keys have rested for a moment, and when a field loses the focus: a button of the
// page that is clicked next must find it there.

const REST_MS = 150;
const LEGEND = [
  ["precision", "precision", "Of the texts flagged at a threshold, the percentage that carries the label."],
  ["recall", "recall", "Of the texts that carry the label, the percentage flagged at a threshold."],
  ["f", "F1", "The harmonic mean of precision and recall; above beta 1, recall counts more."],
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
    this.totals = new Totals();
    this.root = html("div", { class: "cards" }, this.makeToolbar(), this.grid, this.totals.node);
    parent.append(this.root);
    this.views = [];
    this.observer = new ResizeObserver(() => this.fit());
  }

  makeToolbar() {
    const legend = html("ul", { class: "legend" });
    for (const [kind, name, tip] of LEGEND) {
      const words = html("span", {}, name);
      const item = html("li", {}, html("i", { class: `key ${kind}` }), words);
      item.title = tip;
      if (kind === "f") this.fName = words;
      legend.append(item);
    }
    this.switches = AXES.map(([axis, name, tip]) => {
      const button = html("button", { type: "button", "data-axis": axis }, name);
      button.title = tip;
      button.addEventListener("click", () => this.turn(axis, true));
      return button;
    });
    const group = html("div", { class: "axis", role: "group", "aria-label": "Score axis" });
    group.append(...this.switches);
    return html("div", { class: "toolbar" }, legend, html("p", { class: "hint" }, HINT), group);
  }

  /** Take over what Python sent; called again at every new data and at every change of theme. */
  take({ data, setStateValue }) {
    this.emit = setStateValue;
    this.root.dataset.theme = isDark(this.root) ? "dark" : "light";
    const first = this.token === undefined;
    const reset = this.token !== data.token;
    [this.token, this.beta, this.volume] = [data.token, data.beta, data.volume];
    this.axisName ??= data.axis;
    this.fName.textContent = `F${this.beta}`;
    this.seat(data.cards);
    const other = this.read(data.cards, reset);
    if (reset) this.settle(standingOf(data.cards.map(cutsOf)));
    if (first) this.recall();
    // Python repeats itself after every answer, and drawing 100,000 scores anew would be felt.
    const said = JSON.stringify({ ...data, cards: data.cards.map(withoutScores) });
    if (other || said !== this.said) this.turn(this.axisName, false);
    this.said = said;
    this.observer.observe(this.root);
  }

  /** Put back on the page, with the same token, the cut-offs stand where they stood. */
  recall() {
    const { token, values, acts } = kept;
    if (token !== this.token) return;
    this.views.forEach((view, at) => view.stand({ flag: values[at], act: acts[at] }));
    this.send();
  }

  /** One view per label, in order; the same labels keep their views, and so a drag in progress. */
  seat(cards) {
    const same = (card, at) => this.views[at]?.label === card.label;
    if (cards.length === this.views.length && cards.every(same)) return;
    this.views = cards.map(({ label }, place) => new CardView(label, place, this));
    this.grid.replaceChildren(...this.views.map((view) => view.node));
    this.grid.dataset.cards = cards.length;
    this.flags = undefined;
  }

  /** Each view its card, with its scores as numbers; whether they are others than before. */
  read(cards, reset) {
    let same = this.flags !== undefined;
    cards.forEach((card, at) => {
      const { data } = this.views[at];
      const kept = data?.scores64 === card.scores64 && data.targets64 === card.targets64;
      const column = kept ? data.column : columnOf(card.scores64, card.targets64);
      const steps = kept ? data.steps : stepsOf(column);
      this.views[at].take({ ...card, column, steps }, reset);
      same &&= kept;
    });
    if (same) return false;
    const columns = this.views.map(({ data }) => data.column);
    const kinds = kindsOf(columns);
    [this.flags, this.acts] = [new Tally(columns, kinds), new Tally(columns, kinds)];
    this.totals.renew(kinds);
    return true;
  }

  turn(name, chosen) {
    this.axisName = name;
    this.axis = name === "odds" ? logOddsAxis(this.views.map(({ data }) => data.column)) : linearAxis();
    for (const button of this.switches) {
      button.setAttribute("aria-pressed", String(button.dataset.axis === name));
    }
    if (chosen) this.emit("axis", name);
    this.draw();
  }

  draw() {
    for (const view of this.views) {
      view.draw();
      this.count(view);
    }
    this.total();
  }

  fit() {
    const width = this.views[0]?.node.clientWidth;
    if (width === this.width) return;
    this.width = width;
    this.draw();
  }

  /** A cut-off of that view has moved: its card and the totals follow at once. */
  moved(view) {
    view.show();
    this.count(view);
    this.total();
    this.keep();
  }

  count({ place, cuts }) {
    this.flags.move(place, cuts.flag);
    this.acts.move(place, cuts.act);
  }

  total() {
    const acting = this.views.some(({ cuts }) => cuts.act !== null);
    this.totals.show(this.flags, this.acts, { volume: this.volume, acting });
  }

  standing() {
    return standingOf(this.views.map(({ cuts }) => cuts));
  }

  /** Note what Python has, and drop what was about to be sent. */
  settle(standing) {
    clearTimeout(this.timer);
    this.sent = JSON.stringify(standing);
  }

  /** Keep what stands for another mounting, which Streamlit makes when it pleases. */
  keep() {
    kept = { token: this.token, ...this.standing() };
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), REST_MS);
  }

  send() {
    if (JSON.stringify(this.standing()) === this.sent) return;
    this.settle(this.standing());
    this.emit("thresholds", { token: this.token, ...this.standing() });
  }

  leave() {
    this.observer.disconnect();
    clearTimeout(this.timer);
  }
}

const standingOf = (cuts) => ({ values: cuts.map(({ flag }) => flag), acts: cuts.map(({ act }) => act) });
const withoutScores = ({ scores64, targets64, ...rest }) => rest;

/** Whether the app is dark, judged by its background, in whatever notation the theme gives it. */
function isDark(node) {
  const canvas = html("canvas", { width: 1, height: 1 }).getContext("2d");
  canvas.fillStyle = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

const boards = new WeakMap();
let kept = {};

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
