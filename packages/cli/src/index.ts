/**
 * The command line as a function, for programs that embed it.
 *
 * @module
 */
export { exitCodes } from "./exit-codes.ts";
export { main } from "./main.ts";
