import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { startTriageServer } from "../src/triage/start-triage-server.ts";
import { createTriageServer } from "../src/triage/triage-server.ts";
import { connectTo } from "./triage-client.ts";

// Each test starts Node anew, on machines that may be busy.
const timeout = 15_000;

test("a triage server runs in a process of its own and answers there", { timeout }, async () => {
  const server = await startTriageServer({ toolMs: 0, seed: 3 });
  const triage = await connectTo(server.url);

  const owner = await triage.ask("who_owns", { service: "checkout" });

  expect(owner).toContain("Priya Ramanathan");
  expect(server.pid).not.toBe(process.pid);
  await triage.client.close();
  await server.close();
  await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
});

test("a port in use is one clear error", { timeout }, async () => {
  await using first = await createTriageServer();
  const port = Number(new URL(first.url).port);

  const second = startTriageServer({ port });

  await expect(second).rejects.toMatchObject({
    code: "DEMO_CHILD_NOT_READY",
    message:
      "starting the triage server: it ended with exit code 1 before it was ready; it said: " +
      `listening on 127.0.0.1:${port}: another process has the port; name a free one, or 0 for any`,
  });
});

test("an option out of its range is one clear error", { timeout }, async () => {
  const server = startTriageServer({ toolMs: -1 });

  await expect(server).rejects.toThrow(/^starting the triage server: .+ toolMs: .+$/);
});

test("an aborted start rejects with the reason", { timeout }, async () => {
  const reason = new Error("no longer wanted");

  const server = startTriageServer({ signal: AbortSignal.abort(reason) });

  await expect(server).rejects.toBe(reason);
});

test("killing its parent ends the server, and a call in flight does not keep it", { timeout }, async () => {
  const parent = fork(new URL("./fixtures/parent-of-triage.ts", import.meta.url));
  const [{ url, pid }] = (await once(parent, "message")) as [{ url: string; pid: number }];
  await using triage = await connectTo(url);
  const outcome = triage.ask("read_runbook", { service: "cart" }).catch((error: unknown) => error);
  await vi.waitFor(async () => {
    const health = await fetch(new URL("/healthz", url));
    expect(await health.json()).toMatchObject({ toolCalls: 1 });
  });
  const socket = connect(Number(new URL(url).port), "127.0.0.1").resume();
  await once(socket, "connect");

  parent.kill("SIGKILL");

  await once(socket, "close");
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  await vi.waitFor(() => expect(hasEnded(pid)).toBe(true), { timeout: 5_000 });
  await triage.client.close();
  expect(await outcome).toBeInstanceOf(Error);
});

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  // Where nobody reaps orphans, as in many containers, an ended one stays as a zombie.
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && readFileSync(stat, "utf8").includes(") Z ");
}
