/**
 * Philosophers: each holds one fork and waits for the next, in a ring. Cure: take the forks in the same order everywhere.
 *
 * @module
 */
import { Lock } from "@holdfast/concurrency";
import type { Lab } from "@holdfast/explore";

async function dine(lab: Lab, count: number, order: (left: number, right: number) => [number, number]): Promise<void> {
  lab.access(lab, "read");
  const forks = Array.from({ length: count }, () => new Lock());
  await lab.all(count, async (index) => {
    const [first, second] = order(index, (index + 1) % count);
    await forks[first]?.withLock(() => forks[second]?.withLock(() => {}));
  });
}

/** Each takes the left one first. */
export function scenario(lab: Lab, count: number = 4): Promise<void> {
  return dine(lab, count, (left, right) => [left, right]);
}

/** Each takes the lower one first. */
export function fixed(lab: Lab, count: number = 3): Promise<void> {
  return dine(lab, count, (left, right) => [Math.min(left, right), Math.max(left, right)]);
}
