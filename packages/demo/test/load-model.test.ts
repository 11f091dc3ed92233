import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBackend } from "../src/backend/backend.ts";
import { loadModel } from "../src/backend/load-model.ts";
import { createTriageServer, type TriageServer } from "../src/triage/triage-server.ts";
import { runAgent } from "./backend-client.ts";

type Message = Record<string, unknown>;

let triage: TriageServer;

beforeAll(async () => {
  triage = await createTriageServer({ toolMs: 0 });
});

afterAll(() => triage.close());

test("a real model is reached at the address of an OpenAI-compatible server, under the name behind the #", async () => {
  await using server = await serve(() => ({ content: "Call Priya." }));
  await using backend = await createBackend({ triageUrl: triage.url, model: `${server.url}#llama 3:8b` });

  const answer = await runAgent(backend.url, "owned", "Who owns checkout?");

  expect(answer).toMatchObject({ status: 200, body: { output: "Call Priya." } });
  expect(server.asked).toMatchObject([{ model: "llama 3:8b", messages: [{ role: "system" }, { role: "user" }] }]);
});

test.each([
  ["owned", ["search_logs", "query_metrics", "list_deploys", "read_runbook", "who_owns", "recent_incidents"]],
  ["control", ["who_owns"]],
])("the model of the %s agent is offered its tools, and no others", async (agent, tools) => {
  await using server = await serve(() => ({ content: "Call Priya." }));
  await using backend = await createBackend({ triageUrl: triage.url, model: `${server.url}#m` });

  await runAgent(backend.url, agent, "Who owns checkout?");

  expect(server.asked).toMatchObject([{ tools: tools.map((name) => ({ function: { name } })) }]);
});

test.each([
  ["a tool that is not there", "restart_everything", "{}", "unknown-tool"],
  ["arguments that do not fit the tool's schema", "who_owns", '{"service":"casino"}', "error"],
  ["arguments that are no JSON", "who_owns", "{", "invalid-input"],
])("a model that asks for %s is told, and the run goes on", async (_, name, input, outcome) => {
  const call = { id: "c1", type: "function", function: { name, arguments: input } };
  await using server = await serve((turn) => (turn === 1 ? { tool_calls: [call] } : { content: "Never mind." }));
  await using backend = await createBackend({ triageUrl: triage.url, model: `${server.url}#m` });

  const answer = await runAgent(backend.url, "counted", "Who owns checkout?");

  expect(answer).toMatchObject({
    status: 200,
    body: { output: "Never mind.", report: { turns: [{ calls: [{ outcome }] }, { calls: [] }] } },
  });
});

test("a model that fails is a 500 with the code of the agent", async () => {
  await using server = await serve(() => undefined);
  await using backend = await createBackend({ triageUrl: triage.url, model: `${server.url}#m` });

  const answer = await runAgent(backend.url, "owned", "Who owns checkout?");

  const message = "the call of model m failed";
  expect(answer).toEqual({ status: 500, body: { error: { code: "AGENT_MODEL_FAILED", message, errors: [message] } } });
});

test.each([
  ["nope", "it is not of the form provider:model or http://host/v1#model"],
  ["openai:", "it is not of the form provider:model or http://host/v1#model"],
  ["../../etc:passwd", "it is not of the form provider:model or http://host/v1#model"],
  ["nope:model", "@ai-sdk/nope could not be loaded; install it with npm install @ai-sdk/nope"],
  ["provider:model", "@ai-sdk/provider exports no provider()"],
  ["http://", "it is not a URL"],
  ["http://127.0.0.1:1/v1", "it names no model; put it behind a #"],
  ["http://127.0.0.1:1/v1#", "it names no model; put it behind a #"],
])("the model %j cannot be loaded, and the error says why", async (name, found) => {
  const loading = loadModel(name);

  await expect(loading).rejects.toMatchObject({
    name: "ModelUnavailableError",
    code: "DEMO_MODEL_UNAVAILABLE",
    model: name,
    message: `loading the model ${JSON.stringify(name)}: ${found}`,
  });
});

test("a backend with a model that cannot be loaded does not start, and opens nothing", async () => {
  const { sessionsOpened } = triage.statistics();

  const backend = createBackend({ triageUrl: triage.url, model: "nope" });

  await expect(backend).rejects.toMatchObject({ code: "DEMO_MODEL_UNAVAILABLE" });
  expect(triage.statistics()).toMatchObject({ sessionsOpened });
});

/** An OpenAI-compatible server; `answer` gives the message of each turn, or undefined for a refusal. */
async function serve(
  answer: (turn: number) => Message | undefined,
): Promise<AsyncDisposable & { readonly url: string; readonly asked: Message[] }> {
  const asked: Message[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked.push((await json(request)) as Message);
    const message = request.url === "/v1/chat/completions" ? answer(asked.length) : undefined;
    const choices = [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish(message) }];
    response.writeHead(message === undefined ? 400 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(message === undefined ? { error: { message: "no" } } : { id: "1", choices }));
  };
  const server = createServer((request, response) => void handle(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

function finish(message: Message | undefined): string {
  return message !== undefined && "tool_calls" in message ? "tool_calls" : "stop";
}
