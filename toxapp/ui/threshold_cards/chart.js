// One label's drawing: curves above, the two distributions below, the cut-offs across both.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 166;
const LEFT = 26;
const RIGHT = 8;
const CURVES = { top: 14, bottom: 106 };
const BARS = { top: 113, bottom: 147 };
const GRAB = 14;

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const heightOf = (share) => +(CURVES.bottom - share * (CURVES.bottom - CURVES.top)).toFixed(1);

/** The path of a histogram; heights are logarithmic, since the two sides differ a thousandfold. */
function barsPath(counts, most, left, width) {
  const scale = (BARS.bottom - BARS.top) / Math.log1p(most);
  const step = width / BINS;
  let path = "";
  counts.forEach((count, bin) => {
    if (!count) return;
    const top = (BARS.bottom - Math.log1p(count) * scale).toFixed(1);
    const from = (left + bin * step + 0.25).toFixed(2);
    path += `M${from},${BARS.bottom}V${top}h${(step - 0.5).toFixed(2)}V${BARS.bottom}z`;
  });
  return path;
}

/** The ground of what is flagged, or acted on. */
function band(kind) {
  const height = BARS.bottom - CURVES.top + 4;
  return svg("rect", { class: `band ${kind}`, y: CURVES.top - 4, height });
}

/** A cut-off as a slider: a line with a handle, ready for pointer and keys. */
class Line {
  constructor(kind) {
    this.handle = svg("g", {}, svg("circle", { class: "ring", r: 10 }), knob(kind));
    this.node = svg(
      "g",
      { class: `slider ${kind}`, role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 1 },
      svg("rect", { class: "grab", x: -GRAB, width: GRAB * 2, y: 0, height: BARS.bottom }),
      svg("line", { y1: CURVES.top - 6, y2: BARS.bottom }),
      this.handle,
    );
    this.node.dataset.cut = kind;
  }

  move(x, y) {
    this.node.setAttribute("transform", `translate(${x},0)`);
    this.handle.setAttribute("transform", `translate(0,${y})`);
  }

  show(shown) {
    this.node.style.display = shown ? "" : "none";
  }
}

/** The second cut-off has a handle of another shape, so that no colour has to tell it apart. */
function knob(kind) {
  return kind === "flag" ? svg("circle", { r: 5.5 }) : svg("rect", { class: "knob", x: -5, y: -5, width: 10, height: 10 });
}

class Chart {
  constructor() {
    this.grid = svg("g", { class: "grid-lines" });
    this.axisTicks = svg("g", { class: "ticks" });
    this.bands = { flag: band("flag"), act: band("act") };
    this.paths = {};
    for (const name of ["without", "with", "f", "recall", "precision"]) {
      this.paths[name] = svg("path", { class: name });
    }
    this.marks = svg("g", { class: "marks", "aria-hidden": "true" });
    this.lines = { flag: new Line("flag"), act: new Line("act") };
    const still = svg("g", { "aria-hidden": "true" });
    still.append(...Object.values(this.bands), this.grid, ...Object.values(this.paths), this.axisTicks);
    const lines = Object.values(this.lines).map((line) => line.node);
    this.svg = svg("svg", { class: "chart", height: HEIGHT }, still, this.marks, ...lines);
  }

  /** Everything that stays while a cut-off moves. `card` is the label's data, decoded. */
  draw(card, { axis, beta }, width) {
    this.axis = axis;
    this.beta = beta;
    this.width = Math.max(40, width - LEFT - RIGHT);
    this.svg.setAttribute("width", width);
    this.drawGrid();
    this.drawCurves(card);
    this.drawBars(card);
    this.drawMarks(card);
  }

  x(score) {
    return LEFT + this.axis.place(score) * this.width;
  }

  drawGrid() {
    const right = LEFT + this.width;
    const lines = [0, 0.5, 1].flatMap((share) => [
      svg("line", { x1: LEFT, x2: right, y1: heightOf(share), y2: heightOf(share) }),
      text(100 * share, LEFT - 6, heightOf(share) + 3.5, "end"),
    ]);
    this.grid.replaceChildren(...lines);
    const ticks = this.axis.ticks.map((tick) => {
      const x = this.x(tick);
      const anchor = x > right - 10 && String(tick).length > 2 ? "end" : "middle";
      return text(tick, anchor === "end" ? right + RIGHT : x, HEIGHT - 5, anchor);
    });
    const base = svg("line", { x1: LEFT, x2: right, y1: BARS.bottom, y2: BARS.bottom });
    this.axisTicks.replaceChildren(base, ...ticks);
  }

  drawCurves({ steps }) {
    const xs = Float32Array.from(steps.scores, (score) => this.beyond(score) ?? this.x(score));
    const curves = steps.positives ? curvesOf(steps, this.beta) : {};
    for (const name of ["precision", "recall", "f"]) {
      const range = [LEFT, LEFT + this.width];
      const path = curves[name] ? stepPath(xs, curves[name], range, heightOf) : "";
      this.paths[name].setAttribute("d", path);
    }
  }

  /** A pixel off the chart for a score that the axis does not reach: its step is not drawn. */
  beyond(score) {
    if (score < this.axis.low) return -1;
    return score > this.axis.high ? LEFT + this.width + 1 : null;
  }

  drawBars({ column: { withLabel, without } }) {
    const sides = { with: binned(withLabel, this.axis), without: binned(without, this.axis) };
    const most = Math.max(1, ...sides.with, ...sides.without);
    for (const [name, counts] of Object.entries(sides)) {
      this.paths[name].setAttribute("d", barsPath(counts, most, LEFT, this.width));
    }
  }

  drawMarks({ best }) {
    const marks = [{ at: 0.5, name: "0.5" }];
    if (best !== null) marks.push({ at: best, name: `best F${this.beta} ${told(best)}`, class: "best" });
    this.marks.replaceChildren(...marks.map((mark) => this.mark(mark)));
  }

  mark({ at, name, class: kind = "half" }) {
    const title = svg("title");
    title.textContent = `${name}: click to set`;
    const made = svg("g", { class: kind, transform: `translate(${this.x(at).toFixed(1)},0)` });
    made.append(
      title,
      svg("rect", { x: -8, y: 0, width: 16, height: CURVES.top - 2 }),
      svg("path", { d: "M-4,1H4L0,7z" }),
      svg("line", { y1: 7, y2: BARS.bottom }),
    );
    made.dataset.at = at;
    return made;
  }

  /** Put the lines at the cut-offs, that of the flagged with its handle at `f`; null takes one off. */
  move({ flag, act }, f) {
    const right = LEFT + this.width;
    const [from, upper] = [flag, act].map((cut) => (cut === null ? right : this.x(cut)));
    this.lines.flag.show(flag !== null);
    this.lines.act.show(act !== null);
    this.lines.flag.move(from.toFixed(1), heightOf(f ?? 0.5));
    this.lines.act.move(upper.toFixed(1), CURVES.top);
    stretch(this.bands.flag, from, upper);
    stretch(this.bands.act, upper, right);
  }

  /** Which cut-off a hand at that pixel means: the nearer of those shown. */
  nearest(pixel, { flag, act }) {
    if (act === null) return "flag";
    const middle = (this.x(flag) + this.x(act)) / 2;
    return pixel > middle ? "act" : "flag";
  }

  /** The threshold under a pixel of the chart. */
  scoreAt(pixel) {
    return rounded(this.axis.scoreAt(clamp((pixel - LEFT) / this.width, 0, 1)));
  }
}

function stretch(rect, from, to) {
  rect.setAttribute("x", from.toFixed(1));
  rect.setAttribute("width", Math.max(0, to - from).toFixed(1));
}

function text(content, x, y, anchor) {
  const made = svg("text", { x: x.toFixed(1), y, "text-anchor": anchor });
  made.textContent = content;
  return made;
}
