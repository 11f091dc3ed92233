import { noScopeAcrossYield } from "../src/rules/no-scope-across-yield.ts";
import { type Invalid, reported, testRule, using } from "./rule-cases.ts";

const open = (code: string, line?: number): Invalid => reported(code, "open", line);

testRule("no-scope-across-yield", noScopeAcrossYield, {
  javascript: {
    valid: [
      using`export async function* items() { { using shield = await openShield(); await step(); } yield 1; }`,
      using`export async function* items() { yield 1; using shield = await openShield(); await step(); }`,
      using`export async function* items() { using lease = await new Owner(step).lease(); yield 1; }`,
      using`export async function* items() { using other = await step(); yield 1; }`,
      using`export async function* items() { const held = await new Lock().acquire(); yield 1; }`,
      using`export async function* items() { using shield = await openShield(); await step(function* () { yield 1; }); }`,
      using`export async function* items() { await step(async () => { using shield = await openShield(); await step(); }); yield 1; }`,
      using`export async function work() { using shield = await openShield(); await step(); }`,
      using`export function* items() { const scope = new CancelScope(); scope.enter(); step(); scope.exit(); yield 1; }`,
      using`export function* items() { const scope = new CancelScope(); yield 1; scope.enter(); step(); scope.exit(); }`,
      using`export function* items() { for (;;) { const scope = new CancelScope(); scope.enter(); step(); scope.exit(); yield 1; } }`,
      using`export function* items() { const a = new CancelScope(); const b = new CancelScope(); a.enter(); a.exit(); yield 1; b.enter(); b.exit(); }`,
      using`export function* items(a) { const scope = new CancelScope(); if (a) { scope.enter(); scope.exit(); } yield 1; if (!a) { scope.enter(); scope.exit(); } }`,
      using`export function* items() { const scope = new CancelScope(); scope.enter(); yield 1; }`,
      using`export function* items(door) { door.enter(); yield 1; door.exit(); }`,
      using`withSetup(async function* () { using shield = await openShield(); yield 1; });`,
      `export async function* items() { using shield = await openShield(); yield 1; }`,
    ],
    invalid: [
      open(using`export async function* items() { using shield = await openShield(); yield 1; }`),
      open(using`export async function* items() { await using shield = await openShield(); yield 1; }`),
      open(using`export async function* items() { using deadline = await openDeadline(10); yield* step(); }`),
      open(using`export async function* items() { using held = await new Lock().acquire(); yield 1; }`),
      open(using`export async function* items() { using held = new Lock().acquireNoWait(); yield 1; }`),
      open(
        using`
        export async function* items() {
          const lock = new Lock();
          for (const each of await step()) {
            using held = await lock.acquire();
            if (each) yield each;
          }
          yield 2;
        }`,
        5,
      ),
      open(using`export const items = async function* () { using shield = await openShield(); yield 1; };`),
      open(
        using`export class Source { async *[Symbol.asyncIterator]() { using shield = await openShield(); yield 1; } }`,
      ),
      open(
        using`export async function* items(a) { switch (a) { case 1: { using shield = await openShield(); yield 1; } } }`,
      ),
      open(
        using`export function* items() { const scope = new CancelScope(); scope.enter(); try { yield 1; } finally { scope.exit(); } }`,
      ),
      open(
        using`export function* items() { const scope = new CancelScope(); scope.enter(); if (step()) { scope.exit(); return; } yield 1; scope.exit(); }`,
      ),
      open(
        using`export class Source { #scope = new CancelScope(); *items() { this.#scope.enter(); yield 1; this.#scope.exit(); } }`,
      ),
      {
        code: using`export function* items() { const a = new CancelScope(); const b = new CancelScope(); a.enter(); yield 1; b.enter(); yield 2; b.exit(); a.exit(); }`,
        errors: [
          { messageId: "open", data: { what: "scope a" } },
          { messageId: "open", data: { what: "scope b" } },
        ],
      },
      {
        code: using`export async function* items() { const lock = new Lock(); using held = await lock.acquire(); yield 1; }`,
        errors: [{ messageId: "open", data: { what: "lock.acquire()" } }],
      },
    ],
  },
  typescript: {
    valid: [
      using`export async function* items(lock: Set<string>): AsyncGenerator<number> { using held = await lock.acquire(); yield 1; }`,
    ],
    invalid: [
      open(
        using`export async function* items(lock: Lock): AsyncGenerator<number> { using held: Disposable = await lock.acquire(); yield 1; }`,
      ),
    ],
  },
});
