import { expect, test } from "vitest";
import * as concurrency from "../src/index.ts";
import * as testing from "../src/testing/index.ts";

test("the public run-time names are these, and no more than 90", () => {
  const names = Object.keys(concurrency).toSorted();

  expect(names.length).toBeLessThanOrEqual(90);
  expect(names).toEqual([
    "AlreadyHeldError",
    "BrokenResourceError",
    "BusyResourceError",
    "CancelScope",
    "CancelledError",
    "ClosedResourceError",
    "DeadlockError",
    "EndOfStreamError",
    "Event",
    "ExceptionGroup",
    "HoldfastError",
    "InternalError",
    "Lease",
    "NoTaskError",
    "NotHeldError",
    "Owner",
    "OwnerContractError",
    "RuntimeMismatchError",
    "ScopeNotActiveError",
    "ScopeNotCurrentError",
    "ScopeNotEnteredError",
    "ScopeUsedError",
    "ScopeWrongTaskError",
    "TaskFailedError",
    "TaskFinishedError",
    "TaskGroupClosedError",
    "TaskHandle",
    "TaskNotFinishedError",
    "TaskNotStartedError",
    "TaskStartedError",
    "TaskWasCancelledError",
    "TimeoutError",
    "VariableUnsetError",
    "WouldBlockError",
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

test("the testing entry point has these names, and no more than 16", () => {
  const names = Object.keys(testing).toSorted();

  expect(names.length).toBeLessThanOrEqual(16);
  expect(names).toEqual(["VirtualRuntime"]);
});
