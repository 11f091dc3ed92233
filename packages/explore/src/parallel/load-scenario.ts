/**
 * Finding the scenario in a module.
 *
 * @module
 */
import { ScenarioMissingError } from "../errors.ts";
import type { Scenario } from "../single-run.ts";

/** @throws ScenarioMissingError, also when the module cannot be loaded. */
export async function loadScenario(url: string | URL, exportName: string): Promise<Scenario> {
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(String(url))) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new ScenarioMissingError(
      String(url),
      `it cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const scenario = loaded[exportName];
  if (typeof scenario === "function") return scenario as Scenario;
  const functions = Object.keys(loaded).filter((name) => typeof loaded[name] === "function");
  const others = functions.length === 0 ? "it exports no function" : `it exports ${functions.join(", ")}`;
  throw new ScenarioMissingError(String(url), `it has no function called ${JSON.stringify(exportName)}; ${others}`);
}
