import { EventEmitter, once } from "node:events";
import { Annotation, END, Send, START, StateGraph } from "@langchain/langgraph";
import { run } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { type McpConnection, type McpHeldLease, openMcpConnection } from "../src/index.ts";
import { HttpTestServer } from "./fixtures/http-server.ts";
import { textOf } from "./fixtures/stdio.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** What the server and the connection show after work that borrowed rightly. */
function expectOpenedOnce(server: HttpTestServer, connection: McpConnection): void {
  expect([server.count("initialize"), server.count("DELETE")]).toEqual([1, 0]);
  expect(connection.statistics()).toMatchObject({ generation: 1, leases: 0, callsInFlight: 0 });
}

interface Job {
  readonly id: string;
  readonly data: { readonly text: string };
}

/** A worker in the shape of those of a job queue: a poller fetches jobs, runs a few at a time, and tells by events. */
class Worker extends EventEmitter<{ active: [Job]; completed: [Job, unknown]; failed: [Job, unknown]; drained: [] }> {
  readonly #queue: Job[];
  readonly #process: (job: Job) => Promise<unknown>;
  readonly #concurrency: number;
  readonly #active = new Set<Job>();

  constructor(queue: readonly Job[], process: (job: Job) => Promise<unknown>, concurrency: number) {
    super();
    this.#queue = [...queue];
    this.#process = process;
    this.#concurrency = concurrency;
  }

  poll(): void {
    while (this.#active.size < this.#concurrency) {
      const job = this.#queue.shift();
      if (job === undefined) break;
      this.#active.add(job);
      this.emit("active", job);
      void this.#run(job);
    }
    if (this.#active.size === 0) this.emit("drained");
  }

  async #run(job: Job): Promise<void> {
    await this.#process(job).then(
      (result) => this.emit("completed", job, result),
      (error: unknown) => this.emit("failed", job, error),
    );
    this.#active.delete(job);
    // Jobs after the first few are begun by the end of another job.
    setImmediate(() => this.poll());
  }
}

test("the jobs of a queue's worker borrow when they begin, and events of the worker release", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });
  const leases = new Map<string, Promise<McpHeldLease>>();
  const results: unknown[] = [];
  const jobs = range(40).map((index): Job => ({ id: `job-${index}`, data: { text: String(index) } }));
  const work = async ({ id, data }: Job): Promise<unknown> => {
    const lease = await leases.get(id);
    const [said] = await Promise.all([lease?.callTool("echo", data), lease?.callTool("echo", data)]);
    if (Number(data.text) % 5 === 0) throw new Error("this job fails");
    return said && textOf(said);
  };
  const release = ({ id }: Job): void => {
    // In a task of its own, where the poller's took it.
    void run(async () => (await leases.get(id))?.release());
  };
  const worker = new Worker(jobs, work, 8);
  worker.on("active", ({ id }) => leases.set(id, connection.lease()));
  worker.on("completed", (job, result) => {
    results.push(result);
    release(job);
  });
  worker.on("failed", release);

  await run(async () => {
    const drained = once(worker, "drained");
    worker.poll();
    await drained;
  });

  expect(results.toSorted((a, b) => Number(a) - Number(b))).toEqual(
    range(40).flatMap((index) => (index % 5 === 0 ? [] : [String(index)])),
  );
  expect(server.probe.begun).toHaveLength(80);
  expectOpenedOnce(server, connection);
});

test("the nodes of a graph borrow in one node, call in parallel branches, and release in the last", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url, lazy: true });
  const State = Annotation.Root({
    topics: Annotation<string[]>,
    topic: Annotation<string>,
    found: Annotation<string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
  });
  const leases: McpHeldLease[] = [];
  const graph = new StateGraph(State)
    .addNode("borrow", async () => {
      leases.push(await connection.lease());
      return {};
    })
    .addNode("search", async ({ topic }) => {
      const [own, shared] = await Promise.all([
        connection.callTool("echo", { text: topic }),
        leases[0]?.callTool("echo", { text: `${topic} again` }),
      ]);
      return { found: [textOf(own), shared ? textOf(shared) : ""] };
    })
    .addNode("release", () => {
      leases.pop()?.release();
      return {};
    })
    .addEdge(START, "borrow")
    .addConditionalEdges("borrow", ({ topics }) => topics.map((topic) => new Send("search", { topic })), ["search"])
    .addEdge("search", "release")
    .addEdge("release", END)
    .compile();

  const states = [await graph.invoke({ topics: ["a", "b", "c", "d", "e"] })];
  states.push(...(await Promise.all([["f"], ["g", "h"]].map((topics) => graph.invoke({ topics })))));

  expect(states.map(({ found }) => found.toSorted())).toEqual(
    [["a", "b", "c", "d", "e"], ["f"], ["g", "h"]].map((topics) =>
      topics.flatMap((topic) => [topic, `${topic} again`]),
    ),
  );
  expectOpenedOnce(server, connection);
});

/** Maps a few at a time, as evaluations are run. */
async function mapLimited<T, R>(items: readonly T[], limit: number, fn: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const next = items.entries();
  await Promise.all(
    range(limit).map(async () => {
      for (const [index, item] of next) results[index] = await fn(item);
    }),
  );
  return results;
}

test("the cases of an evaluation that runs a few at a time borrow and release in turns", async () => {
  await using server = await HttpTestServer.start();
  await using connection = await openMcpConnection({ url: server.url });
  // Of different lengths, so that the cases overlap in ever other ways.
  const callsOf = (index: number): string[] => range(1 + (index % 4)).map((call) => `${index}/${call}`);
  const evaluate = async (index: number): Promise<string[]> => {
    using lease = await run(() => connection.lease());
    return await mapLimited(callsOf(index), 2, async (text) => textOf(await lease.callTool("echo", { text })));
  };

  const scores = await mapLimited(range(100), 10, evaluate);

  expect(scores).toEqual(range(100).map(callsOf));
  expect(server.probe.begun).toHaveLength(250);
  expectOpenedOnce(server, connection);
});
