/**
 * Which remote repositories git is let near. Everything that is not plainly a URL of https, ssh or a file is refused
 * here, before git runs: git itself also takes helpers that run programs, and options where it expects a name.
 *
 * @module
 */
import { SourceError } from "../errors.ts";

/** A remote repository, as it may be handed to git. */
export interface RemoteUrl {
  readonly url: string;
  /** Equal for two spellings of one repository, as far as its host is known to take them for the same. */
  readonly key: string;
  /** Lower case, with the port where one is given; "" for a file. */
  readonly host: string;
  /** The path on the host without slashes at its ends and without `.git`: `owner/name`. */
  readonly path: string;
}

/** Hosts whose names are the same in every case, with or without `.git`, and which serve over https. */
const knownHosts = new Set(["github.com", "gitlab.com", "bitbucket.org", "codeberg.org"]);
const shorthands: Readonly<Record<string, string>> = {
  github: "github.com",
  gitlab: "gitlab.com",
  bitbucket: "bitbucket.org",
};
const scp = /^([A-Za-z0-9_][\w.-]*)@([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/)(.+)$/;
const unprintable = /[\0-\u{20}\u{7f}]/u;
const advice = "give an https, ssh or file URL";

/** Whether a text is meant as a URL, and not as a directory or a package. */
export function isRemote(text: string): boolean {
  return /^[\w+.-]+:\/\//.test(text) || /^[\w+.-]+::/.test(text) || scp.test(text) || hosted(text) !== null;
}

/**
 * Reads the URL of a repository: `https://`, `ssh://`, `file://`, `git@host:path`, or `github:owner/name`.
 *
 * @throws SourceError (FIXES_URL_REFUSED) for everything else.
 */
export function readRemoteUrl(text: string): RemoteUrl {
  if (unprintable.test(text)) throw refused(text, "it has a space or a control character in it");
  const short = hosted(text);
  if (short !== null) return readRemoteUrl(short);
  const [isScp, user = "", scpHost = "", scpPath = ""] = scp.exec(text) ?? [];
  if (isScp !== undefined) {
    if (scpPath.startsWith("-")) throw refused(text, "its path begins with a hyphen, as an option does");
    return described(text, scpHost, scpPath, user);
  }
  if (!URL.canParse(text)) throw refused(text, "it is no URL");
  const url = new URL(text);
  url.hash = "";
  if (!/^(?:https|ssh|file):$/.test(url.protocol) || !/^\w+:\/\//.test(text))
    throw refused(text, `git would use ${JSON.stringify(text.split(":")[0])} to reach it`);
  if (url.password !== "") throw refused(withoutPassword(url), "a password in a URL would be kept on disk", helper);
  // Git undoes the percent signs of both.
  if (decodes(url.username).startsWith("-") || decodes(url.hostname).startsWith("-"))
    throw refused(text, "a part of it begins with a hyphen, as an option does");
  if (url.protocol === "file:") {
    if (url.hostname !== "") throw refused(text, "a file URL has three slashes and no host");
    return { url: url.href, key: url.href.replace(/\/+$/, ""), host: "", path: trimmed(url.pathname) };
  }
  if (url.hostname === "" || trimmed(url.pathname) === "") throw refused(text, "it names no repository");
  if (!knownHosts.has(url.hostname)) return described(url.href, url.host, url.pathname, url.username);
  // What a browser shows: of a branch, a file, a pull request.
  const names = trimmed(url.pathname).split("/-/")[0]?.split("/") ?? [];
  if (names.length < 2) throw refused(text, "it names no repository");
  const path = (url.hostname === "gitlab.com" ? names : names.slice(0, 2)).join("/").replace(/\.git$/, "");
  url.pathname = `/${path}.git`;
  url.search = "";
  return described(url.href, url.host, path, url.username);
}

/**
 * Reads what a registry gives as a package's repository. Nothing on this machine can be named by it, and for hosts
 * that serve everything over https it needs no key.
 *
 * @throws SourceError (FIXES_URL_REFUSED) when it is no URL that git may be given.
 */
export function readRegistryUrl(text: string): RemoteUrl {
  const plain = text.trim().replace(/^git\+(?=\w+:)/, "");
  if (/^[\w.-]+\/[\w.-]+$/.test(plain)) return readRemoteUrl(`https://github.com/${plain}`);
  const [, host, path = ""] = /^(?:(?:git|ssh|https?):\/\/)?(?:[\w.-]+@)?([\w.-]+)[:/](.*)$/.exec(plain) ?? [];
  if (host !== undefined && knownHosts.has(host.toLowerCase().replace(/^www\./, "")))
    return readRemoteUrl(`https://${host.toLowerCase().replace(/^www\./, "")}/${path.replace(/^\/+/, "")}`);
  const remote = readRemoteUrl(plain);
  if (remote.host === "") throw refused(text, "a registry names a file of this machine");
  return remote;
}

const helper = "leave it out and let git's credential helper give it";

function hosted(text: string): string | null {
  const [, name = "", path = ""] = /^(\w+):([\w.-]+(?:\/[\w.-]+)+)(?:#.*)?$/.exec(text) ?? [];
  const host = Object.hasOwn(shorthands, name) ? shorthands[name] : undefined;
  return host === undefined ? null : `https://${host}/${path}`;
}

function described(url: string, host: string, path: string, user: string): RemoteUrl {
  const at = host.toLowerCase();
  const named = trimmed(path).replace(/\.git$/, "");
  // An account may see another repository at the same address, but not on a host of everybody's.
  const key = knownHosts.has(at) ? `${at}/${named.toLowerCase()}` : `${user}@${at}/${trimmed(path)}`;
  const isSecure = url.startsWith("https:");
  return { url, key: `${isSecure ? "https" : "ssh"}:${key}`, host: at, path: named };
}

function trimmed(path: string): string {
  return path.replaceAll(/^\/+|\/+$/g, "");
}

function decodes(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "-";
  }
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  shown.password = "";
  return shown.href;
}

function refused(text: string, why: string, instead = advice): SourceError {
  return new SourceError("FIXES_URL_REFUSED", `opening ${JSON.stringify(text)}: ${why}; ${instead}`);
}
