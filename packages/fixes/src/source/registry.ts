/**
 * Where the repository of a published package is, as its registry says.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SourceError } from "../errors.ts";
import { cachedName, cacheDirectory, type CacheOptions } from "./clone-cache.ts";
import { readRegistryUrl, type RemoteUrl } from "./remote-url.ts";
import type { Registry } from "./source-spec.ts";

/** A package, and its place in a repository. */
export interface SourcePackage {
  readonly registry: Registry;
  readonly name: string;
  /** The directory in the repository that the package is in; null where the registry does not say. */
  readonly directory: string | null;
}

/** How a package is looked up. */
export interface LookUpOptions extends CacheOptions {
  /** Base URL of the registry. */
  readonly url?: string | undefined;
  /** Whether the registry was named, or guessed from a bare name. */
  readonly isExplicit: boolean;
}

interface Packument {
  readonly repository?: unknown;
  readonly "dist-tags"?: { readonly latest?: string };
  readonly versions?: Readonly<Record<string, { readonly repository?: unknown } | undefined>>;
}

interface Found {
  readonly repository: string;
  readonly directory: string | null;
}

const longest = 30_000;
/** Milliseconds. A package seldom moves to another repository. */
const rememberedFor = 24 * 3_600_000;
const telling = /^(?:source(?:[ -]?code)?|repository|repo|code|github|gitlab|scm)$/i;
const knownHost = /^https?:\/\/(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)\/[^/]+\/[^/]+/i;

/**
 * Finds the repository of a package. What the registry said is remembered beside the clones for a day, and without a
 * network for ever.
 *
 * **Cancellation:** an aborted signal ends the request and rejects with its reason.
 *
 * @throws SourceError (FIXES_PACKAGE_NOT_FOUND, FIXES_OFFLINE, FIXES_URL_REFUSED).
 */
export async function findRepository(
  registry: Registry,
  name: string,
  options: LookUpOptions,
): Promise<{ readonly remote: RemoteUrl; readonly package: SourcePackage }> {
  const { cache = cacheDirectory(), offline = false, refresh = false, signal, onProgress } = options;
  if (options.url !== undefined) checkBase(options.url);
  const key = `${registry}:${name} ${options.url ?? ""}`;
  const memory = join(cache, `${cachedName([registry, name], key)}.json`);
  const remembered = await recall(memory);
  const age = remembered === null ? Infinity : Date.now() - remembered.time;
  let found: Found | null = remembered;
  if (offline && found === null) {
    throw new SourceError(
      "FIXES_OFFLINE",
      `looking up the repository of ${registry}:${name} offline: it was never looked up before; give the URL of its repository, or ask once without offline`,
    );
  }
  if (!offline && (refresh || age > rememberedFor)) {
    try {
      found = registry === "npm" ? await askNpm(name, options) : await askPypi(name, options);
      await remember(cache, memory, found);
    } catch (error) {
      signal?.throwIfAborted();
      if (remembered === null || !(error instanceof UnreachableError)) throw settled(error);
      onProgress?.({ kind: "warning", text: `${error.message}; going by what it said before` });
    }
  }
  const { repository, directory } = found ?? { repository: "", directory: null };
  return { remote: readRegistryUrl(repository), package: { registry, name, directory } };
}

/** No answer at all, or none that says anything about the package. */
class UnreachableError extends Error {}

function settled(error: unknown): unknown {
  if (!(error instanceof UnreachableError)) return error;
  return new SourceError(
    "FIXES_PACKAGE_NOT_FOUND",
    `${error.message}; check the network, name another registry, or give the URL of the repository`,
    { cause: error.cause },
  );
}

async function askNpm(name: string, options: LookUpOptions): Promise<Found> {
  const base = options.url ?? (await configuredRegistry(name, options.signal));
  const packument = await getJson(`${base.replace(/\/+$/, "")}/${name.replace("/", "%2f")}`, `npm:${name}`, options);
  const repository = repositoryOf(packument as Packument);
  const { url, directory } = (typeof repository === "object" && repository !== null ? repository : {}) as {
    readonly url?: unknown;
    readonly directory?: unknown;
  };
  const given = typeof repository === "string" ? repository : url;
  if (typeof given !== "string" || given === "") throw withoutRepository(`npm:${name}`);
  const inside = typeof directory === "string" ? directory.replaceAll(/^(?:\.?\/)+|\/+$/g, "") : "";
  return { repository: given, directory: inside === "" || inside.split("/").includes("..") ? null : inside };
}

/** The newest version knows best; some registries leave out the summary of all versions. */
function repositoryOf(packument: Packument): unknown {
  const latest = packument.versions?.[packument["dist-tags"]?.latest ?? ""];
  return latest?.repository ?? packument.repository;
}

async function askPypi(name: string, options: LookUpOptions): Promise<Found> {
  const base = (options.url ?? configuredIndex())?.replace(/\/+$/, "");
  if (base === undefined) {
    throw new SourceError(
      "FIXES_PACKAGE_NOT_FOUND",
      `looking up the repository of pypi:${name}: no index of Python packages is configured; set PIP_INDEX_URL or UV_DEFAULT_INDEX, name the registry, or give the URL of its repository`,
    );
  }
  const answer = await getJson(`${base}/pypi/${encodeURIComponent(name)}/json`, `pypi:${name}`, options);
  const { info } = answer as { readonly info?: { readonly project_urls?: unknown; readonly home_page?: unknown } };
  const urls = Object.entries((info?.project_urls ?? {}) as Record<string, unknown>);
  const texts = urls.flatMap(([key, url]): [string, string][] => (typeof url === "string" ? [[key, url]] : []));
  if (typeof info?.home_page === "string") texts.push(["Homepage", info.home_page]);
  const named = texts.filter(([key]) => telling.test(key.trim()));
  const hosted = [...named, ...texts].find(([, url]) => knownHost.test(url)) ?? named[0];
  if (hosted === undefined) throw withoutRepository(`pypi:${name}`);
  return { repository: hosted[1], directory: null };
}

async function getJson(url: string, what: string, options: LookUpOptions): Promise<unknown> {
  const { signal, isExplicit } = options;
  const doing = `looking up the repository of ${what}`;
  const timeout = AbortSignal.timeout(longest);
  let response: Response;
  try {
    const headers = { accept: "application/json" };
    response = await fetch(url, {
      headers,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    if (response.ok) return await response.json();
  } catch (error) {
    signal?.throwIfAborted();
    throw new UnreachableError(`${doing}: the registry at ${originOf(url)} gave no answer`, { cause: error });
  }
  await response.body?.cancel();
  if (response.status !== 404)
    throw new UnreachableError(`${doing}: the registry at ${originOf(url)} answered ${response.status}`);
  const name = what.slice(what.indexOf(":") + 1);
  throw new SourceError(
    "FIXES_PACKAGE_NOT_FOUND",
    `${doing}: the registry at ${originOf(url)} has no such package; ${
      isExplicit ? "check its name, or" : `for a Python package say pypi:${name}, for a directory ./${name}, or`
    } give the URL of its repository`,
  );
}

/** What npm is set to here: by the project's .npmrc, the user's, or the environment. */
async function configuredRegistry(name: string, signal: AbortSignal | undefined): Promise<string> {
  const scope = name.startsWith("@") ? await npmConfig(`${name.split("/")[0]}:registry`, signal) : null;
  const general = scope ?? process.env["npm_config_registry"] ?? (await npmConfig("registry", signal));
  if (general !== null) return general;
  throw new SourceError(
    "FIXES_PACKAGE_NOT_FOUND",
    `looking up the repository of npm:${name}: there is no npm to ask for its registry; name the registry, or give the URL of its repository`,
  );
}

/** Where pip or uv is told to find packages; its JSON answers lie beside the index that installers read. */
export function configuredIndex(): string | undefined {
  const { PIP_INDEX_URL, UV_DEFAULT_INDEX, UV_INDEX_URL } = process.env;
  return (PIP_INDEX_URL ?? UV_DEFAULT_INDEX ?? UV_INDEX_URL)?.replace(/\/simple\/?$/, "");
}

function npmConfig(key: string, signal: AbortSignal | undefined): Promise<string | null> {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>();
  const child = spawn("npm", ["config", "get", key], { stdio: ["ignore", "pipe", "ignore"], signal });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  // Without an npm there is no setting of it.
  child.on("error", () => (signal?.aborted === true ? reject(signal.reason as Error) : resolve(null)));
  child.on("close", () => resolve(/^https?:\/\//.test(text.trim()) ? text.trim() : null));
  return promise;
}

function checkBase(url: string): void {
  if (URL.canParse(url) && /^https?:\/\//.test(url)) return;
  const text = `looking up a package at ${JSON.stringify(url)}: that is no URL of a registry; give one of https or http`;
  throw new SourceError("FIXES_URL_REFUSED", text);
}

function withoutRepository(what: string): SourceError {
  return new SourceError(
    "FIXES_PACKAGE_NOT_FOUND",
    `looking up the repository of ${what}: the registry has the package and names no repository for it; give its URL`,
  );
}

/** A registry's URL may have a user's name and password in it. */
function originOf(url: string): string {
  return new URL(url).origin;
}

async function recall(path: string): Promise<(Found & { readonly time: number }) | null> {
  try {
    const { repository, directory, time } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    if (typeof repository !== "string" || typeof time !== "number") return null;
    return { repository, directory: typeof directory === "string" ? directory : null, time };
  } catch {
    return null;
  }
}

async function remember(cache: string, path: string, found: Found): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify({ ...found, time: Date.now() }));
    await rename(`${path}.new`, path);
  } catch {
    // It is asked again the next time.
  }
}
