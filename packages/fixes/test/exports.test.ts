import { expect, test } from "vitest";
import * as fixes from "../src/index.ts";

test("exports what finds, checks and raises, and the errors of that", () => {
  expect(Object.keys(fixes).toSorted()).toEqual([
    "FixFinder",
    "GitFailedError",
    "HostError",
    "LockFailedError",
    "LockMissingError",
    "LockUnreadableError",
    "ManifestChangedError",
    "ManifestUnreadableError",
    "ProjectNotCommittedError",
    "QueryError",
    "RepositoryError",
    "ServerNotStartedError",
    "SourceError",
    "applyEdits",
    "checkProject",
    "dueCommands",
    "findFix",
    "findFixes",
    "raiseFloor",
    "readLock",
    "verifyFix",
    "writeRaise",
  ]);
});
