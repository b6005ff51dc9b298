// One card: header, chart, live figures, and the bands of a second cut-off.

const FIGURES = [
  ["flagged", "flagged", "Texts that score at or above the threshold."],
  ["caught", "caught", "Recall: of the texts that carry the label, the share that is flagged, with its 95 % interval (Wilson), and their number."],
  ["right", "right", "Precision: of the flagged texts, the share that carries the label, with its 95 % interval (Wilson)."],
  ["f", "F1", "The harmonic mean of precision and recall; above beta 1, recall counts more."],
  ["missed", "missed", "Texts that carry the label and score below the threshold."],
  ["falseAlarms", "false alarms", "Flagged texts that do not carry the label."],
];
const BANDS = [
  ["clear", "Texts below the threshold."],
  ["review", "Texts from the threshold up to the second cut-off: somebody reads them."],
  ["act", "Texts from the second cut-off on, and how many of them carry the label: acted on unread."],
];
const SET_BEST = "Set the threshold with the best F, as chosen on these texts";
const SET_RANGE = "; between which values it lies on 95 % of resamples of the texts";

function html(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function numberField(label) {
  const made = html("input", { class: "number", type: "number", min: 0, max: 1, step: 0.001, placeholder: "off" });
  made.setAttribute("aria-label", `${label}, from 0 to 1`);
  return made;
}

/** One label. `board` is told what moved, when the hand rests (`later`) and when it lets go (`send`). */
class CardView {
  constructor(label, place, board) {
    this.label = label;
    this.place = place;
    this.board = board;
    this.cuts = { flag: null, act: null };
    this.last = { flag: null, act: null };
    this.shown = {};
    this.chart = new Chart();
    const names = { flag: `Threshold for ${label}`, act: `Act on ${label} from` };
    this.inputs = { flag: numberField(names.flag), act: numberField(names.act) };
    for (const [kind, line] of Object.entries(this.chart.lines)) {
      line.node.setAttribute("aria-label", names[kind]);
    }
    this.count = html("span", { class: "count" });
    this.toggle = html("button", { class: "switch", type: "button", role: "switch", "aria-label": `Flag ${label}` });
    this.toggle.title = "Switched off, the label flags nothing.";
    this.toBest = html("button", { class: "jump best", type: "button" });
    this.addAct = jump("+ act", "Add a second, higher cut-off: what scores at least that much is acted on unread");
    this.addAct.setAttribute("aria-label", `Add a second cut-off for ${label}`);
    this.dropAct = jump("×", "Take the second cut-off away");
    this.dropAct.setAttribute("aria-label", `Take the second cut-off for ${label} away`);
    this.note = html("p", { class: "note" });
    this.node = this.assemble();
    new Hand(this).listen();
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
      html("div", { class: "setting" }, this.inputs.flag, this.toBest, this.addAct),
      this.chart.svg,
      this.assembleBands(),
      figures,
      this.note,
    );
  }

  field(key, name, tip) {
    const [value, range, more] = ["value", "range", "more"].map((part) => html("span", { class: part }));
    const term = html("dt", {}, name, more);
    this.fields[key] = { term, value, range, more };
    const made = html("div", { "data-figure": key }, term, html("dd", {}, value, range));
    made.title = tip;
    return made;
  }

  assembleBands() {
    this.bandCounts = {};
    this.bands = html("div", { class: "bands" });
    for (const [kind, tip] of BANDS) {
      const count = (this.bandCounts[kind] = html("strong", {}));
      const named = kind === "act" ? ["act from ", this.inputs.act, " "] : [`${kind} `];
      const made = html("span", { "data-band": kind }, ...named, count);
      made.title = tip;
      this.bands.append(made);
    }
    this.bands.append(this.dropAct);
    return this.bands;
  }

  /** Take over the label's data; `reset` takes its cut-offs too, unless a drag is in progress. */
  take(data, reset) {
    this.data = data;
    if (reset && !this.held) this.stand(cutsOf(data));
    this.last.flag ??= data.best ?? 0.5;
    const { withLabel, without, missing } = data.column;
    const texts = withLabel.length + without.length;
    this.count.textContent = `${number(withLabel.length)} texts, ${prevalence(withLabel.length / Math.max(1, texts))} %`;
    const unknown = missing ? ` Of ${number(missing)} more nobody says; they are in no figure here.` : "";
    this.count.title = `${number(withLabel.length)} of ${number(texts)} texts carry the label.${unknown}`;
    this.note.textContent = [data.reason, data.note].filter(Boolean).join(" ");
    this.note.hidden = !this.note.textContent;
    this.takeBest(data);
  }

  stand(cuts) {
    this.cuts = cuts;
    if (cuts.flag !== null) this.last = { ...cuts };
  }

  takeBest({ best, best_interval: ends }) {
    this.toBest.hidden = best === null;
    if (best === null) return;
    const between = ends ? html("small", {}, ` ${told(ends[0])}–${told(ends[1])}`) : "";
    this.toBest.replaceChildren(`best F${this.board.beta} `, html("b", {}, told(best)), between);
    this.toBest.title = `${SET_BEST}${ends ? SET_RANGE : ""}.`;
  }

  draw() {
    const width = this.node.clientWidth - 28;
    if (width <= 0) return;
    this.chart.draw(this.data, this.board, width);
    this.fields.f.term.firstChild.textContent = `F${this.board.beta}`;
    this.show();
  }

  /** Cut-offs, lines and figures as they now stand. */
  show() {
    const { flag, act } = this.cuts;
    const figures = figuresAt(this.data.column, flag, this.board.beta);
    const off = flag === null;
    this.node.classList.toggle("off", off);
    this.toggle.setAttribute("aria-checked", String(!off));
    this.toggle.disabled = off && this.data.reason !== null;
    for (const each of [this.inputs.flag, this.toBest, this.addAct]) each.disabled = off;
    this.addAct.hidden = act !== null || this.data.reason !== null;
    this.chart.move(this.cuts, figures.f);
    for (const kind of ["flag", "act"]) this.showNumber(kind);
    this.showFigures(figures);
    this.showBands(figures);
  }

  showNumber(kind) {
    const [cut, input] = [this.cuts[kind], this.inputs[kind]];
    if (this.shown[kind] === cut) return;
    this.shown[kind] = cut;
    input.value = cut === null ? "" : told(cut);
    input.setAttribute("aria-invalid", "false");
    this.widen(kind);
  }

  widen(kind) {
    const input = this.inputs[kind];
    input.style.setProperty("--digits", Math.max(5, input.value.length));
  }

  showFigures(figures) {
    const { fields } = this;
    const { flag } = this.cuts;
    const positives = this.data.column.withLabel.length;
    fields.flagged.value.textContent = number(figures.flagged);
    fields.caught.value.textContent = share(figures.caught, positives);
    fields.caught.range.textContent = range(figures.caught, flag === null ? 0 : positives);
    fields.caught.more.textContent = number(figures.caught);
    fields.right.value.textContent = share(figures.caught, figures.flagged);
    fields.right.range.textContent = range(figures.caught, figures.flagged);
    fields.right.more.textContent = figures.flagged ? `of ${number(figures.flagged)}` : "";
    fields.f.value.textContent = figures.f === null ? "–" : figures.f.toFixed(3);
    fields.missed.value.textContent = number(figures.missed);
    fields.falseAlarms.value.textContent = number(figures.falseAlarms);
    if (flag === null) return;
    const words = `${told(flag)}: ${number(figures.flagged)} flagged, ${share(figures.caught, positives)} caught, ${share(figures.caught, figures.flagged)} right`;
    say(this.chart.lines.flag, flag, words);
  }

  showBands({ clear, flagged }) {
    const { act } = this.cuts;
    this.bands.hidden = act === null;
    if (act === null) return;
    const acted = figuresAt(this.data.column, act, 1);
    const right = share(acted.caught, acted.flagged);
    this.bandCounts.clear.textContent = number(clear);
    this.bandCounts.review.textContent = number(flagged - acted.flagged);
    this.bandCounts.act.textContent = acted.flagged ? `${number(acted.flagged)}, ${right} right` : "0";
    say(this.chart.lines.act, act, `${told(act)}: ${number(acted.flagged)} acted on, ${right} right`);
  }
}

/** Where the cut-offs of a card stand at first; a label that is switched off has none. */
const cutsOf = ({ threshold, act }) => ({ flag: threshold, act: threshold === null ? null : act });

function jump(words, tip) {
  const made = html("button", { class: "jump", type: "button" }, words);
  made.title = tip;
  return made;
}

function say({ node }, cut, words) {
  node.setAttribute("aria-valuenow", cut);
  node.setAttribute("aria-valuetext", words);
}
