import { exec } from "node:child_process";
import { pbkdf2, subtle } from "node:crypto";
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { get } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { gzip } from "node:zlib";
import { Event, sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore } from "../src/index.ts";

const { setTimeout: takenBefore } = globalThis;
const promisedBefore = promisify(setTimeout);

/** Begins something of the real world, and says when it has come to its end. */
type Begin = (end: () => void) => unknown;

const outside: [string, Begin, string][] = [
  ["a file", (end) => readFile(import.meta.filename).finally(end), "a file"],
  [
    "a socket",
    (end) =>
      connect(9, "127.0.0.1")
        .on("error", () => {})
        .on("close", end),
    "a socket",
  ],
  [
    "a request of node:http",
    (end) =>
      get("http://127.0.0.1:9/")
        .on("error", () => {})
        .on("close", end),
    "a socket",
  ],
  [
    "a name",
    (end) =>
      lookup("localhost")
        .catch(() => {})
        .finally(end),
    "a name server",
  ],
  ["a child process", (end) => exec("exit 0", () => end()), "a child process"],
  ["a thread", (end) => new Worker("", { eval: true }).on("exit", end), "a worker thread"],
  ["a hash that takes long", (end) => pbkdf2("a", "b", 1, 8, "sha1", () => end()), "cryptography"],
  ["a digest", (end) => subtle.digest("SHA-1", Buffer.from("a")).finally(end), "cryptography"],
  ["compression", (end) => gzip("a", () => end()), "compression"],
  ["a timer that was taken before", (end) => takenBefore(end, 0), "a timer that was taken from Node"],
  ["a promised timer that was made before", (end) => promisedBefore(0).then(end), "a timer that was taken from Node"],
];

test.for(outside)(`${covers("EX-5")} (%s)`, async ([, begin, words]) => {
  const found = await explore(() => new Promise<void>((resolve) => void begin(resolve)));

  expect(found).toMatchObject({ verdict: "uncontrolled", reason: expect.stringContaining(words) });
});

test.for(outside)("is no deadlock when a task waits for %s by a primitive of the library", async ([, begin, words]) => {
  const found = await explore(async (lab) => {
    const done = new Event("done");
    await lab.all(2, (index) => (index === 0 ? void begin(() => done.set()) : done.wait()));
  });

  expect(found).toMatchObject({ verdict: "uncontrolled", reason: expect.stringContaining(words) });
});

test("is uncontrolled when a file is read in a later order alone", async () => {
  const found = await explore(async () => {
    let isFirst = true;
    await Promise.all([
      delay(10).then(() => (isFirst = false)),
      delay(20).then(() => (isFirst ? readFile(import.meta.filename) : undefined)),
    ]);
  });

  expect(found).toMatchObject({ verdict: "uncontrolled", reason: expect.stringContaining("a file") });
});

test("names the task that waits for nobody knows what", async () => {
  const found = await explore((lab) => lab.all(2, (index) => (index === 0 ? sleep(1) : new Promise<void>(() => {}))));

  expect(found).toMatchObject({
    verdict: "uncontrolled",
    reason: expect.stringContaining("task 1 waits for something"),
  });
});

test("finds what fails though the scenario begins something outside for which it does not wait", async () => {
  const found = await explore(async () => {
    readFile(import.meta.filename).catch(() => {});
    await delay(1);
    throw new Error("the fault");
  });

  expect(found).toMatchObject({ verdict: "failed", error: new Error("the fault") });
});
