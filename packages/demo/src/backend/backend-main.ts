/**
 * The backend as a process of its own.
 *
 * @module
 */
import { runChildEntry } from "../child-entry.ts";
import { type BackendOptions, createBackend } from "./backend.ts";

await runChildEntry(async (argument) => {
  const backend = await createBackend(argument as BackendOptions);
  return { ready: { url: backend.url }, banner: `agents on ${backend.url}`, close: () => backend.close() };
}, 6_000);
