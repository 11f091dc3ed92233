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
    this.#tell((instrument) => instrument.taskSpawned?.(task));
  }

  taskFinished(task: TaskInfo, outcome: "finished" | "failed" | "cancelled", result: unknown): void {
    this.#tell((instrument) => {
      if (outcome === "failed") instrument.taskFinished?.(task, outcome, result);
      else instrument.taskFinished?.(task, outcome);
    });
  }

  scopeEntered(frame: Frame): void {
    this.#tell((instrument) => instrument.scopeEntered?.(describe(frame)));
  }

  scopeExited(frame: Frame): void {
    this.#tell((instrument) => instrument.scopeExited?.(describe(frame)));
  }

  scopeCancelled(frame: Frame, { source, reason }: Cancellation): void {
    this.#tell((instrument) => instrument.scopeCancelled?.({ ...describe(frame), source, reason }));
  }

  scopeAbandoned(frame: Frame, explicit: boolean): void {
    this.#tell((instrument) => instrument.scopeAbandoned?.({ ...describe(frame), explicit }));
  }

  #tell(event: (instrument: Instrument) => void): void {
    for (const instrument of this.#instruments) {
      try {
        event(instrument);
      } catch (error) {
        // Thrown here it would leave a task half ended. As an unhandled rejection it is as loud, and breaks nothing.
        void Promise.reject(error);
      }
    }
  }
}

function describe(frame: Frame): ScopeEvent {
  return { task: frame.task.info, name: frame.name };
}
