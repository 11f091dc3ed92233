import { expect, test } from "vitest";
import * as concurrency from "../src/index.ts";
import * as testing from "../src/testing/index.ts";

test("the public run-time names are these, and no more than 60", () => {
  const names = Object.keys(concurrency).toSorted();

  expect(names.length).toBeLessThanOrEqual(60);
  expect(names).toEqual([
    "CancelScope",
    "CancelledError",
    "ClosedResourceError",
    "DeadlockError",
    "Event",
    "ExceptionGroup",
    "HoldfastError",
    "InternalError",
    "Lease",
    "NoTaskError",
    "Owner",
    "OwnerContractError",
    "RuntimeMismatchError",
    "ScopeNotActiveError",
    "ScopeNotCurrentError",
    "ScopeUsedError",
    "ScopeWrongTaskError",
    "TaskFailedError",
    "TaskFinishedError",
    "TaskGroupClosedError",
    "TaskHandle",
    "TaskNotFinishedError",
    "TaskWasCancelledError",
    "TimeoutError",
    "cancelShieldedCheckpoint",
    "cancellable",
    "checkpoint",
    "currentTask",
    "currentTime",
    "failAfter",
    "gather",
    "isCancelled",
    "leafErrors",
    "moveOnAfter",
    "run",
    "runDetached",
    "shielded",
    "sleep",
    "systemRuntime",
    "taskGroup",
    "withSignal",
  ]);
});

test("the testing entry point has these names, and no more than 10", () => {
  const names = Object.keys(testing).toSorted();

  expect(names.length).toBeLessThanOrEqual(10);
  expect(names).toEqual(["VirtualRuntime"]);
});
