/**
 * What a person means by the name of a repository: a directory, a URL, or a package of a registry.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { SourceError } from "../errors.ts";
import { isRemote, readRemoteUrl, type RemoteUrl } from "./remote-url.ts";

/** A registry of packages. */
export type Registry = "npm" | "pypi";

/** What was read. */
export type SourceSpec =
  | { readonly kind: "directory"; readonly dir: string }
  | { readonly kind: "url"; readonly remote: RemoteUrl }
  | {
      readonly kind: "package";
      readonly registry: Registry;
      readonly name: string;
      /** False when the registry is a guess. */
      readonly isExplicit: boolean;
    };

const npmName = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-zA-Z0-9~-][\w.~-]*$/;
const pypiName = /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/;

/**
 * Reads the name of a repository. A directory that exists is a directory, whatever else its name could mean.
 *
 * @throws SourceError (FIXES_URL_REFUSED) for a URL that git must not be given, and for what has no form that is known.
 */
export function readSourceSpec(text: string): SourceSpec {
  const [, registry, name = ""] = /^(npm|pypi):(.*)$/.exec(text) ?? [];
  if (registry === "npm" || registry === "pypi") {
    if (!(registry === "npm" ? npmName : pypiName).test(name) || name.startsWith("-"))
      throw unreadable(text, `${JSON.stringify(name)} is no name that a package can have`);
    return { kind: "package", registry, name, isExplicit: true };
  }
  if (isRemote(text)) return { kind: "url", remote: readRemoteUrl(text) };
  if (text === "" || text.startsWith("-") || text.includes("\0"))
    throw unreadable(text, "it has no form that is known");
  if (/^(?:[./~\\]|[A-Za-z]:[\\/])/.test(text) || existsSync(text)) return { kind: "directory", dir: text };
  if (npmName.test(text)) return { kind: "package", registry: "npm", name: text, isExplicit: false };
  throw unreadable(text, "there is no such directory");
}

function unreadable(text: string, why: string): SourceError {
  return new SourceError(
    "FIXES_URL_REFUSED",
    `opening ${JSON.stringify(text)}: ${why}; give a directory (./name), a URL (https, ssh, file), or a package (npm:name, pypi:name)`,
  );
}
