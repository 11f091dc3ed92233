import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  cancellable,
  CancelScope,
  currentTask,
  gather,
  NoTaskError,
  Owner,
  run,
  runDetached,
  sleep,
  type TaskInfo,
} from "../src/index.ts";
import { thrownBy } from "./virtually.ts";

/** A client of the protocol `id text\n`, which answers with the same line: many calls at once on one socket. */
class LineClient {
  readonly #socket: net.Socket;
  readonly #calls = new Map<number, PromiseWithResolvers<string>>();
  readonly #seen: unknown[];
  readonly ended = Promise.withResolvers<void>();
  #id = 0;

  /** @param seen receives, for each data callback, the task that it ran in. */
  constructor(port: number, seen: unknown[]) {
    this.#seen = seen;
    this.#socket = net.connect(port, "127.0.0.1");
    const lines = createInterface(this.#socket);
    lines.on("line", (line) => this.#onLine(line));
    lines.on("error", () => {});
    this.#socket.on("close", () => this.ended.resolve());
  }

  async connected(): Promise<void> {
    await cancellable(once(this.#socket, "connect"));
  }

  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  call(text: string): Promise<string> {
    const id = ++this.#id;
    const answer = Promise.withResolvers<string>();
    this.#calls.set(id, answer);
    this.#socket.write(`${id} ${text}\n`);
    return cancellable(answer.promise);
  }

  async close(): Promise<void> {
    this.#socket.end();
    await cancellable(this.ended.promise);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #onLine(line: string): void {
    this.#seen.push(taskHere());
    const [id, text] = line.split(" ") as [string, string];
    this.#calls.get(Number(id))?.resolve(text);
    this.#calls.delete(Number(id));
  }
}

function taskHere(): unknown {
  try {
    return currentTask();
  } catch (error) {
    return error;
  }
}

let server: net.Server;
let connections = 0;

beforeAll(async () => {
  server = net.createServer((socket) => {
    connections += 1;
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterAll(async () => {
  server.close();
  await once(server, "close");
});

function shareConnection(seen: unknown[]): Owner<LineClient> {
  const { port } = server.address() as net.AddressInfo;
  return new Owner(async (own) => {
    // The callbacks of the socket serve every borrower, so they are to run as none of them.
    const client = runDetached(() => new LineClient(port, seen));
    try {
      await client.connected();
      return await own.publish(client, { lost: client.ended.promise });
    } finally {
      await client.close();
    }
  });
}

test(covers("CX-2"), async () => {
  const seen: unknown[] = [];
  const tasks: [before: TaskInfo, after: TaskInfo, answer: string][] = [];
  const before = connections;

  await using owner = shareConnection(seen);
  await run(() =>
    gather(
      Array.from({ length: 20 }, (_, index) => async () => {
        using lease = await owner.lease();
        await sleep(index % 3);
        const caller = currentTask();
        const answer = await lease.value.call(`call-${index}`);
        tasks.push([caller, currentTask(), answer]);
        // The connection was opened by whichever task came first; this goes on as itself.
        expect(answer).toBe(`call-${index}`);
      }),
    ),
  );

  expect(seen).toHaveLength(20);
  for (const task of seen) expect(task).toBeInstanceOf(NoTaskError);
  for (const [caller, after] of tasks) expect(after).toBe(caller);
  expect(new Set(tasks.map(([caller]) => caller)).size).toBe(20);
  expect(connections - before).toBe(1);
});

test("a borrower that is cancelled in the middle of a call leaves the socket to the others", async () => {
  const before = connections;

  await using owner = shareConnection([]);
  const [, answer, again] = await run(() =>
    gather([
      () =>
        new CancelScope().run(async (scope) => {
          using lease = await owner.lease();
          const waiting = lease.value.call("abandoned");
          scope.cancel();
          await waiting;
        }),
      () => owner.withLease((client) => client.call("first")),
      () => sleep(5).then(() => owner.withLease((client) => client.call("second"))),
    ]),
  );

  expect([answer, again]).toEqual(["first", "second"]);
  expect(connections - before).toBe(1);
});

test("the first user to finish does not close the socket under the others", async () => {
  const ports: unknown[] = [];

  await using owner = shareConnection([]);
  await run(() =>
    gather(
      [1, 5, 3].map((delay) => async () => {
        using lease = await owner.lease();
        await sleep(delay);
        await lease.value.call("still here");
        ports.push(lease.value.localPort);
      }),
    ),
  );

  expect(new Set(ports).size).toBe(1);
});

test("a socket that dies is lost for its borrowers, and the next lease is of a new connection", async () => {
  await using owner = shareConnection([]);

  const generations = await run(async () => {
    using first = await owner.lease();
    first.value.destroy();
    await cancellable(once(first.lost, "abort"));
    using second = await owner.lease();
    return [first.generation, second.generation, await second.value.call("2")];
  });

  expect(generations).toEqual([1, 2, "2"]);
});

test("a connection that cannot be opened fails every waiting borrower with the socket's own error", async () => {
  const owner = new Owner<LineClient>(async (own) => {
    const refused = net.createServer();
    refused.listen(0, "127.0.0.1");
    await cancellable(once(refused, "listening"));
    const { port } = refused.address() as net.AddressInfo;
    refused.close();
    await cancellable(once(refused, "close"));
    const client = runDetached(() => new LineClient(port, []));
    await client.connected();
    return await own.publish(client);
  });

  const errors = await run(() => gather([() => thrownBy(() => owner.lease()), () => thrownBy(() => owner.lease())]));

  expect(errors[0]).toMatchObject({ code: "ECONNREFUSED" });
  expect(errors[1]).toBe(errors[0]);
});
