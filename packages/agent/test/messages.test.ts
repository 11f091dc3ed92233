import type { LanguageModelV4Content } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { createAgent } from "../src/index.ts";
import { anyTool, generated, rawModel, virtually } from "./models.ts";

const call = { type: "tool-call", toolCallId: "1", toolName: "echo", input: "{}" } as const;
const echo = anyTool("echo", () => "echoed");
const providerMetadata = { anthropic: { signature: "s" } };

/** What the model is shown of its own first turn in its second. */
async function shown(...content: LanguageModelV4Content[]): Promise<unknown> {
  const model = rawModel(generated([...content, call], "tool-calls"), generated([]));
  await virtually(() => createAgent({ name: "triage", model, tools: [echo] }).run("Go."));
  const message = model.asked[1]?.prompt.at(-2);
  return message?.role === "assistant" ? message.content.slice(0, -1) : message;
}

test("joins the texts of the last turn, and nothing else, to the output", async () => {
  const model = rawModel(
    generated([{ type: "text", text: "not this" }, call], "tool-calls"),
    generated([
      { type: "reasoning", text: "hmm" },
      { type: "text", text: "Ask " },
      { type: "source", sourceType: "url", id: "1", url: "https://example.com" },
      { type: "text", text: "Ada." },
    ]),
  );

  const { output } = await virtually(() => createAgent({ name: "triage", model, tools: [echo] }).run("Go."));

  expect(output).toBe("Ask Ada.");
});

test("shows the model each kind of content that has a form in a prompt, its metadata as options", async () => {
  const file = { type: "data", data: "AA==" } as const;

  const parts = await shown(
    { type: "reasoning", text: "hmm", providerMetadata },
    { type: "text", text: "Let me see.", providerMetadata },
    { type: "file", mediaType: "image/png", data: file, providerMetadata },
    { type: "reasoning-file", mediaType: "image/png", data: file },
    { type: "custom", kind: "openai.compaction", providerMetadata },
    { ...call, toolCallId: "0", input: '{"a":1}', providerMetadata },
  );

  expect(parts).toEqual([
    { type: "reasoning", text: "hmm", providerOptions: providerMetadata },
    { type: "text", text: "Let me see.", providerOptions: providerMetadata },
    { type: "file", mediaType: "image/png", data: file, providerOptions: providerMetadata },
    { type: "reasoning-file", mediaType: "image/png", data: file },
    { type: "custom", kind: "openai.compaction", providerOptions: providerMetadata },
    { type: "tool-call", toolCallId: "0", toolName: "echo", input: { a: 1 }, providerOptions: providerMetadata },
  ]);
});

test("leaves the provider's own calls to it, and shows the model their final results", async () => {
  let runs = 0;
  const search = {
    type: "tool-call",
    toolCallId: "w",
    toolName: "count",
    input: "{}",
    providerExecuted: true,
  } as const;
  const result = { type: "tool-result", toolCallId: "w", toolName: "count", result: { hits: 2 } } as const;
  const failed = { ...result, toolCallId: "x", result: "quota", isError: true };
  const model = rawModel(
    generated([search, { ...result, preliminary: true }, result, failed, call], "tool-calls"),
    generated([]),
  );
  const tools = [echo, anyTool("count", () => (runs += 1))];

  await virtually(() => createAgent({ name: "triage", model, tools }).run("Go."));

  expect(runs).toBe(0);
  expect(model.asked[1]?.prompt.at(-2)?.content.slice(0, -1)).toEqual([
    { type: "tool-call", toolCallId: "w", toolName: "count", input: {}, providerExecuted: true },
    { type: "tool-result", toolCallId: "w", toolName: "count", output: { type: "json", value: { hits: 2 } } },
    { type: "tool-result", toolCallId: "x", toolName: "count", output: { type: "error-text", value: "quota" } },
  ]);
});

test("passes over kinds of content that have no form in a prompt, and those that it does not know", async () => {
  const hologram = { type: "hologram", beam: 1 } as unknown as LanguageModelV4Content;

  const parts = await shown(
    { type: "source", sourceType: "url", id: "1", url: "https://example.com" },
    { type: "tool-approval-request", approvalId: "1", toolCallId: "w" },
    hologram,
  );

  expect(parts).toEqual([]);
});
