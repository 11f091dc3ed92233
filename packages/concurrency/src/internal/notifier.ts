/**
 * Hands events to the instruments of a root task. Tasks carry a notifier only when there is an instrument, so that
 * watching costs nothing where nobody watches.
 *
 * @module
 */
import type { Instrument, ScopeEvent } from "../instrument.ts";
import type { TaskInfo } from "../task-info.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Frame } from "./frame.ts";

export class Notifier {
  readonly #instruments: readonly Instrument[];

  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments;
  }

  taskSpawned(task: TaskInfo): void {
    for (const instrument of this.#instruments) instrument.taskSpawned?.(task);
  }

  taskFinished(task: TaskInfo, outcome: "finished" | "failed" | "cancelled", error: unknown): void {
    for (const instrument of this.#instruments) {
      if (outcome === "failed") instrument.taskFinished?.(task, outcome, error);
      else instrument.taskFinished?.(task, outcome);
    }
  }

  scopeEntered(frame: Frame): void {
    for (const instrument of this.#instruments) instrument.scopeEntered?.(describe(frame));
  }

  scopeExited(frame: Frame): void {
    for (const instrument of this.#instruments) instrument.scopeExited?.(describe(frame));
  }

  scopeCancelled(frame: Frame, { source, reason }: Cancellation): void {
    for (const instrument of this.#instruments) instrument.scopeCancelled?.({ ...describe(frame), source, reason });
  }

  scopeAbandoned(frame: Frame, explicit: boolean): void {
    for (const instrument of this.#instruments) instrument.scopeAbandoned?.({ ...describe(frame), explicit });
  }
}

function describe(frame: Frame): ScopeEvent {
  return { task: frame.task.info, name: frame.name };
}
