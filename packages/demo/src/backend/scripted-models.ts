/**
 * The scripted models of the demo: deterministic, without a network, with the latencies of a real one.
 *
 * @module
 */
import type { LanguageModelV4, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { type ScriptedTurn, scriptedModel } from "@holdfast/agent";
import { callsInTurn, controlLookUpEvery, latencySpread } from "../parameters.ts";
import { serviceIn } from "../question.ts";
import type { Random } from "../random.ts";

/** Asks for everything it wants to see in one turn, then answers. */
export function triageModel(random: Random, meanMs: number): LanguageModelV4 {
  return scriptedModel((prompt, index) => (index === 0 ? lookAround(prompt) : { text: advice(prompt) }), {
    modelId: "scripted-triage",
    latency: () => random.lognormal(meanMs, latencySpread),
  });
}

/** Knows most answers, and looks up the owner in one run of some. */
export function controlModel(random: Random, meanMs: number): LanguageModelV4 {
  let runs = 0;
  const answer = (prompt: LanguageModelV4Prompt, index: number): ScriptedTurn => {
    if (index > 0) return { text: advice(prompt) };
    runs += 1;
    if (runs % controlLookUpEvery > 0) return { text: advice(prompt) };
    return { calls: [{ tool: "who_owns", input: { service: serviceIn(questionIn(prompt)) } }] };
  };
  return scriptedModel(answer, {
    modelId: "scripted-control",
    latency: () => random.lognormal(meanMs, latencySpread),
  });
}

function lookAround(prompt: LanguageModelV4Prompt): ScriptedTurn {
  const service = serviceIn(questionIn(prompt));
  const calls = [
    { tool: "search_logs", input: { service, level: "error", limit: 10 } },
    { tool: "query_metrics", input: { service, metric: "latency_p95_ms" } },
    { tool: "list_deploys", input: { service } },
    { tool: "recent_incidents", input: { service } },
  ];
  return { calls: calls.slice(0, callsInTurn) };
}

/** Its own words only: what the tools answered may hold anything, the signature included. */
function advice(prompt: LanguageModelV4Prompt): string {
  const service = serviceIn(questionIn(prompt));
  return `Look at what ${service} depends on and at the last deploy before the trouble began; then call the team on duty for it.`;
}

function questionIn(prompt: LanguageModelV4Prompt): string {
  const asked = prompt.findLast(({ role }) => role === "user");
  if (asked?.role !== "user") return "";
  return asked.content.map((part) => (part.type === "text" ? part.text : "")).join(" ");
}
