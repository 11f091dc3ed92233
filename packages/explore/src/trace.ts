/**
 * One run in detail: its steps, what each touched and where in the source, and who opened and closed which scope.
 *
 * @module
 */
import type { CancelEvent, Instrument, ScopeEvent, TaskInfo, WaitEvent } from "@holdfast/concurrency";
import type { AccessMode } from "./kernel/footprint.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { wordsFor } from "./kernel/resource-names.ts";
import { Resource } from "./kernel/resource.ts";
import type { TransitionKind } from "./kernel/transition.ts";

/** A reading or writing of something that tasks share. */
export interface TraceAccess {
  /** What it was called in `lab.shared()`, with the field: `connection.count`; else what it is: `Event`, `Event 2`. */
  readonly resource: string;
  /** Whether the scenario declared it; what it did not is a primitive of the library. */
  readonly isDeclared: boolean;
  readonly mode: AccessMode;
  /** The line of the program that did it: `file:///app/pool.ts:12:5`; absent where it was none of the program's. */
  readonly site?: string;
}

/** One step of a run. */
export interface TraceStep {
  /** The name of the task that went on. */
  readonly task: string;
  readonly kind: TransitionKind;
  /** What it had waited for, in words. */
  readonly what: string;
  /** On the virtual clock, in milliseconds. */
  readonly time: number;
  readonly accesses: readonly TraceAccess[];
}

/** A scope, a wait or a task, from the step in which it began to the step in which it ended. */
export interface TraceSpan {
  readonly kind: "scope" | "task" | "wait";
  readonly name: string;
  readonly from: number;
  readonly openedBy: string;
  to?: number;
  closedBy?: string;
  outcome?: "cancelled" | "failed";
}

/** A cancellation that was asked for. */
export interface TraceCancel {
  readonly step: number;
  readonly task: string;
  readonly scope: string | undefined;
  readonly source: string;
}

/** A run in detail. */
export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly spans: readonly TraceSpan[];
  readonly cancels: readonly TraceCancel[];
  /** What went wrong; absent when nothing did. */
  readonly error?: unknown;
}

/** Lines of the explorer, the library and the engine say nothing to whoever looks for the line of the program. */
const foreign = /node:|\/packages\/(?:explore|concurrency)\/(?:src|dist)\/|\/@holdfast\/(?:explore|concurrency)\//;

/** Listens to one run. */
export class TraceRecorder implements Instrument {
  readonly #kernel: Kernel;
  readonly #accesses: TraceAccess[][] = [];
  readonly #times: number[] = [];
  readonly #spans: TraceSpan[] = [];
  readonly #cancels: TraceCancel[] = [];
  readonly #open = new Map<object, TraceSpan>();
  /** What each thing is called, and how many are called alike. */
  readonly #words = new Map<object, string>();
  readonly #alike = new Map<string, number>();
  readonly #scopes: { readonly key: string; readonly span: TraceSpan }[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Told of each access of the run, as it happens. */
  accessed(resource: object, isWrite: boolean): void {
    const { step, now } = this.#kernel;
    this.#times[step] = now;
    const name = this.#nameOf(resource);
    if (name === undefined) return;
    const isDeclared = resource instanceof Resource;
    const site = siteOf(new Error("here").stack);
    const access: TraceAccess = {
      resource: name,
      isDeclared,
      mode: isWrite ? "write" : "read",
      ...(site !== undefined && { site }),
    };
    (this.#accesses[step] ??= []).push(access);
  }

  taskSpawned(task: TaskInfo): void {
    this.#begin(task, "task", task.name, task.name);
  }

  taskFinished(task: TaskInfo, outcome: "cancelled" | "failed" | "finished"): void {
    this.#end(task, task.name, outcome === "finished" ? undefined : outcome);
  }

  scopeEntered({ task, name = "a scope" }: ScopeEvent): void {
    const span: TraceSpan = { kind: "scope", name, from: this.#kernel.step, openedBy: task.name };
    this.#spans.push(span);
    this.#scopes.push({ key: `${task.id} ${name}`, span });
  }

  scopeExited({ task, name = "a scope" }: ScopeEvent): void {
    const index = this.#scopes.findLastIndex(({ key }) => key === `${task.id} ${name}`);
    const [found] = index === -1 ? [] : this.#scopes.splice(index, 1);
    if (found === undefined) return;
    found.span.to = this.#kernel.step;
    found.span.closedBy = task.name;
  }

  scopeCancelled({ task, name, source }: CancelEvent): void {
    this.#cancels.push({ step: this.#kernel.step, task: task.name, scope: name, source });
  }

  waitBegun(wait: WaitEvent): void {
    this.#begin(wait, "wait", wait.what, wait.task.name);
  }

  waitEnded(wait: WaitEvent, outcome: "error" | "value"): void {
    this.#end(wait, wait.task.name, outcome === "error" ? "cancelled" : undefined);
  }

  /** The tasks that have not ended and are in no wait of the library. */
  tasksOutsideWaits(): string[] {
    const open = [...this.#open.values()];
    const waiting = new Set(open.flatMap(({ kind, openedBy }) => (kind === "wait" ? [openedBy] : [])));
    return open.flatMap(({ kind, name }) => (kind === "task" && !waiting.has(name) ? [name] : []));
  }

  /** The run, once it is over. */
  trace(error: { readonly error: unknown } | undefined): Trace {
    let time = 0;
    const steps = this.#kernel.steps.map(({ actor, kind, what, at }, index): TraceStep => {
      time = Math.max(time, at ?? this.#times[index] ?? time);
      return { task: actor.name, kind, what, time, accesses: this.#accesses[index] ?? [] };
    });
    return { steps, spans: this.#spans, cancels: this.#cancels, ...(error !== undefined && { error: error.error }) };
  }

  /** Two things of one name are told apart: `Lock`, `Lock 2`. */
  #nameOf(resource: object): string | undefined {
    const known = this.#words.get(resource);
    const words = known ?? wordsFor(resource);
    if (known !== undefined || words === undefined) return known;
    const count = (this.#alike.get(words) ?? 0) + 1;
    const name = count === 1 ? words : `${words} ${count}`;
    this.#alike.set(words, count);
    this.#words.set(resource, name);
    return name;
  }

  #begin(key: object, kind: "task" | "wait", name: string, openedBy: string): void {
    const span: TraceSpan = { kind, name, from: this.#kernel.step, openedBy };
    this.#spans.push(span);
    this.#open.set(key, span);
  }

  #end(key: object, closedBy: string, outcome: "cancelled" | "failed" | undefined): void {
    const span = this.#open.get(key);
    if (span === undefined) return;
    this.#open.delete(key);
    span.to = this.#kernel.step;
    span.closedBy = closedBy;
    if (outcome !== undefined) span.outcome = outcome;
  }
}

/** The innermost line of the program in a stack. */
function siteOf(stack: string | undefined): string | undefined {
  const line = stack?.split("\n").find((each) => each.trimStart().startsWith("at ") && !foreign.test(each));
  return line === undefined ? undefined : /\(?((?:file:|\/|[A-Za-z]:\\)[^()\s]*:\d+:\d+)\)?$/.exec(line.trim())?.[1];
}
