/**
 * requirements.txt and its like: a lock where it pins, a manifest where it does not.
 *
 * @module
 */
import { type Lock, released, type ResolvedCopy, unreleased } from "./lock.ts";

/** One requirement of a requirements file; offsets are those of the text. */
export interface RequirementLine {
  readonly name: string;
  /** The version specifiers as written, trimmed; "" where there are none. */
  readonly spec: string;
  readonly specOffset: number;
  readonly line: number;
  /** True where hashes bind the requirement to files of one version. */
  readonly hashed: boolean;
  /** The URL of `name @ URL`; null where there is none. */
  readonly url: string | null;
}

/** Reads what is pinned; a range is a copy without a version. */
export function readRequirementsLock(text: string): Lock {
  const copies = requirementLines(text).map(({ name, spec, line, url }): ResolvedCopy => {
    const pin = /^\(?\s*={2,3}\s*([^\s,*()]+)\s*\)?$/.exec(spec);
    if (url !== null) return unreleased(name, name, line, `comes from ${url}, not from a registry`);
    if (pin?.[1] !== undefined) return released(name, pin[1], name, line);
    return unreleased(
      name,
      name,
      line,
      `${spec || "any version"} is a range: what it gives is settled at installation`,
    );
  });
  return { format: "requirements", ecosystem: "pypi", copies };
}

/** The requirements of a file, without options (`-r`, `-e`), comments and blank lines. */
export function requirementLines(text: string): RequirementLine[] {
  const found: RequirementLine[] = [];
  let offset = 0;
  let line = 0;
  let isContinued = false;
  for (const raw of text.split("\n")) {
    line++;
    const start = offset;
    offset += raw.length + 1;
    const row = raw.replace(/\r$/, "");
    const wasContinued = isContinued;
    isContinued = /\\\s*$/.test(row) && !/^\s*#/.test(row);
    if (wasContinued) {
      const last = found.at(-1);
      if (last !== undefined && row.includes("--hash")) found[found.length - 1] = { ...last, hashed: true };
      continue;
    }
    const requirement = parseRequirement(row, start, line);
    if (requirement !== null) found.push(requirement);
  }
  return found;
}

/** `name[extras] specifiers ; marker`, which is also what pyproject.toml has in its strings. */
export function parseRequirement(row: string, start: number, line: number): RequirementLine | null {
  const head = /^\uFEFF?\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*/.exec(row);
  if (head?.[1] === undefined) return null;
  const rest = row.slice(head[0].length);
  const hashed = rest.includes("--hash");
  if (rest.startsWith("@")) {
    const url = /^@\s*(\S*)/.exec(rest)?.[1] ?? "";
    return { name: head[1], spec: "", specOffset: start + head[0].length, line, hashed, url };
  }
  const spec = (/^[^;#\\]*?(?=\s*(?:;|#|\\\s*$|--|$))/.exec(rest)?.[0] ?? "").trimEnd();
  if (spec !== "" && !/^[<>=!~(]/.test(spec)) return null;
  return { name: head[1], spec, specOffset: start + head[0].length, line, hashed, url: null };
}
