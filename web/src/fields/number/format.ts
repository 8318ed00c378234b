/**
 * Numbers as text, the same as the server shows them: rounding is decimal (1.005 to two places is 1.01), as in Excel.
 *
 * Tests: ../fields.test.ts.
 */

/** As many digits as the value has, at most 15 that count. */
export function generalText(value: number): string {
  const rounded = Number(value.toPrecision(15));
  return Object.is(rounded, -0) ? "0" : String(rounded);
}

/** The shortest text that reads back as the same number. */
export function exactText(value: number): string {
  return Object.is(value, -0) ? "0" : String(value);
}

/** Exactly `places` digits after the point. */
export function fixedText(value: number, places: number): string {
  const size = Math.abs(value);
  if (size >= 1e21) return String(value);
  const moved = Number(`${Number(size.toPrecision(15))}e${places}`);
  // An exponent form cannot be moved by writing another exponent behind it.
  const rounded = Number.isFinite(moved) ? Number(`${Math.round(moved)}e-${places}`) : size;
  const text = (Number.isFinite(rounded) ? rounded : size).toFixed(places);
  return value < 0 && Number(text) !== 0 ? `-${text}` : text;
}

export function withThousands(text: string): string {
  const [whole = "", fraction] = text.split(".");
  if (!/^-?\d+$/.test(whole)) return text;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A guess at a typed number: signs of currency, thousands, percent; undefined: surely no number. */
export function readNumber(typed: string): number | undefined {
  const narrow = typed.replace(/[！-～]/g, (c) => (c === "￥" ? c : String.fromCharCode(c.charCodeAt(0) - 0xfee0)));
  const bare = narrow
    .trim()
    .replace(/^([-+]?)(?:[¥￥$€£]|HK\$|US\$|RMB)\s*/, "$1")
    .replace(/元$/, "");
  const match = /^([-+]?)(\d+(?:,\d{3})*|\d*)(\.\d+)?(%?)$/.exec(bare);
  if (!match || (match[2] === "" && match[3] === undefined)) return undefined;
  const value = Number(`${match[2]?.replaceAll(",", "") || "0"}${match[3] ?? ""}`);
  const scaled = match[4] ? Number((value / 100).toPrecision(15)) : value;
  return match[1] === "-" ? -scaled : scaled;
}
