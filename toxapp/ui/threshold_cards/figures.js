// What a card computes: texts in the order of their scores, counts at a threshold, curves.
// Pure functions; nothing here knows the page.
// figures.js, axes.js, tally.js, chart.js, card.js, hand.js, totals.js and cards.js are joined, in
// this order, into one module.

const BINS = 80;
const Z95 = 1.959963984540054;
const CARRIES = 1;
const MISSING = 255;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Base64 to bytes. */
function bytesOf(base64) {
  const raw = atob(base64);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/**
 * One label's scores, read once: `order` are the texts by ascending score, `sorted` their scores;
 * `withLabel` and `without` the ascending scores of the texts that are known to carry the label or
 * not, and `missing` how many are of neither. Every browser's platform is little-endian.
 */
function columnOf(scores64, targets64) {
  const scores = new Float32Array(bytesOf(scores64).buffer);
  const targets = bytesOf(targets64);
  const order = ascending(scores);
  const sorted = Float32Array.from(order, (text) => scores[text]);
  const side = (target) => sorted.filter((_, at) => targets[order[at]] === target);
  const [withLabel, without] = [side(CARRIES), side(0)];
  const missing = scores.length - withLabel.length - without.length;
  return { order, sorted, targets, withLabel, without, missing };
}

/**
 * The indices of `scores`, from the lowest score to the highest; equal ones stay in their order.
 * A radix sort in two passes over the bits, which ascend with the value from 0 on: 100,000 scores
 * take 2 ms, where sorting indices by comparison takes 60.
 */
function ascending(scores) {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  let order = Uint32Array.from(bits, (_, text) => text);
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(65537);
    for (const each of bits) starts[((each >>> shift) & 65535) + 1]++;
    for (let digit = 1; digit <= 65536; digit++) starts[digit] += starts[digit - 1];
    const next = new Uint32Array(order.length);
    for (const text of order) next[starts[(bits[text] >>> shift) & 65535]++] = text;
    order = next;
  }
  return order;
}

/** Where in the ascending `scores` those >= threshold begin, compared in double precision. */
function startOf(scores, threshold) {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[middle] < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The figures at a threshold; null is a label switched off. A ratio over nothing is null, not 0.
 * F-beta is (1 + beta^2) caught / (flagged + beta^2 positives).
 */
function figuresAt({ withLabel, without }, threshold, beta) {
  const atLeast = (scores) => (threshold === null ? 0 : scores.length - startOf(scores, threshold));
  const caught = atLeast(withLabel);
  const falseAlarms = atLeast(without);
  const flagged = caught + falseAlarms;
  const positives = withLabel.length;
  return {
    caught,
    falseAlarms,
    flagged,
    clear: positives + without.length - flagged,
    missed: positives - caught,
    recall: positives ? caught / positives : null,
    precision: flagged ? caught / flagged : null,
    f: positives ? fOf(caught, flagged, positives, beta) : null,
  };
}

function fOf(caught, flagged, positives, beta) {
  return ((1 + beta * beta) * caught) / (flagged + beta * beta * positives);
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
function curvesOf({ caught, flagged, positives }, beta) {
  return {
    precision: (k) => (flagged[k] ? caught[k] / flagged[k] : null),
    recall: (k) => caught[k] / positives,
    f: (k) => fOf(caught[k], flagged[k], positives, beta),
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
