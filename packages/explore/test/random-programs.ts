/**
 * Small random programs of a few tasks, which note all that they can see.
 *
 * @module
 */
import {
  CancelScope,
  currentTime,
  Event,
  isCancelled,
  leafErrors,
  Lock,
  openMemoryChannel,
  Semaphore,
  type MemoryChannel,
  checkpoint,
  moveOnAfter,
  shielded,
  sleep,
} from "@holdfast/concurrency";
import type { Lab } from "../src/lab.ts";
import { random } from "../src/random.ts";
import { below } from "./random-numbers.ts";

/** What a program may do. */
const families = {
  /** Fields that are shared, pauses, sleeps. */
  core: ["read", "write", "add", "pause", "sleep"],
  /** What is added by the library's own primitives. */
  primitives: [
    "lock",
    "semaphore",
    "set",
    "wait",
    "send",
    "receive",
    "sendNoWait",
    "receiveNoWait",
    "buffer",
    "take",
    "close",
    "isSet",
    "isLocked",
  ],
  /** Cancellation and time. */
  cancelling: ["cancel", "limit", "shield", "clock", "caught", "fail"],
  /** What the laboratory brings. */
  laboratory: ["choose", "io", "iterate"],
  /** Steps that touch one thing or another, as the explorer chooses. */
  ways: ["fork", "fork", "fork", "fork"],
} as const;

type Family = keyof typeof families;

/** An operation: `at` says which of several things of its kind, and `inside` what is done under it. */
export interface Op {
  readonly do: (typeof families)[Family][number];
  readonly at: number;
  readonly inside: readonly Op[];
}

export interface Program {
  /** Whether its fields have names, by `lab.shared()`; otherwise it tells of accesses by `lab.access()`. */
  readonly isNamed: boolean;
  readonly timers: "free" | "idle" | "ordered";
  /** What each of its tasks does. */
  readonly tasks: readonly (readonly Op[])[];
}

const nesting: ReadonlySet<string> = new Set(["lock", "semaphore", "limit", "shield"]);

const mixes: readonly (readonly Family[])[] = [
  ["core"],
  ["core", "primitives"],
  ["core", "cancelling"],
  ["core", "primitives", "cancelling", "laboratory"],
];

/** The nth program of a seed: each fourth is of the same families. */
export function programOf(seed: number, index: number): Program {
  return randomProgram(random(Math.imul(seed, 1_000_003) + index), mixes[index % mixes.length]);
}

/** The nth program of a seed whose steps go on in one of several ways; the search leaves out less of these. */
export function forkingProgramOf(seed: number, index: number): Program {
  return randomProgram(random(Math.imul(seed, 1_000_003) + index), ["core", "primitives", "ways"]);
}

/** Draws a program of 2 to 4 tasks with 1 to 4 operations each. */
function randomProgram(chance: () => number, from: readonly Family[] = ["core"]): Program {
  const kinds = from.flatMap((family): readonly Op["do"][] => families[family]);
  const draw = (depth: number): Op => {
    // Half of what is done is done to fields, as all else shows only in what it protects.
    const kind = chance() < 0.4 ? families.core[below(chance, 5)] : kinds[below(chance, kinds.length)];
    const isNesting = depth > 0 && nesting.has(kind ?? "");
    const inside = nesting.has(kind ?? "")
      ? Array.from({ length: isNesting ? 1 + below(chance, 2) : 1 }, () => draw(depth - 1))
      : [];
    return {
      do: kind ?? "pause",
      at: below(chance, 2),
      inside: depth > 0 ? inside : inside.filter(({ do: what }) => !nesting.has(what)),
    };
  };
  const count = 2 + below(chance, 10 < below(chance, 16) ? 3 : 1);
  const most = count === 2 ? 4 : count === 3 ? 3 : 2;
  return {
    isNamed: chance() < 0.92,
    timers: timersOf(chance()),
    tasks: Array.from({ length: count }, () => Array.from({ length: 1 + below(chance, most) }, () => draw(1))),
  };
}

function timersOf(number: number): Program["timers"] {
  if (number < 0.5) return "free";
  return number < 0.75 ? "idle" : "ordered";
}

type Channel = MemoryChannel<string>;

/** What a run of a program has shown so far. */
export class Machine {
  readonly #program: Program;
  readonly #logs: string[][];
  readonly #plain = { a: 0, b: 0 };
  readonly #tokens = { a: {}, b: {} };
  readonly #locks = [new Lock({ name: "lock 0" }), new Lock({ name: "lock 1", fastAcquire: true })];
  readonly #semaphores = [new Semaphore(1), new Semaphore(2, { fastAcquire: true })];
  readonly #events = [new Event(), new Event()];
  readonly #channels: readonly Channel[];
  readonly #scopes: readonly CancelScope[];
  readonly #lab: Lab;
  readonly #fields: Record<"a" | "b", number>;
  readonly #plainMap = new Map<string, number>();
  readonly #map: Map<string, number>;

  constructor(program: Program, lab: Lab) {
    this.#program = program;
    this.#lab = lab;
    this.#logs = program.tasks.map(() => []);
    this.#channels = [openMemoryChannel<string>(0), openMemoryChannel<string>(1)];
    this.#scopes = program.tasks.map((_, index) => new CancelScope({ name: `scope ${index}` }));
    this.#fields = program.isNamed ? lab.shared(this.#plain, "cells") : this.#plain;
    this.#map = lab.shared(this.#plainMap, "map");
  }

  async run(): Promise<void> {
    await this.#lab.all(this.#program.tasks.length, async (index) => {
      const ops = this.#program.tasks[index] ?? [];
      const scope = this.#scopes[index] as CancelScope;
      await scope.run(() => this.#all(ops, index));
      if (scope.cancelledCaught) this.#note(index, "left");
    });
  }

  /** All that can be told apart in the end; the same for runs that only changed places of what does not matter. */
  outcome(failure: { readonly error: unknown } | undefined): string {
    const end = failure === undefined ? "" : leafErrors(failure.error).map(told).toSorted().join("; ");
    return JSON.stringify([this.#logs, this.#plain, [...this.#plainMap], end]);
  }

  #note(task: number, what: unknown): void {
    this.#logs[task]?.push(String(what));
  }

  async #all(ops: readonly Op[], task: number): Promise<void> {
    for (const op of ops) await this.#one(op, task);
  }

  async #one(op: Op, task: number): Promise<void> {
    try {
      const seen = await this.#do(op, task);
      if (seen !== undefined) this.#note(task, seen);
    } catch (error) {
      this.#note(task, told(error));
      if (isCancelled(error) || op.do === "fail") throw error;
    }
  }

  #read(at: number): number {
    const field = at === 0 ? "a" : "b";
    if (!this.#program.isNamed) this.#lab.access(this.#tokens[field], "read");
    return this.#fields[field];
  }

  #write(at: number, value: number): void {
    const field = at === 0 ? "a" : "b";
    if (!this.#program.isNamed) this.#lab.access(this.#tokens[field], "write");
    this.#fields[field] = value;
  }

  #do({ do: what, at, inside }: Op, task: number): unknown {
    const { send, receive } = this.#channels[what === "buffer" || what === "take" ? 1 : 0] as Channel;
    const within = (): Promise<void> => this.#all(inside, task);
    switch (what) {
      case "read":
        return this.#read(at);
      case "write":
        return this.#write(at, task + 1);
      case "add": {
        const found = this.#read(at);
        return checkpoint().then(() => this.#write(at, found + 10));
      }
      case "pause":
        return checkpoint();
      case "sleep":
        return sleep(1 + at);
      case "lock":
        return this.#locks[at]?.withLock(within);
      case "semaphore":
        return this.#semaphore(at, within);
      case "set":
        return this.#events[at]?.set();
      case "wait":
        return this.#events[at]?.wait();
      case "send":
      case "buffer":
        return send.send(`from ${task}`);
      case "receive":
      case "take":
        return receive.receive();
      case "sendNoWait":
        return send.sendNoWait(`at once from ${task}`);
      case "receiveNoWait":
        return receive.receiveNoWait();
      case "close":
        return at === 0 ? send.close() : receive.close();
      case "isSet":
        return this.#events[at]?.isSet;
      case "isLocked":
        return this.#locks[at]?.isLocked;
      case "cancel":
        return this.#scopes[(task + 1 + at) % this.#scopes.length]?.cancel(`by ${task}`);
      case "limit":
        return moveOnAfter(1 + at, within).then(() => "on");
      case "shield":
        return shielded(within);
      case "clock":
        return currentTime();
      case "caught":
        return this.#scopes[(task + 1) % this.#scopes.length]?.cancelledCaught;
      case "fail":
        throw new Error(`task ${task} failed`);
      case "choose": {
        const side = this.#lab.choose("heads", "tails");
        if (side === "heads") this.#write(at, task + 1);
        return side;
      }
      case "fork": {
        const way = this.#lab.choose("left", "right", "on");
        if (way === "on") this.#events[at]?.set();
        else this.#write(way === "left" ? 0 : 1, task + 1);
        return way;
      }
      case "io":
        return this.#lab.io("an answer", () => `answer ${this.#read(at)}`);
      case "iterate":
        this.#map.set(`${task}`, at);
        return [...this.#map.keys()].join();
      default:
        throw new Error(`no such operation: ${String(what satisfies never)}`);
    }
  }

  async #semaphore(at: number, within: () => Promise<void>): Promise<void> {
    using _hold = await (this.#semaphores[at] as Semaphore).acquire();
    await within();
  }
}

/** An error in words that do not depend on the order of what it lists. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { waits, leaks } = error as { waits?: readonly string[]; leaks?: readonly string[] };
  const list = waits ?? leaks;
  return list === undefined ? `${error.name}: ${error.message}` : `${error.name}: ${list.toSorted().join("; ")}`;
}

/** Programs that are one step smaller. */
export function* smaller(program: Program): Generator<Program> {
  for (const [index, ops] of program.tasks.entries()) {
    if (program.tasks.length > 1) yield { ...program, tasks: program.tasks.toSpliced(index, 1) };
    for (const fewer of smallerOps(ops)) yield { ...program, tasks: program.tasks.with(index, fewer) };
  }
}

function* smallerOps(ops: readonly Op[]): Generator<readonly Op[]> {
  for (const [index, op] of ops.entries()) {
    yield ops.toSpliced(index, 1);
    if (op.inside.length > 0) yield ops.toSpliced(index, 1, ...op.inside);
    for (const inside of smallerOps(op.inside)) yield ops.with(index, { ...op, inside });
  }
}
