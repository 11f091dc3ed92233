/**
 * Numbers on the command line and in tables.
 *
 * @module
 */
import { UsageError } from "./console.ts";

/** Reads a whole number from `least` up. */
export function readWhole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least || text.trim() === "") {
    throw new UsageError(`${option} takes a whole number from ${least} up, and "${text}" is not one`);
  }
  return value;
}

/** Reads a number or a fraction: `0.02`, `1/50`. */
export function readFraction(option: string, text: string): number {
  const [, above, below = "1"] = /^(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/.exec(text.trim()) ?? [];
  const value = above === undefined ? Number.NaN : Number(above) / Number(below);
  if (!Number.isFinite(value))
    throw new UsageError(`${option} takes a number or a fraction such as 1/50, and "${text}" is neither`);
  return value;
}

/** A share in percent with one digit: `18.7`. */
export function percent(share: number): string {
  return (share * 100).toFixed(1);
}
