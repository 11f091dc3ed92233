/**
 * Writes down what a run does, and tells its observer.
 *
 * @module
 */
import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import { currentTime, isCancelled } from "@holdfast/concurrency";
import type { CallEvent, CallOutcome, CallReport, RunObserver, RunReport, TurnReport } from "./report.ts";
import { addUsage, noUsage, type Usage } from "./usage.ts";

/** The record of one run. */
export class RunRecorder {
  readonly #agent: string;
  readonly #observer: RunObserver;
  readonly #turns: TurnReport[] = [];
  readonly #start: number = currentTime();
  #usage: Usage = noUsage;

  constructor(agent: string, observer: RunObserver) {
    this.#agent = agent;
    this.#observer = observer;
  }

  get usage(): Usage {
    return this.#usage;
  }

  addUsage(usage: LanguageModelV4Usage): void {
    this.#usage = addUsage(this.#usage, usage);
  }

  startTurn(number: number): TurnRecorder {
    this.#observer.turnStarted?.(number);
    return new TurnRecorder(number, this.#observer, this.#turns);
  }

  /** @param thrown what the run rejects with; absent when it finished. */
  finish(...thrown: readonly unknown[]): RunReport {
    const report: RunReport = Object.freeze({
      agent: this.#agent,
      outcome: thrown.length === 0 ? "finished" : isCancelled(thrown[0]) ? "cancelled" : "failed",
      turns: Object.freeze([...this.#turns]),
      ms: currentTime() - this.#start,
    });
    this.#observer.runFinished?.(report, this.#usage, ...thrown);
    return report;
  }
}

/** The record of one turn. */
export class TurnRecorder {
  readonly #number: number;
  readonly #observer: RunObserver;
  readonly #turns: TurnReport[];
  readonly #calls: CallReport[] = [];
  readonly #start: number = currentTime();

  constructor(number: number, observer: RunObserver, turns: TurnReport[]) {
    this.#number = number;
    this.#observer = observer;
    this.#turns = turns;
  }

  startCall(index: number, tool: string, toolCallId: string): CallRecorder {
    const event = Object.freeze({ turn: this.#number, tool, toolCallId });
    this.#observer.callStarted?.(event);
    return new CallRecorder(event, this.#observer, (report) => {
      this.#calls[index] = report;
    });
  }

  finish(): void {
    const report = Object.freeze({ calls: Object.freeze([...this.#calls]), ms: currentTime() - this.#start });
    this.#turns.push(report);
    this.#observer.turnFinished?.(this.#number, report);
  }
}

/** The record of one call. */
export class CallRecorder {
  readonly #event: CallEvent;
  readonly #observer: RunObserver;
  readonly #keep: (report: CallReport) => void;
  readonly #start: number = currentTime();
  #isAbandoned = false;

  constructor(event: CallEvent, observer: RunObserver, keep: (report: CallReport) => void) {
    this.#event = event;
    this.#observer = observer;
    this.#keep = keep;
  }

  abandon(): void {
    this.#isAbandoned = true;
  }

  /** @param thrown what the call rejects with; absent when it made a result. */
  finish(outcome: CallOutcome, error: string | undefined, ...thrown: readonly unknown[]): void {
    const { tool, toolCallId } = this.#event;
    const report: CallReport = Object.freeze({
      tool,
      toolCallId,
      outcome,
      ...(error === undefined ? {} : { error }),
      ...(this.#isAbandoned ? { abandoned: true as const } : {}),
      ms: currentTime() - this.#start,
    });
    this.#keep(report);
    this.#observer.callFinished?.(this.#event, report, ...thrown);
  }
}
