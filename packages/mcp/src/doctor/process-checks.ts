/**
 * Checks of a server process by itself: what it writes, and how it ends.
 *
 * @module
 */
import { LATEST_PROTOCOL_VERSION } from "@modelcontextprotocol/client";
import type { McpStdioOptions } from "../options.ts";
import { fail, inMs, type McpFinding, ok, quoted, skipped, warn } from "./examination.ts";
import { discover } from "./opening-checks.ts";
import type { Check, Patient } from "./patient.ts";
import { type ProcessEnding, RawProcess } from "./raw-process.ts";

/** How long clients wait between the end of the input, SIGTERM and SIGKILL, in milliseconds: the official one does so. */
const PATIENCE = 2_000;

/** Looks at one process for both rows: a life from the handshake to the end, as a client without calls has it. */
export function processChecks(): readonly Check[] {
  let life: { ending: ProcessEnding; raw: RawProcess } | undefined;
  return [
    {
      name: "output",
      otherwise: "no client can connect",
      async look(patient) {
        life = await live(patient);
        return outputFinding(life.raw);
      },
    },
    {
      name: "exit",
      otherwise: "each client that closes leaves a process behind",
      look: () =>
        Promise.resolve(life === undefined ? skipped("the process was not looked at") : exitFinding(life.ending)),
    },
  ];
}

async function live(patient: Patient): Promise<{ ending: ProcessEnding; raw: RawProcess }> {
  await using raw = await RawProcess.start(patient.server as McpStdioOptions, patient.limit);
  // So that it has begun by then, and would have said what it says.
  if (patient.isModern) await raw.ask(discover.method, discover.params);
  else await raw.initialize(LATEST_PROTOCOL_VERSION);
  return { ending: await raw.end(PATIENCE), raw };
}

function outputFinding({ noise, noiseLines, stderrBytes, stderrHead }: RawProcess): McpFinding {
  if (noise !== undefined) {
    return warn(
      `standard output holds ${noiseLines} ${noiseLines === 1 ? "line" : "lines"} that are not MCP, the first ${quoted(noise.trim())}`,
      "strict clients give the connection up; logs belong to standard error",
    );
  }
  const [line = ""] = stderrHead.split("\n");
  const stderr = stderrBytes === 0 ? "nothing" : `${stderrBytes} bytes, beginning with ${quoted(line)}`;
  return ok(`standard output holds MCP alone; standard error ${stderr}`);
}

function exitFinding({ by, ms, leftOthers }: ProcessEnding): McpFinding {
  if (leftOthers) {
    return fail(
      "it ended with its input, and left processes that it had started",
      "they pile up with each client that closes",
    );
  }
  if (by === "input") return ok(`it ended by itself ${inMs(ms)} after the end of its input`);
  if (by === "SIGTERM") {
    return warn(
      `it did not end with its input, and had to be sent SIGTERM`,
      `each client that closes waits, the official one ${PATIENCE} ms`,
    );
  }
  return fail(
    "it ended neither with its input nor on SIGTERM, and had to be killed",
    "clients that send SIGTERM and no more leave a process behind each time",
  );
}
