// What all labels together come to, below the cards: what is read, caught, and flagged in vain.

const TOTALS = [
  ["flagged", "of 1,000 texts flagged by any label", "A text that several labels flag is counted, and read, once."],
  ["acted", "of 1,000 acted on unread", "Texts that any label puts at or above its second cut-off: nobody reads them."],
  ["read", "to read a day", "Texts that any label flags and none acts on, at the number of texts a day typed above."],
  ["caught", "of the harmful texts caught", "Of the texts that carry any label, the share that any label flags, with its 95 % interval (Wilson)."],
  ["alarms", "of what is flagged is a false alarm", "Of the texts that any label flags and of which everything is known, the share that carries no label, with its 95 % interval (Wilson)."],
];

class Totals {
  constructor() {
    this.fields = {};
    const list = html("dl", {});
    for (const [key, name, tip] of TOTALS) {
      const [value, range] = [html("span", { class: "value" }), html("span", { class: "range" })];
      const made = html("div", { "data-total": key }, html("dt", {}, name), html("dd", {}, value, range));
      made.title = tip;
      this.fields[key] = { made, value, range };
      list.append(made);
    }
    this.node = html("section", { class: "totals", "aria-label": "All labels together" }, list);
  }

  /** `flags` and `acts` are tallies of the same texts; `volume` texts come in a day. */
  show(flags, acts, { volume, acting }) {
    const texts = flags.kinds.length;
    const read = flags.flagged - acts.flagged;
    const [, caught, alarms] = flags.sums;
    this.fields.acted.made.hidden = !acting;
    this.tell("flagged", perThousand(flags.flagged, texts), scaled(flags.flagged, texts, 1000));
    this.tell("acted", perThousand(acts.flagged, texts), scaled(acts.flagged, texts, 1000));
    this.tell("read", texts ? number(Math.round((read / texts) * volume)) : "–", scaled(read, texts, volume));
    this.tell("caught", share(caught, this.harmful), range(caught, this.harmful));
    this.tell("alarms", share(alarms, caught + alarms), range(alarms, caught + alarms));
  }

  tell(key, value, range) {
    this.fields[key].value.textContent = value;
    this.fields[key].range.textContent = range;
  }

  /** Other texts: how many of them are harmful is counted again. */
  renew(kinds) {
    this.harmful = kinds.reduce((sum, kind) => sum + (kind === HARMFUL), 0);
  }
}

function perThousand(count, of) {
  if (!of) return "–";
  const value = (count / of) * 1000;
  return value && value < 10 ? value.toFixed(1) : number(Math.round(value));
}

/** The 95 % interval of a share, as so many of `scale`. */
function scaled(count, of, scale) {
  const ends = wilson(count, of)?.map((end) => end * scale);
  return ends ? ends.map((end) => (scale === 1000 && end < 10 ? end.toFixed(1) : number(Math.round(end)))).join("–") : "";
}
