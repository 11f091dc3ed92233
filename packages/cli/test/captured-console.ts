/**
 * A console that keeps what is printed.
 *
 * @module
 */
import { Writable } from "node:stream";
import type { Console } from "../src/console.ts";

export interface CapturedConsole extends Console {
  readonly out: () => string;
  readonly err: () => string;
}

/** @param isTerminal whether the streams say that they are terminals. */
export function captureConsole({ isTerminal = false, columns = 80 } = {}): CapturedConsole {
  const out = capture(isTerminal, columns);
  const err = capture(isTerminal, columns);
  return { stdout: out.stream, stderr: err.stream, out: out.text, err: err.text };
}

function capture(isTTY: boolean, columns: number): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY, columns }) as unknown as NodeJS.WriteStream,
    text: () => chunks.join(""),
  };
}
