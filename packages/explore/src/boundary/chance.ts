/**
 * Random numbers and bytes of the platform, the same ones for the same step of each run.
 *
 * @module
 */
import { type ActiveRun, during } from "./active-run.ts";
import { node, type Replacement } from "./platform.ts";

type Bytes = (size: number, callback?: (error: Error | null, bytes: Buffer) => void) => unknown;
type Int = (...args: (number | ((error: Error | null, value: number) => void))[]) => unknown;

export function chance(): Replacement[] {
  const { crypto } = node;
  const web = Object.getPrototypeOf(globalThis.crypto) as typeof globalThis.crypto;
  // Of the prototype, where whoever has a Crypto finds it, as the one of `node:crypto` does.
  // oxlint-disable-next-line typescript/unbound-method
  const { getRandomValues, randomUUID } = web;
  const uuid = during(randomUUID as () => string, uuidOf);
  const fill = during(getRandomValues as (array: NodeJS.TypedArray) => unknown, (run, array) => filled(run, array));
  return [
    { holder: Math, key: "random", value: during(Math.random, ({ lab }) => lab.random()) },
    { holder: web, key: "randomUUID", value: uuid },
    { holder: web, key: "getRandomValues", value: fill },
    { holder: crypto, key: "randomUUID", value: during(crypto.randomUUID as () => string, uuidOf) },
    { holder: crypto, key: "randomBytes", value: during(crypto.randomBytes as Bytes, bytesOf) },
    { holder: crypto, key: "randomInt", value: during(crypto.randomInt as Int, intOf) },
  ];
}

function filled<T extends NodeJS.TypedArray>({ lab }: ActiveRun, array: T): T {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.trunc(lab.random() * 256);
  return array;
}

/** Of version 4. */
function uuidOf(run: ActiveRun): string {
  const bytes = filled(run, Buffer.alloc(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function bytesOf(run: ActiveRun, size: number, callback?: Parameters<Bytes>[1]): Buffer | undefined {
  const bytes = filled(run, Buffer.alloc(size));
  if (callback === undefined) return bytes;
  run.timers.setImmediate(() => callback(null, bytes));
  return undefined;
}

function intOf(run: ActiveRun, ...args: Parameters<Int>): number | undefined {
  const limits = args.filter((arg) => typeof arg === "number");
  const [from, to] = limits.length > 1 ? (limits as [number, number]) : [0, limits[0] as number];
  const value = from + Math.trunc(run.lab.random() * (to - from));
  const callback = args.find((arg) => typeof arg === "function");
  if (callback === undefined) return value;
  run.timers.setImmediate(() => callback(null, value));
  return undefined;
}
