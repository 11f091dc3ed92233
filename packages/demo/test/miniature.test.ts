import { execFile } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CancelScope, gather, leafErrors, run, type Runtime, sleep, systemRuntime } from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type Connection, CountedConnection, OwnedConnection, toolCall } from "../src/miniature.ts";

const wrongTask = "Attempted to exit cancel scope in a different task than it was entered in";
const notCurrent = "Attempted to exit a cancel scope that isn't the current task's current cancel scope";

const answers = [0, 1, 2, 3].map((index) => `call ${index} answered after ${10 * (index + 1)} ms`);
const source = new URL("../src/miniature.ts", import.meta.url);
const example = new URL("../../../examples/miniature.ts", import.meta.url);

test(covers("MN-1"), async () => {
  const thrown = await fourCalls(new CountedConnection(), new VirtualRuntime()).catch(leafErrors);

  expect(thrown).toMatchObject([{ code: "SCOPE_WRONG_TASK", message: wrongTask }]);
});

test("the counted connection fails no call whose first user is its last", async () => {
  const connection = new CountedConnection();

  const found = await run(() => gather([() => toolCall(connection, 0, 30), () => toolCall(connection, 1, 10)]), {
    runtime: new VirtualRuntime(),
  });

  expect(found).toEqual(["call 0 answered after 30 ms", "call 1 answered after 10 ms"]);
  expect(connection.count).toBe(0);
});

test("the owned connection gives four results", async () => {
  const connection = new OwnedConnection();
  await using _owner = connection.owner;

  const found = await fourCalls(connection, new VirtualRuntime());

  expect(found).toEqual(answers);
  expect(connection.owner.statistics()).toMatchObject({ leases: 0, generation: 1, failures: [] });
});

test("on the real clock the counted connection fails every time, and the owned one never", async () => {
  const owned = new OwnedConnection();
  await using _owner = owned.owner;

  const rounds = [1, 2, 3].map(async () => ({
    counted: await fourCalls(new CountedConnection(), systemRuntime).catch(leafErrors),
    owned: await fourCalls(owned, systemRuntime),
  }));

  for (const round of await Promise.all(rounds)) {
    expect(round.counted).toMatchObject([{ message: wrongTask }]);
    expect(round.owned).toEqual(answers);
  }
});

test.each([
  ["virtual", (): Runtime => new VirtualRuntime()],
  ["real", (): Runtime => systemRuntime],
])(
  "on the %s clock, the task that opened and closes inside a scope it entered later is refused with the other error",
  async (_, createRuntime) => {
    const connection = new CountedConnection();
    const openAndClose = async (): Promise<void> => {
      const borrowed = await connection.borrow();
      await new CancelScope({ name: "later" }).run(() => borrowed[Symbol.asyncDispose]());
    };

    const refused = run(openAndClose, { runtime: createRuntime() });

    await expect(refused).rejects.toMatchObject({ code: "SCOPE_NOT_CURRENT", message: notCurrent });
  },
);

test("the first user opens the resource while the others wait, and the last closes it", async () => {
  const log: string[] = [];
  const connection = new CountedConnection({
    open: () => sleep(5).then(() => void log.push("open")),
    close: async () => void log.push("close"),
  });
  const call = async (index: number, ms: number): Promise<void> => {
    await toolCall(connection, index, ms);
    log.push(`call ${index}`);
  };

  await run(() => gather([() => call(0, 30), () => call(1, 10), () => call(2, 20)]), {
    runtime: new VirtualRuntime(),
  });

  expect(log).toEqual(["open", "call 1", "call 2", "close", "call 0"]);
});

test("the resource is closed even by a user whose exit is refused", async () => {
  const log: string[] = [];
  const connection = new CountedConnection({ close: async () => void log.push("close") });

  const thrown = await fourCalls(connection, new VirtualRuntime()).catch(leafErrors);

  expect(thrown).toMatchObject([{ message: wrongTask }]);
  expect(log).toEqual(["close"]);
});

test("a resource that does not open fails all who wait for it", async () => {
  const connection = new CountedConnection({ open: () => sleep(5).then(() => Promise.reject(new Error("no route"))) });
  const failed: unknown[] = [];
  const call = (index: number): Promise<unknown> => toolCall(connection, index).catch((error) => failed.push(error));

  await run(() => gather([() => call(0), () => call(1)]), { runtime: new VirtualRuntime() });

  expect(failed).toMatchObject([{ message: "no route" }, { message: "no route" }]);
});

test(covers("MN-3"), () => {
  const text = readFileSync(source, "utf8");

  const imports = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier]) => specifier);

  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  expect(imports).toEqual(["@holdfast/concurrency"]);
  expect(realpathSync(example)).toBe(fileURLToPath(source));
});

test("run as a program, it prints the error and then four results", async () => {
  const argv = ["--conditions=@holdfast/source", fileURLToPath(example)];

  const { stdout } = await promisify(execFile)(process.execPath, argv);

  const results = answers.join("\n         ");
  expect(stdout).toBe(`counted: ScopeWrongTaskError: ${wrongTask}\nowned:   ${results}\n`);
});

function fourCalls(connection: Connection, runtime: Runtime): Promise<string[]> {
  return run(() => gather([0, 1, 2, 3].map((index) => () => toolCall(connection, index))), { runtime });
}
