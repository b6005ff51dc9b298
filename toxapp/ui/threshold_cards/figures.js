// What a card computes: counts at a threshold, curves, distributions, the score axis.
// Pure functions of sorted scores; nothing here knows the page.
// figures.js, chart.js and cards.js are joined, in this order, into one module.

const BINS = 80;
const Z95 = 1.959963984540054;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const logit = (p) => Math.log(p / (1 - p));

/** Base64 of little-endian float32 to numbers (every browser's platform is little-endian). */
function decode(base64) {
  const raw = atob(base64);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}

/** How many of the ascending `scores` are >= threshold, compared in double precision. */
function countAtLeast(scores, threshold) {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[middle] < threshold) low = middle + 1;
    else high = middle;
  }
  return scores.length - low;
}

/** The figures at a threshold; null is a label switched off. A ratio over nothing is null, not 0. */
function figuresAt({ withLabel, without }, threshold) {
  const caught = threshold === null ? 0 : countAtLeast(withLabel, threshold);
  const falseAlarms = threshold === null ? 0 : countAtLeast(without, threshold);
  const flagged = caught + falseAlarms;
  const positives = withLabel.length;
  return {
    caught,
    falseAlarms,
    flagged,
    missed: positives - caught,
    recall: positives ? caught / positives : null,
    precision: flagged ? caught / flagged : null,
    f1: positives ? (2 * caught) / (flagged + positives) : null,
  };
}

/** The 95 % Wilson score interval of hits out of `of`; null where `of` is 0. */
function wilson(hits, of) {
  if (!of) return null;
  const share = hits / of;
  const square = Z95 * Z95;
  const scale = 1 + square / of;
  const centre = (share + square / (2 * of)) / scale;
  const half = (Z95 / scale) * Math.sqrt((share * (1 - share)) / of + square / (4 * of * of));
  return [clamp(centre - half, 0, 1), clamp(centre + half, 0, 1)];
}

/**
 * All places where a figure changes: the distinct scores, ascending, and for each how many texts
 * score at least that much. Entry k holds for thresholds above scores[k - 1] up to scores[k];
 * the one past the end, above every score, is 0.
 */
function stepsOf({ withLabel, without }) {
  const total = withLabel.length + without.length;
  const scores = new Float32Array(total);
  const caught = new Int32Array(total + 1);
  const flagged = new Int32Array(total + 1);
  let [i, j, k] = [0, 0, 0];
  while (i < withLabel.length || j < without.length) {
    const score = Math.min(withLabel[i] ?? Infinity, without[j] ?? Infinity);
    scores[k] = score;
    caught[k] = withLabel.length - i;
    flagged[k] = caught[k] + without.length - j;
    while (withLabel[i] === score) i++;
    while (without[j] === score) j++;
    k++;
  }
  return { scores: scores.subarray(0, k), caught, flagged, positives: withLabel.length };
}

/** The three curves over the entries of `steps`; null where nothing is flagged. */
function curvesOf({ caught, flagged, positives }) {
  return {
    precision: (k) => (flagged[k] ? caught[k] / flagged[k] : null),
    recall: (k) => caught[k] / positives,
    f1: (k) => (2 * caught[k]) / (flagged[k] + positives),
  };
}

/**
 * The SVG path of a step function, exact to the pixel: within one pixel column the steps become
 * one upright stroke over all that they cover, so 100,000 scores cost no more than the width.
 *
 * @param xs where each step stands, in pixels, ascending
 * @param value the function's value before step k; null ends the path
 * @param from, to the first and last pixel
 * @param y pixels of a value
 */
function stepPath(xs, value, [from, to], y) {
  let k = 0;
  while (k < xs.length && xs[k] < from) k++;
  if (value(k) === null) return "";
  let path = `M${from},${y(value(k))}`;
  while (k < xs.length && xs[k] <= to) {
    const at = xs[k];
    const before = value(k);
    let [low, high, last] = [before, before, before];
    for (const column = Math.floor(at); k < xs.length && Math.floor(xs[k]) === column; ) {
      const next = value(++k);
      if (next === null) return `${path}H${xs[k - 1].toFixed(1)}`;
      [low, high, last] = [Math.min(low, next), Math.max(high, next), next];
    }
    path += `H${at.toFixed(1)}`;
    if (low < Math.min(before, last)) path += `V${y(low)}`;
    if (high > Math.max(before, last)) path += `V${y(high)}`;
    path += `V${y(last)}`;
  }
  return `${path}H${to}`;
}

/** How many scores fall in each bin of the axis; what lies beyond its ends is in the outer bins. */
function binned(scores, axis) {
  const counts = new Int32Array(BINS);
  for (const score of scores) counts[Math.min(BINS - 1, Math.floor(axis.place(score) * BINS))]++;
  return counts;
}

/** The score axis from 0 to 1, evenly spaced; `place` gives 0 to 1 from left to right. */
function linearAxis() {
  return {
    low: 0,
    high: 1,
    ticks: [0, 0.25, 0.5, 0.75, 1],
    place: (score) => score,
    scoreAt: (place) => place,
    nudge: (score, steps) => score + 0.005 * steps,
  };
}

/** The axis evenly spaced in log-odds, wide enough for the scores of all cards. */
function logOddsAxis(cards) {
  const [lowest, highest] = extremes(cards);
  const low = 10 ** clamp(Math.floor(Math.log10(lowest)), -4, -2);
  const high = 1 - 10 ** clamp(Math.floor(Math.log10(1 - highest)), -3, -2);
  const [start, end] = [logit(low), logit(high)];
  const ticks = [0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999];
  const inside = (score) => clamp(score, low, high);
  const inverse = (odds) => 1 / (1 + Math.exp(-odds));
  return {
    low,
    high,
    ticks: ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.0001),
    place: (score) => (logit(inside(score)) - start) / (end - start),
    scoreAt: (place) => inverse(start + place * (end - start)),
    nudge: (score, steps) => inverse(logit(inside(score)) + 0.1 * steps),
  };
}

function extremes(cards) {
  let [lowest, highest] = [0.5, 0.5];
  for (const { withLabel, without } of cards) {
    for (const scores of [withLabel, without]) {
      lowest = Math.min(lowest, scores[0] ?? 0.5);
      highest = Math.max(highest, scores[scores.length - 1] ?? 0.5);
    }
  }
  return [lowest, highest];
}

/** Decimals in which a threshold is told: three, more where only more tell it from 0 or 1. */
function decimals(threshold) {
  const edge = Math.min(threshold, 1 - threshold);
  return edge > 0 ? clamp(1 - Math.floor(Math.log10(edge)), 3, 6) : 3;
}

const told = (threshold) => threshold.toFixed(decimals(threshold));
const rounded = (threshold) => Number(told(clamp(threshold, 0, 1)));
const number = (count) => count.toLocaleString("en-US");

/** A share in per cent without the sign; never 0 or 100 unless it is exactly that. */
function percent(share) {
  const value = share * 100;
  if (value === 0 || value === 100) return String(value);
  if (value < 1) return Math.max(value, 0.1).toFixed(1);
  return value > 99 ? Math.min(value, 99.9).toFixed(1) : value.toFixed(0);
}

/** The share of texts that carry a label, in per cent: two digits that tell. */
function prevalence(share) {
  return share < 0.1 && share > 0 ? (share * 100).toPrecision(2) : (share * 100).toFixed(0);
}
