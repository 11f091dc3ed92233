/**
 * wrk with a script that looks into each body. Its CPU time is what the shell that starts it is billed for it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Meter } from "../../row.ts";
import { connections, startNginx } from "../nginx.ts";

const url = await startNginx();
const script = join(import.meta.dirname, "wrk.lua");

/** What is reported is for each request already. */
export const operations = 1;

export async function sample(meter: Meter): Promise<void> {
  const command = `wrk -t1 -c${connections} -d1s -s '${script}' '${url}' && times`;
  const { stdout } = await promisify(execFile)("bash", ["-c", command]);
  assert.match(stdout, /^hits 0$/m);
  const requests = Number(/^ *(\d+) requests in/m.exec(stdout)?.[1]);
  const [user = 0, system = 0] = [...(stdout.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  meter.report(requests / (user + system));
}
