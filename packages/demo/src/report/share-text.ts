/**
 * Shares in words.
 *
 * @module
 */

/** `11.3 %, 95 % interval 7.2 to 17.4`. */
export function shareText({
  hits,
  requests,
  interval,
}: {
  readonly hits: number;
  readonly requests: number;
  readonly interval: { readonly low: number; readonly high: number };
}): string {
  const percent = (share: number): string => (share * 100).toFixed(1);
  return `${percent(hits / requests)} %, 95 % interval ${percent(interval.low)} to ${percent(interval.high)}`;
}
