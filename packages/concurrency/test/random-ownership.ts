/**
 * Random programs in plain promises that own their clients as they should, and an interpreter for them; on request one
 * fault is planted in a program.
 *
 * @module
 */
import { EventEmitter } from "node:events";
import * as fc from "fast-check";
import { offences, type TestClient, trackedClient, turns } from "./tracked-client.ts";

/** How a part of a program is called by the rest of it. */
type Form =
  | "await"
  | "return"
  | "promise"
  | "reaction"
  | "method"
  | "generator"
  | "timer"
  | "next tick"
  | "listener"
  | "late await"
  | "returned promise";

export type Fault = "closed-by-another" | "used-after-close" | "closed-in-use" | "opened-twice";

/** One statement; a number `at` picks one of the clients that are open. */
export type Statement =
  | { readonly do: "turn"; readonly count: number }
  | { readonly do: "microtask" }
  | { readonly do: "use" | "reopen"; readonly at: number; readonly form: Form }
  | { readonly do: "call"; readonly form: Form; readonly body: Program }
  | { readonly do: "all" | "start"; readonly form: Form; readonly parts: readonly Program[] }
  | { readonly do: "own" | "hold"; readonly open: Form; readonly close: Form; readonly body: Program }
  | { readonly do: "phases"; readonly count: number; readonly form: Form; readonly body: Program }
  | { readonly do: "plant"; readonly fault: Fault; readonly form: Form; readonly count: number };

export type Program = readonly Statement[];

const form = fc.constantFrom<Form[]>(
  "await",
  "return",
  "promise",
  "reaction",
  "method",
  "generator",
  "timer",
  "next tick",
  "listener",
  "late await",
  "returned promise",
);
const at = fc.nat(5);
const depth = { maxDepth: 5, depthIdentifier: "ownership", depthSize: "max" } as const;

/** Programs in which nothing is wrong. */
export const correctProgram: fc.Arbitrary<Program> = fc.letrec<{ program: Program; statement: Statement }>((tie) => ({
  program: fc.array(tie("statement"), {
    minLength: 1,
    maxLength: 4,
    size: "max",
    depthIdentifier: depth.depthIdentifier,
  }),
  statement: fc.oneof(
    depth,
    fc.record({ do: fc.constant("turn" as const), count: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ do: fc.constant("microtask" as const) }),
    fc.record({ do: fc.constantFrom("use" as const, "use" as const, "reopen" as const), at, form }),
    fc.record({ do: fc.constant("call" as const), form, body: tie("program") }),
    fc.record({
      do: fc.constantFrom("all" as const, "start" as const),
      form,
      parts: fc.array(tie("program"), { minLength: 2, maxLength: 4, depthIdentifier: depth.depthIdentifier }),
    }),
    fc.record({
      do: fc.constantFrom("own" as const, "own" as const, "hold" as const),
      open: form,
      close: form,
      body: tie("program"),
    }),
    fc.record({
      do: fc.constant("phases" as const),
      count: fc.integer({ min: 2, max: 3 }),
      form,
      body: tie("program"),
    }),
  ),
})).program;

/** What stands in the place of a statement to make a program faulty. */
export function plant(fault: Fault): fc.Arbitrary<Statement> {
  return fc.record({
    do: fc.constant("plant" as const),
    fault: fc.constant(fault),
    form,
    count: fc.integer({ min: 2, max: 4 }),
  });
}

/** A program with a statement planted somewhere in it. */
export function planted(program: Program, statement: Statement, place: number): Program {
  const places = countOf(program);
  let left = place % places;
  const walk = (statements: Program): Program =>
    statements.flatMap((each) => {
      const here = left-- === 0 ? [statement] : [];
      if ("body" in each) return [...here, { ...each, body: walk(each.body) }];
      if ("parts" in each) return [...here, { ...each, parts: each.parts.map(walk) }];
      return [...here, each];
    });
  return walk(program);
}

/** The kinds of the offences that were reported of the clients of a program, and of the client of its planted fault. */
export interface Found {
  readonly correct: readonly string[];
  readonly faulty: readonly string[];
  /** How many clients there were. */
  readonly clients: number;
}

/** Runs a program to its end. */
export async function runProgram(program: Program): Promise<Found> {
  const interpreter = new Interpreter();
  await interpreter.run(program, { open: [], own: [] });
  return {
    correct: interpreter.clients.flatMap(offences),
    faulty: interpreter.faulty.flatMap(offences),
    clients: interpreter.clients.length,
  };
}

/** The clients that may be used, and those of them that nobody beside this part of the program uses. */
interface Scope {
  readonly open: readonly TestClient[];
  readonly own: readonly TestClient[];
}

class Interpreter {
  readonly clients: TestClient[] = [];
  readonly faulty: TestClient[] = [];

  async run(program: Program, scope: Scope): Promise<void> {
    for (const statement of program) await this.#step(statement, scope);
  }

  async #step(statement: Statement, scope: Scope): Promise<void> {
    switch (statement.do) {
      case "turn":
        return await turns(statement.count);
      case "microtask":
        return await Promise.resolve();
      case "use":
        return await called(statement.form, async () => await pick(scope.open, statement.at)?.call());
      case "reopen": {
        const client = pick(scope.own, statement.at);
        await called(statement.form, async () => await client?.close());
        return await called(statement.form, async () => await client?.connect());
      }
      case "call":
        return await called(statement.form, async () => await this.run(statement.body, scope));
      case "all": {
        const shared = { open: scope.open, own: [] };
        await Promise.all(
          statement.parts.map(async (part) => await called(statement.form, () => this.run(part, shared))),
        );
        return undefined;
      }
      case "start": {
        const shared = { open: scope.open, own: [] };
        const started = statement.parts.map((part) => called(statement.form, () => this.run(part, shared)));
        for (const each of started) await each;
        return undefined;
      }
      case "own": {
        const client = this.#create();
        await called(statement.open, () => client.connect());
        await this.run(statement.body, { open: [...scope.open, client], own: [...scope.own, client] });
        return await called(statement.close, () => client.close());
      }
      case "hold": {
        await using client = this.#create();
        await called(statement.open, () => client.connect());
        await this.run(statement.body, { open: [...scope.open, client], own: [...scope.own, client] });
        return undefined;
      }
      case "phases": {
        const clients = Array.from({ length: statement.count }, () => this.#create());
        await Promise.all(clients.map(async (client) => await called(statement.form, () => client.connect())));
        await this.run(statement.body, { open: [...scope.open, ...clients], own: [...scope.own, ...clients] });
        await Promise.all(clients.map(async (client) => await called(statement.form, () => client.close())));
        return undefined;
      }
      case "plant":
        return await this.#plant(statement);
    }
  }

  async #plant({ fault, form: by, count }: Statement & { do: "plant" }): Promise<void> {
    const client = trackedClient();
    this.faulty.push(client);
    if (fault === "closed-by-another") return await this.#shareCounted(client, by, count);
    await client.connect();
    const late = fault === "closed-in-use" ? called(by, () => client.call(count + 5)) : undefined;
    if (fault === "opened-twice") await called(by, () => client.connect());
    // However the call is made, it has begun by now.
    await turns(4);
    await client.close();
    if (fault === "used-after-close") await called(by, () => client.call());
    await late;
  }

  /** The incident: the first to come opens, the last to leave closes. */
  async #shareCounted(client: TestClient, by: Form, count: number): Promise<void> {
    let users = 0;
    let opening: Promise<unknown> | undefined;
    const acquire = async (): Promise<void> => {
      if (users++ === 0) opening = client.connect();
      await opening;
    };
    const release = async (): Promise<void> => {
      if (--users === 0) await client.close();
    };
    const toolCall = async (index: number): Promise<void> => {
      await acquire();
      await called(by, () => client.call(5 * index + 1));
      await release();
    };
    await Promise.all(Array.from({ length: count }, (_, index) => toolCall(index)));
  }

  #create(): TestClient {
    const client = trackedClient();
    this.clients.push(client);
    return client;
  }
}

/** Calls a function in one of the ways in which programs call each other, and waits for it. */
function called(by: Form, fn: () => Promise<unknown>): Promise<void> {
  return forms[by](fn);
}

const forms: Readonly<Record<Form, (fn: () => Promise<unknown>) => Promise<void>>> = {
  await: async (fn) => {
    await fn();
  },
  return: (fn) => fn() as Promise<void>,
  "returned promise": async (fn) => fn() as Promise<void>,
  promise: (fn) =>
    new Promise((resolve, reject) => {
      fn().then(() => resolve(), reject);
    }),
  reaction: (fn) =>
    Promise.resolve()
      .then(fn)
      .then(() => {}),
  method: (fn) => new Caller(fn).call(),
  generator: async (fn) => {
    for await (const step of steps(fn)) void step;
  },
  timer: (fn) =>
    new Promise((resolve, reject) => {
      setImmediate(() => void settleWith(fn, resolve, reject));
    }),
  "next tick": (fn) =>
    new Promise((resolve, reject) => {
      process.nextTick(() => {
        fn().then(() => resolve(), reject);
      });
    }),
  listener: (fn) =>
    new Promise((resolve, reject) => {
      new EventEmitter().once("go", () => void settleWith(fn, resolve, reject)).emit("go");
    }),
  "late await": async (fn) => {
    const result = fn();
    await turns();
    await result;
  },
};

async function settleWith(
  fn: () => Promise<unknown>,
  resolve: () => void,
  reject: (error: unknown) => void,
): Promise<void> {
  try {
    await fn();
    resolve();
  } catch (error) {
    reject(error);
  }
}

class Caller {
  readonly #fn: () => Promise<unknown>;

  constructor(fn: () => Promise<unknown>) {
    this.#fn = fn;
  }

  async call(): Promise<void> {
    await Promise.resolve();
    await this.#fn();
  }
}

async function* steps(fn: () => Promise<unknown>): AsyncGenerator<number> {
  yield 1;
  await fn();
  yield 2;
}

function countOf(program: Program): number {
  return program.reduce((sum, each) => {
    if ("body" in each) return sum + 1 + countOf(each.body);
    if ("parts" in each) return sum + 1 + each.parts.reduce((inner, part) => inner + countOf(part), 0);
    return sum + 1;
  }, 0);
}

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % Math.max(1, from.length)];
}
