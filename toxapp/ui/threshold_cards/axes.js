// The score axis, linear or in log-odds, and the words in which scores, counts and shares are told.

const logit = (p) => Math.log(p / (1 - p));

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
const grouped = new Intl.NumberFormat("en-US");
const number = (count) => grouped.format(count);

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

/** A share as text, "–" of nothing. */
const share = (hits, of) => (of ? `${percent(hits / of)} %` : "–");

/** The 95 % interval of hits out of `of` in per cent; "" of nothing. */
function range(hits, of) {
  const interval = wilson(hits, of);
  return interval ? interval.map((end) => (end * 100).toFixed(0)).join("–") : "";
}
