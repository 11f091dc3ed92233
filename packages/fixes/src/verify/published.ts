/**
 * Whether a release can be installed: the registry has it, and has not taken it back.
 *
 * @module
 */
import type { Ecosystem } from "../locks/lock.ts";
import { configuredIndex } from "../source/registry.ts";
import { runProgram } from "../run-program.ts";

/** Where and how the registry is asked. */
export interface PublishedOptions {
  /** The directory whose settings say which registry it is. */
  readonly dir: string;
  /** Base URL of the registry, in place of the one that is configured. */
  readonly registry?: string | undefined;
  /** No question goes out; the answer is unknown. */
  readonly offline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the registry says of one version. */
export interface Published {
  /** `withdrawn`: deprecated by npm's word, yanked by PyPI's. */
  readonly state: "published" | "withdrawn" | "missing" | "unknown";
  readonly reason: string;
}

/** Milliseconds. */
const longest = 30_000;

/**
 * Asks the registry about one version: npm by its own program, which knows the project's registries and logins, PyPI by
 * its JSON interface.
 *
 * **Cancellation:** an aborted signal ends the question and rejects with its reason.
 */
export async function askPublished(
  ecosystem: Ecosystem,
  name: string,
  version: string,
  options: PublishedOptions,
): Promise<Published> {
  if (options.offline === true) return { state: "unknown", reason: "the registry was not asked, as this is offline" };
  return ecosystem === "npm" ? await askNpm(name, version, options) : await askPypi(name, version, options);
}

async function askNpm(name: string, version: string, options: PublishedOptions): Promise<Published> {
  const { dir, registry, signal } = options;
  const at = registry === undefined ? [] : [`--registry=${registry}`];
  const flags = ["--json", "--fetch-retries=0", `--fetch-timeout=${longest}`, ...at];
  const { exitCode, output } = await runProgram(
    ["npm", "view", ...flags, "--", `${name}@${version}`, "version", "deprecated"],
    {
      cwd: dir,
      signal,
    },
  );
  const said = parsed(output) as { readonly deprecated?: unknown; readonly error?: { readonly code?: unknown } } | null;
  if (exitCode === null) return { state: "unknown", reason: "npm could not be started to ask its registry" };
  if (exitCode !== 0) {
    const code = typeof said?.error?.code === "string" ? said.error.code : `exit code ${exitCode}`;
    if (code === "E404") return { state: "missing", reason: "the registry has no such version" };
    return { state: "unknown", reason: `the registry gave no answer (${code})` };
  }
  // For a version that does not exist of a package that does, npm says nothing and is content.
  if (output.trim() === "") return { state: "missing", reason: "the registry has no such version" };
  if (said === null) return { state: "unknown", reason: "what npm said of it cannot be read" };
  if (typeof said.deprecated === "string") return { state: "withdrawn", reason: `deprecated: ${said.deprecated}` };
  return { state: "published", reason: "the registry has it" };
}

async function askPypi(name: string, version: string, options: PublishedOptions): Promise<Published> {
  const { signal } = options;
  const base = (options.registry ?? configuredIndex())?.replace(/\/+$/, "");
  if (base === undefined) {
    const reason =
      "no index of Python packages is configured; set PIP_INDEX_URL or UV_DEFAULT_INDEX, or name the registry";
    return { state: "unknown", reason };
  }
  const timeout = AbortSignal.timeout(longest);
  let said: unknown;
  try {
    const response = await fetch(`${base}/pypi/${encodeURIComponent(name)}/${encodeURIComponent(version)}/json`, {
      headers: { accept: "application/json" },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return { state: "missing", reason: "the registry has no such version" };
    }
    if (!response.ok) {
      await response.body?.cancel();
      return { state: "unknown", reason: `the registry answered ${response.status}` };
    }
    said = await response.json();
  } catch {
    signal?.throwIfAborted();
    return { state: "unknown", reason: "the registry gave no answer" };
  }
  const { yanked, yanked_reason: why } = (said as { readonly info?: Readonly<Record<string, unknown>> }).info ?? {};
  if (yanked === true) return { state: "withdrawn", reason: typeof why === "string" ? `yanked: ${why}` : "yanked" };
  return { state: "published", reason: "the registry has it" };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
