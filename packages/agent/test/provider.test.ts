import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { LLMock } from "@copilotkit/aimock";
import { currentTask, sleep, type TaskInfo } from "@holdfast/concurrency";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createAgent, tool } from "../src/index.ts";
import { leavesOf, rejectionOf } from "./models.ts";

const services = ["cart", "checkout", "ledger", "mail"];
const server = new LLMock({ port: 0, host: "127.0.0.1" });
const arrived = Promise.withResolvers<void>();
const asked = (text: string, hasToolResult: boolean) => ({ userMessage: text, hasToolResult });

beforeAll(async () => {
  server.on(asked("Why is checkout failing?", false), {
    toolCalls: services.map((service, index) => ({
      id: `c${index}`,
      name: "search_logs",
      arguments: JSON.stringify({ service }),
    })),
  });
  server.on(asked("Why is checkout failing?", true), { content: "The ledger is down." });
  server.on(asked("Take your time.", false), () => {
    arrived.resolve();
    return new Promise<never>(() => {});
  });
  await server.start();
});

afterAll(() => server.stop());

function model(baseURL = `${server.url}/v1`) {
  return createOpenAICompatible({ name: "local", baseURL, apiKey: "none" })("gpt-test");
}

test("a provider's model calls four tools at once over HTTP, sees their results, and answers", async () => {
  const tasks: TaskInfo[] = [];
  const search = tool({
    name: "search_logs",
    description: "Finds the errors of a service.",
    input: z.object({ service: z.enum(services) }),
    run: async ({ service }) => {
      tasks.push(currentTask());
      await sleep(1);
      return { service, errors: service.length };
    },
  });
  const agent = createAgent({ name: "triage", model: model(), instructions: "Be brief.", tools: [search] });

  const { output, usage, report } = await agent.run("Why is checkout failing?");

  expect(output).toBe("The ledger is down.");
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(4);
  expect(report.turns.map(({ calls }) => calls.map(({ outcome }) => outcome))).toEqual([["ok", "ok", "ok", "ok"], []]);
  expect(usage.inputTokens.total).toBeGreaterThan(0);
  const last = server.getLastRequest() as unknown as { body: { messages: { role: string; content: string }[] } };
  const { messages } = last.body;
  expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", ...Array<string>(4).fill("tool")]);
  expect(messages.slice(3).map(({ content }) => JSON.parse(content) as unknown)).toEqual(
    services.map((service) => ({ service, errors: service.length })),
  );
});

test("a provider's model implements the version that agents take", () => {
  expect(model().specificationVersion).toBe("v4");
});

test("a cancelled run ends the request that the provider waits for", async () => {
  const controller = new AbortController();
  const agent = createAgent({ name: "triage", model: model() });
  const running = rejectionOf(agent.run("Take your time.", { signal: controller.signal }));

  await arrived.promise;
  controller.abort("shutdown");

  expect(await running).toMatchObject({ code: "TASK_CANCELLED", reason: "shutdown" });
});

test("a provider's failure is the cause of AGENT_MODEL_FAILED", async () => {
  const agent = createAgent({ name: "triage", model: model() });

  const leaves = await leavesOf(agent.run("A question that the server has no answer to"));

  expect(leaves).toEqual([
    expect.objectContaining({
      code: "AGENT_MODEL_FAILED",
      cause: expect.objectContaining({ name: "AI_APICallError" }),
    }),
  ]);
});
