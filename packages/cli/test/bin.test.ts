import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { serve } from "./http-server.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");
const command = [process.execPath, "--conditions=@holdfast/source", bin];

test("the process ends with the code of its command, and prints results and errors where they belong", async () => {
  await using server = await serve(() => ({ body: "the cancel scope" }));
  const argv = ["reproduce", server.url, "--requests", "2", "--concurrency", "2"];

  const [seen, wrong] = await Promise.allSettled([
    holdfast([...argv, "--json"]),
    holdfast(["reproduce", server.url, "--requests", "many"]),
  ]);

  expect(seen).toMatchObject({
    reason: { code: 1, stdout: expect.stringMatching(/^\{.*"hits":2.*\}\n$/), stderr: "" },
  });
  expect(wrong).toMatchObject({
    reason: {
      code: 64,
      stdout: "",
      stderr: 'holdfast: --requests takes a whole number from 1 up, and "many" is not one\n',
    },
  });
});

test("a reader that has had enough is no failure", async () => {
  await using server = await serve(() => ({ body: "fine" }));
  const child = spawn(command[0] as string, [...command.slice(1), "reproduce", server.url, "--requests", "1"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();

  const [[code], errors] = await Promise.all([once(child, "exit"), text(child.stderr)]);

  expect({ code, errors }).toEqual({ code: 0, errors: "" });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends the requests under way, and the process without a word", async (signal, exitCode) => {
  const server = createServer(() => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const child = spawn(command[0] as string, [...command.slice(1), "reproduce", url], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  await once(server, "request");

  child.kill(signal);
  const [[code], output, errors] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);

  expect({ code, output, errors }).toEqual({ code: exitCode, output: "", errors: "" });
  server.close();
});

function holdfast(argv: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(command[0] as string, [...command.slice(1), ...argv]);
}
