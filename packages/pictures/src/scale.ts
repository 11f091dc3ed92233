/**
 * Maps values to places along an axis, and finds round values to label it with.
 *
 * @module
 */

/** Maps a value of the domain to a place in the range. */
export type Scale = (value: number) => number;

/** A straight map from [`from`, `to`] to [`start`, `end`]; a domain of one point lies at the start. */
export function linearScale(from: number, to: number, start: number, end: number): Scale {
  const factor = to === from ? 0 : (end - start) / (to - from);
  return (value) => start + (value - from) * factor;
}

/** As {@link linearScale}, by powers: for positive values that differ by more than a line can show. */
export function logScale(from: number, to: number, start: number, end: number): Scale {
  const linear = linearScale(Math.log(from), Math.log(to), start, end);
  return (value) => linear(Math.log(value));
}

/** About `count` round values (steps of 1, 2 or 5 times a power of ten) within [`from`, `to`]. */
export function roundTicks(from: number, to: number, count: number): readonly number[] {
  const rough = (to - from) / count;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-9; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** The values 1, 2 and 5 times each power of ten within [`from`, `to`]; powers alone when that is more than `count`. */
export function powerTicks(from: number, to: number, count: number): readonly number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(from)); 10 ** exponent <= to; exponent += 1) {
    for (const factor of [1, 2, 5]) ticks.push(Number((factor * 10 ** exponent).toPrecision(12)));
  }
  const within = ticks.filter((tick) => tick >= from && tick <= to);
  return within.length <= count ? within : within.filter((tick) => Number.isInteger(Math.log10(tick)));
}

/** A time in ms with three significant digits or, from 1,000 on, in whole ms. */
export function formatMs(ms: number): string {
  return Math.abs(ms) >= 1_000 ? String(Math.round(ms)) : String(Number(ms.toPrecision(3)));
}

/** A share as a percentage with at most one decimal: 0.189 is "18.9". */
export function formatPercent(share: number): string {
  return String(Number((share * 100).toFixed(1)));
}
