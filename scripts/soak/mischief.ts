/**
 * Faults, injected for as long as a soak goes on.
 *
 * @module
 */
import {
  type FaultControl,
  type InjectedFault,
  type InProcessFaultName,
  type McpFaultName,
  mcpFaults,
} from "@holdfast/mcp/testing";
import { chance, choice } from "./chance.ts";

/** Of how many runs of a tool one brings the next fault, on average. */
const EVERY = 25;
/** Faults that wait for what they strike, such as an initialize; of more than that the oldest goes. */
const MOST_PENDING = 8;
/** Slow enough to be overtaken, and quick enough that it is no time-out. */
const DELAY = 20;
/** Some socket buffers full. */
const SIZE = 200_000;
const COUNT = 20;
/** How long a server is down, in milliseconds, at most. */
const DOWN = 100;

/** All faults that a server in the same process has. */
export const inProcessFaults: readonly InProcessFaultName[] = Object.entries(mcpFaults).flatMap(([name, traits]) =>
  traits.httpOnly === true ? [] : [name as InProcessFaultName],
);

/** A server that can be told to misbehave; one over HTTP can go away as well. */
type Victim<Name extends McpFaultName> = Pick<FaultControl<Name>, "inject" | "notifyToolsChanged" | "restart"> & {
  goDown?(): Promise<void>;
  comeBack?(): Promise<void>;
};

/** What does the mischief to one server. */
export class Mischief<Name extends McpFaultName> {
  readonly #victim: Victim<Name>;
  readonly #names: readonly Name[];
  readonly #seed: number;
  readonly #struck: Map<string, number>;
  #pending: InjectedFault[] = [];
  #runs = 0;
  #isOver = false;
  #comingBack: Promise<void> | undefined;

  /** @param struck by fault, how often each has struck; counted on. */
  constructor(victim: Victim<Name>, names: readonly Name[], seed: number, struck: Map<string, number>) {
    this.#victim = victim;
    this.#names = names;
    this.#seed = seed;
    this.#struck = struck;
  }

  /** To be called for each run of a tool, which is what the mischief is paced by. */
  toolRan(): void {
    const run = this.#runs++;
    if (this.#isOver || chance(this.#seed, "whether", run) * EVERY >= 1) return;
    const kind = chance(this.#seed, "kind", run);
    if (kind < 0.01) this.#goDown(chance(this.#seed, "down", run) * DOWN);
    else if (kind < 0.03) this.#did("restart", () => this.#victim.restart());
    else if (kind < 0.05) this.#did("tools changed", () => this.#victim.notifyToolsChanged());
    else this.#inject(run);
  }

  /** No more of it: what has not struck yet does not. */
  async stop(): Promise<void> {
    this.#isOver = true;
    for (const fault of this.#pending) this.#remove(fault);
    this.#pending = [];
    await this.#comingBack;
  }

  #inject(run: number): void {
    const fault = choice(this.#names, this.#seed, "fault", run);
    const after = Math.floor(chance(this.#seed, "after", run) * 3);
    const pending: InjectedFault[] = [];
    for (const old of this.#pending) {
      if (old.struck > 0) this.#remove(old);
      else pending.push(old);
    }
    for (const old of pending.splice(0, pending.length - MOST_PENDING + 1)) this.#remove(old);
    pending.push(this.#victim.inject({ fault, after, delay: DELAY, size: SIZE, count: COUNT }));
    this.#pending = pending;
  }

  #remove(fault: InjectedFault): void {
    fault.remove();
    if (fault.struck > 0) this.#struck.set(fault.fault, (this.#struck.get(fault.fault) ?? 0) + fault.struck);
  }

  #goDown(time: number): void {
    if (this.#victim.goDown === undefined || this.#comingBack !== undefined) return;
    this.#did("down for a while", () => {
      this.#comingBack = this.#stayDown(time);
    });
  }

  async #stayDown(time: number): Promise<void> {
    await this.#victim.goDown?.();
    await new Promise((resolve) => setTimeout(resolve, time));
    await this.#victim.comeBack?.();
    this.#comingBack = undefined;
  }

  /** Later, because a tool is running, whose own answer would be the first victim. */
  #did(what: string, act: () => void): void {
    this.#struck.set(what, (this.#struck.get(what) ?? 0) + 1);
    setImmediate(act);
  }
}
