#!/usr/bin/env node
/**
 * The executable: reads the command line and sets the exit code.
 *
 * @module
 */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
