/**
 * The connections of a soak: over HTTP in each way, to a child process, and within this process.
 *
 * @module
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type McpConnection, openMcpConnection } from "@holdfast/mcp";
import { createFaultyServer, type FaultyServer, type InProcessFaultName } from "@holdfast/mcp/testing";
import type { ServersReport } from "./http-servers-main.ts";
import { inProcessFaults, Mischief } from "./mischief.ts";

/** One connection with its share of the calls. */
export interface Lane {
  readonly name: string;
  /** Of all calls, from 0 to 1. */
  readonly share: number;
  readonly connection: McpConnection;
  /** The most handles that it holds when it is at rest: sockets, pipes, processes. */
  readonly handles: number;
  /** How often a call of it may run: twice where it has opted in. */
  readonly mostRuns: 1 | 2;
}

/** What stands on the other side of the lanes. */
export interface Surroundings extends AsyncDisposable {
  readonly lanes: readonly Lane[];
  /** Ends all mischief. */
  calm(): Promise<void>;
  /** How often each call was run, and what the HTTP servers hold. */
  report(): Promise<ServersReport>;
}

/** Short, because what hangs holds a worker for as long; long enough for an answer on a busy machine. */
const callTimeout = 400;
const connectTimeout = 500;
const SOCKETS = 8;
const CONTROL_SOCKETS = 4;
/** A server within the process keeps a book of all it does, in this process; so there is a new one now and then. */
const RUNS_OF_A_SERVER = 2_000;

/** @param folder where the stdio server keeps its record. */
export async function openLanes(seed: number, calls: number, folder: string): Promise<Surroundings> {
  const execArgv = ["--conditions=@holdfast/source"];
  const child = fork(join(import.meta.dirname, "http-servers-main.ts"), [String(seed), String(calls)], {
    execArgv,
    serialization: "advanced",
  });
  const ask = async <T>(what: string): Promise<T> => {
    child.send(what);
    const [answer] = (await once(child, "message")) as [T];
    return answer;
  };
  const [urls] = (await once(child, "message")) as [Record<string, string>];
  const struck = new Map<string, number>();
  const executed = new Uint8Array(calls);
  const memory = new MemoryServers(seed, executed, struck);
  const record = join(folder, "record");

  const settings = { lazy: true, callTimeout, connectTimeout, reconnect: { initial: 10, max: 100 } };
  const http = { ...settings, sockets: SOCKETS };
  const stdioArgs = [join(import.meta.dirname, "stdio-server-main.ts"), String(seed), record];
  // The stream that stands, and one that has just been let go of.
  const handles = SOCKETS + CONTROL_SOCKETS + 2;
  const lanes: readonly Lane[] = [
    {
      name: "http-sse",
      share: 0.3,
      mostRuns: 1,
      handles,
      connection: await openMcpConnection({ ...http, url: urls["http-sse"] ?? "" }),
    },
    {
      name: "http-json",
      share: 0.2,
      mostRuns: 1,
      handles,
      connection: await openMcpConnection({ ...http, url: urls["http-json"] ?? "" }),
    },
    {
      name: "http-modern",
      share: 0.2,
      mostRuns: 1,
      handles,
      connection: await openMcpConnection({ ...http, url: urls["http-modern"] ?? "" }),
    },
    {
      name: "http-repeat",
      share: 0.1,
      mostRuns: 2,
      handles,
      connection: await openMcpConnection({ ...http, url: urls["http-repeat"] ?? "", replay: "idempotent" }),
    },
    {
      name: "stdio",
      share: 0.1,
      mostRuns: 1,
      handles: 5,
      connection: await openMcpConnection({ ...settings, command: process.execPath, args: stdioArgs }),
    },
    {
      name: "memory",
      share: 0.1,
      mostRuns: 1,
      handles: 0,
      connection: await openMcpConnection({ ...settings, open: () => memory.connect() }),
    },
  ];

  return {
    lanes,
    async calm(): Promise<void> {
      await memory.calm();
      await ask("calm");
    },
    async report(): Promise<ServersReport> {
      const report = await ask<ServersReport>("report");
      const all = report.executed.map((runs, call) => runs + (executed[call] ?? 0));
      for (const call of runsOnRecord(record)) all[call] = (all[call] ?? 0) + 1;
      const added = [...struck].map(([fault, count]) => [fault, count + (report.struck[fault] ?? 0)] as const);
      return { ...report, executed: all, struck: { ...report.struck, ...Object.fromEntries(added) } };
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(lanes.map(({ connection }) => connection.close()));
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

/** The servers of the lane within the process, one after the other. */
class MemoryServers {
  readonly #seed: number;
  readonly #executed: Uint8Array;
  readonly #struck: Map<string, number>;
  #server: FaultyServer;
  #mischief: Mischief<InProcessFaultName>;
  #runs = 0;
  #number = 0;
  #isCalm = false;

  constructor(seed: number, executed: Uint8Array, struck: Map<string, number>) {
    this.#seed = seed;
    this.#executed = executed;
    this.#struck = struck;
    this.#server = this.#create();
    this.#mischief = this.#misbehave();
  }

  connect(): ReturnType<FaultyServer["connect"]> {
    return this.#server.connect();
  }

  async calm(): Promise<void> {
    this.#isCalm = true;
    await this.#mischief.stop();
  }

  #create(): FaultyServer {
    const mark = ({ id }: Readonly<Record<string, unknown>>): string => {
      const call = Number(id);
      this.#executed[call] = (this.#executed[call] ?? 0) + 1;
      this.#mischief.toolRan();
      if (++this.#runs % RUNS_OF_A_SERVER === 0 && !this.#isCalm) setImmediate(() => void this.#replace());
      return String(id);
    };
    return createFaultyServer({ tools: { mark } });
  }

  #misbehave(): Mischief<InProcessFaultName> {
    this.#number += 1;
    return new Mischief(this.#server, inProcessFaults, this.#seed + 1_000 * this.#number, this.#struck);
  }

  async #replace(): Promise<void> {
    const old = this.#server;
    const mischief = this.#mischief;
    this.#server = this.#create();
    this.#mischief = this.#misbehave();
    await mischief.stop();
    old.restart();
  }
}

function runsOnRecord(file: string): number[] {
  // Absent when the lane had no call.
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
