/**
 * From what a person calls a repository to a directory that git can be run in.
 *
 * @module
 */
import { type CacheOptions, keepClone } from "./clone-cache.ts";
import { findRepository, type SourcePackage } from "./registry.ts";
import type { RemoteUrl } from "./remote-url.ts";
import { readSourceSpec } from "./source-spec.ts";

/** How a repository is opened. */
export interface OpenSourceOptions extends CacheOptions {
  /** Base URL of the registry that a package name is looked up in. */
  readonly registry?: string | undefined;
}

/** A repository on this machine. */
export interface Source {
  /** Where git is run. */
  readonly dir: string;
  /** Where it was cloned from; null for a directory that the caller named. */
  readonly remote: RemoteUrl | null;
  /** The package that was asked for; null where a directory or a URL was. */
  readonly package: SourcePackage | null;
}

/**
 * Opens a repository by its directory, its URL, or the name of a package. A remote one is cloned into the cache, or
 * brought up to date there; a directory is left as it is.
 *
 * **Cancellation:** an aborted signal ends what is under way, leaves no half-made clone, and rejects with its reason.
 *
 * @throws SourceError, which says what to do; nothing has been run for a name that is refused.
 */
export async function openSource(repo: string, options: OpenSourceOptions = {}): Promise<Source> {
  const { registry, signal, onProgress } = options;
  signal?.throwIfAborted();
  const spec = readSourceSpec(repo);
  if (spec.kind === "directory") return { dir: spec.dir, remote: null, package: null };
  if (spec.kind === "url") return { dir: await keepClone(spec.remote, options), remote: spec.remote, package: null };
  const { name, isExplicit } = spec;
  const found = await findRepository(spec.registry, name, { ...options, url: registry, isExplicit });
  if (!isExplicit) {
    const text = `took ${name} for the npm package, whose repository is ${found.remote.url}; say pypi:${name} for the Python package`;
    onProgress?.({ kind: "warning", text });
  }
  return { dir: await keepClone(found.remote, options), ...found };
}
