// Large numbers as people read them, in both languages.

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 1234567 → "1,234,567". @param {number} n */
export function exact(n) {
  return Math.round(n).toLocaleString("en-US");
}

/**
 * 1.3e9 → "1.3B", "13亿".
 * @param {number} n
 * @param {string} language
 */
export function compact(n, language) {
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-US", {
    notation: "compact",
    maximumSignificantDigits: 3,
  }).format(n);
}

/** Superscript digits. @param {number} exponent a whole number */
export function raised(exponent) {
  return `${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => RAISED[Number(digit)]).join("")}`;
}

/**
 * 5.88e23 → "5.88 × 10²³", 1e24 → "10²⁴".
 * @param {number} n
 * @param {number} [digits] behind the point
 */
export function power(n, digits = 2) {
  const [mantissa, exponent] = n.toExponential(digits).split("e");
  const ten = `10${raised(Number(exponent))}`;
  return Number(mantissa) === 1 ? ten : `${mantissa} × ${ten}`;
}

/**
 * Bytes in the units of memory: 1024 B = 1 KiB.
 * @param {number} n
 */
export function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const unit = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10));
  const amount = n / 1024 ** unit;
  return `${amount >= 100 || unit === 0 ? Math.round(amount) : amount.toPrecision(3)} ${units[unit]}`;
}

/** @param {number} share 0..1 */
export function percent(share) {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
