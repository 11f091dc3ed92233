/**
 * Real models by name: `openai:gpt-5`, `anthropic:claude-...`, any AI SDK provider that is installed, or the address of an
 * OpenAI-compatible server: `http://127.0.0.1:11434/v1#llama3`.
 *
 * @module
 */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { ModelUnavailableError } from "../errors.ts";

type CreateModel = (id: string) => LanguageModelV4;

/**
 * Loads a model by its name. Nothing is asked of the provider yet, so a wrong key or id shows at the first run.
 *
 * @throws {@link ModelUnavailableError} when the name has no model in it or the provider is not installed.
 */
export async function loadModel(name: string): Promise<LanguageModelV4> {
  if (/^https?:/.test(name)) return await loadCompatible(name);
  const [, provider, id] = /^([a-z0-9-]+):(.+)$/.exec(name) ?? [];
  if (provider === undefined || id === undefined) {
    throw new ModelUnavailableError(name, "it is not of the form provider:model or http://host/v1#model");
  }
  const module = await importProvider(name, `@ai-sdk/${provider}`);
  const create = module[provider];
  if (typeof create !== "function")
    throw new ModelUnavailableError(name, `@ai-sdk/${provider} exports no ${provider}()`);
  return (create as CreateModel)(id);
}

async function loadCompatible(name: string): Promise<LanguageModelV4> {
  const url = URL.parse(name);
  if (url === null) throw new ModelUnavailableError(name, "it is not a URL");
  const [, id] = name.split("#");
  if (id === undefined || id === "") throw new ModelUnavailableError(name, "it names no model; put it behind a #");
  url.hash = "";
  const module = await importProvider(name, "@ai-sdk/openai-compatible");
  const create = module["createOpenAICompatible"] as (options: { name: string; baseURL: string }) => CreateModel;
  return create({ name: "local", baseURL: url.href })(id);
}

async function importProvider(name: string, specifier: string): Promise<Record<string, unknown>> {
  try {
    return (await import(specifier)) as Record<string, unknown>;
  } catch (error) {
    throw new ModelUnavailableError(
      name,
      `${specifier} could not be loaded; install it with npm install ${specifier}`,
      { cause: error },
    );
  }
}
