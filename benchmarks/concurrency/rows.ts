/**
 * The rows of `npm run bench -- concurrency`.
 *
 * @module
 */
import type { BenchmarkRow } from "../row.ts";

const holdfast20k = "holdfast at 20k";

/** What is measured in this area. */
export const rows: readonly BenchmarkRow[] = [
  {
    // Async functions that only count, each a task of its own, started and then waited for together.
    name: "spawn-join-100k",
    unit: "us/task",
    ours: "spawn-join/holdfast.ts",
    peers: { effect: "spawn-join/effect.ts" },
    target: { against: "effect", most: 0.85, aim: 0.65 },
  },
  {
    // The same against what can be had at all: the context alone, and promises alone.
    name: "spawn-join-100k-floor",
    unit: "us/task",
    ours: "spawn-join/holdfast.ts",
    peers: { "als.run": "spawn-join/async-local-storage.ts", "raw promises": "spawn-join/raw-promises.ts" },
    target: { against: "als.run", most: 3.5, aim: 2 },
  },
  {
    name: "checkpoint",
    unit: "us/checkpoint",
    ours: "checkpoint/holdfast.ts",
    peers: { "await undefined": "checkpoint/await-undefined.ts" },
    target: { against: "await undefined", most: 2 },
  },
  {
    // How long a time limit of 20 ms takes while a loop does nothing but checkpoints: the longest of five.
    name: "checkpoint-timer",
    unit: "ms",
    ours: "checkpoint-timer/holdfast.ts",
    peers: { "idle setTimeout": "checkpoint-timer/set-timeout.ts" },
    target: { most: 30 },
  },
  {
    // An empty scope around an async function, entered and left.
    name: "scope",
    unit: "us/scope",
    ours: "scope/holdfast.ts",
    peers: { effect: "scope/effect.ts" },
    target: { against: "effect", most: 0.5 },
  },
  {
    // A time limit around an async function that is done at once: set and cleared.
    name: "deadline",
    unit: "us/deadline",
    ours: "deadline/holdfast.ts",
    peers: { effect: "deadline/effect.ts" },
    target: { against: "effect", most: 0.3 },
  },
  {
    // A thousand async functions at once, and their values in order.
    name: "gather-1k",
    unit: "us/function",
    ours: "gather/holdfast.ts",
    peers: { effection: "gather/effection.ts" },
    target: { against: "effection", most: 0.1 },
  },
  {
    // From the cancellation of a scope until the last wait in it has ended.
    name: "cancel-20k",
    unit: "us/wait",
    ours: "cancel/holdfast-20k.ts",
    peers: { AbortSignal: "cancel/abort-signal-20k.ts" },
    target: { most: 2.5, aim: 1 },
  },
  {
    name: "cancel-200k",
    unit: "us/wait",
    ours: "cancel/holdfast-200k.ts",
    peers: { [holdfast20k]: "cancel/holdfast-20k.ts" },
    target: { most: 2.5, aim: 1 },
  },
  {
    // Whether one wait costs more where there are ten times as many. The samples are those of the row above.
    name: "cancel-growth",
    unit: "us/wait",
    ours: "cancel/holdfast-200k.ts",
    peers: { [holdfast20k]: "cancel/holdfast-20k.ts" },
    target: { against: holdfast20k, most: 1.6 },
  },
  {
    // Beginning waits in one scope, without ending them.
    name: "register-200k",
    unit: "us/wait",
    ours: "register/holdfast-200k.ts",
    peers: { [holdfast20k]: "register/holdfast-20k.ts" },
    target: { most: 3, aim: 1.5 },
  },
  {
    // 100,000 tasks that sleep.
    name: "heap-per-task",
    unit: "bytes/task",
    ours: "heap-per-task/holdfast.ts",
    peers: { effect: "heap-per-task/effect.ts" },
    target: { against: "effect", most: 1 },
    isFresh: true,
  },
  {
    // What stays behind when the wait for a promise that never settles is given up. Below the target is noise.
    name: "race-leak",
    unit: "bytes/turn",
    ours: "race-leak/holdfast.ts",
    peers: { "Promise.race": "race-leak/promise-race.ts" },
    target: { most: 1 },
    isFresh: true,
  },
];
