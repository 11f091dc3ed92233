/**
 * Which fault strikes which request: the scripts in the order in which they were given, each counting for itself.
 *
 * @module
 */
import { type McpFaultName, mcpFaults, type McpFaultScript } from "./faults.ts";

/** A fault that was injected. Removing it, which `using` does, lets what it would strike pass from then on. */
export interface InjectedFault extends Disposable {
  readonly fault: McpFaultName;
  /** How often it has struck. */
  readonly struck: number;
  remove(): void;
}

export class FaultPlan {
  readonly #faults = new Set<PlannedFault>();

  readonly #overHttp: boolean;

  /** @param overHttp whether the faults of HTTP alone can strike. */
  constructor(overHttp: boolean) {
    this.#overHttp = overHttp;
  }

  /** @throws TypeError for a fault that there is not, or not here; RangeError for a number that is none. */
  add(script: McpFaultScript): InjectedFault {
    if (!this.#overHttp && mcpFaults[script.fault]?.httpOnly === true) {
      throw new TypeError(`the fault ${script.fault} is one of HTTP; open a server with openFaultyHttpServer()`);
    }
    const planned = new PlannedFault(script, () => this.#faults.delete(planned));
    this.#faults.add(planned);
    return planned;
  }

  clear(): void {
    this.#faults.clear();
  }

  /**
   * The script that strikes now, if one does. Every script that the request fits counts it, so that `after` of one does
   * not depend on whether another struck; of several that would strike, the one given first does, and the others wait.
   */
  strike(on: string, tool?: string): McpFaultScript | undefined {
    let struck: PlannedFault | undefined;
    for (const planned of this.#faults) {
      if (planned.fits(on, tool) && planned.isDue(struck === undefined)) struck ??= planned;
    }
    return struck?.script;
  }
}

class PlannedFault implements InjectedFault {
  readonly script: McpFaultScript;
  readonly remove: () => void;
  struck = 0;
  #passed = 0;

  constructor(script: McpFaultScript, remove: () => void) {
    const { fault, after = 0, times = 1 } = script;
    if (!Object.hasOwn(mcpFaults, fault)) throw new TypeError(`there is no fault ${JSON.stringify(fault)}`);
    const place = placeOf(script);
    if (!canStrike(fault, place)) throw new TypeError(`the fault ${fault} cannot strike ${JSON.stringify(place)}`);
    if (!(after >= 0)) throw new RangeError(`after is a number from 0 up, and ${String(after)} is not`);
    if (!(times >= 0)) throw new RangeError(`times is a number from 0 up, and ${String(times)} is not`);
    this.script = script;
    this.remove = remove;
  }

  get fault(): McpFaultName {
    return this.script.fault;
  }

  fits(on: string, tool: string | undefined): boolean {
    const { tool: only } = this.script;
    return placeOf(this.script) === on && (only === undefined || only === tool);
  }

  /** Counts a request that fits, and says whether it is struck, where nothing else struck it. */
  isDue(isFree: boolean): boolean {
    const { after = 0, times = 1 } = this.script;
    if (this.#passed < after) {
      this.#passed += 1;
      return false;
    }
    if (!isFree || this.struck >= times) return false;
    this.struck += 1;
    return true;
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}

function placeOf({ fault, on, tool }: McpFaultScript): string {
  return on ?? (tool === undefined ? mcpFaults[fault].on : "tools/call");
}

/** A script that could strike and change nothing would be a trap: a test that waits for it passes for no reason. */
function canStrike(fault: McpFaultName, on: string): boolean {
  const own = mcpFaults[fault].on;
  if (on === own) return true;
  if (on === "connection") return false;
  if (on === "GET" || on === "DELETE" || on.startsWith("notifications/")) return isStatus(fault);
  return own.includes("/") || own === "initialize";
}

/** Whether the fault is an HTTP answer that says nothing of the request, and so fits every one. */
function isStatus(fault: McpFaultName): boolean {
  return /^(?:http|session|redirect|unexpected)-/.test(fault);
}
