#!/usr/bin/env node
/**
 * The executable: reads the command line and sets the exit code.
 *
 * @module
 */
import { enableCompileCache } from "node:module";

enableCompileCache();
// A reader that has had enough, such as head, breaks the pipe; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
