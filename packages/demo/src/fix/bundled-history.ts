/**
 * The history of a small monorepo, as git fast-import reads it: the incident's fix in miniature, its backport, a revert
 * and the re-application.
 *
 * ```text
 * main   1.20.0 - 1.91.0 - fix - 2.0.0 - revert - 2.1.0 - reapply - 2.2.0
 * v1                   \ - backport - 1.92.0
 * ```
 *
 * A second package, triage-web, has tags of its own in between. Authors and dates are fixed, so that every machine makes the same hashes, and messages can name them.
 *
 * @module
 */

/** The fix, on the main branch. */
export const fixCommit = "abbcf218c95c3b8d99405d9cb837c0f7229d0795";
/** What takes the fix out again. */
const revertCommit = "794e1657e0fd0917d601f5b15bbf4334af23c042";

/** Milliseconds since the epoch, after every release: the day on which the question is asked. */
export const askedAt: number = Date.UTC(2026, 5, 1);

/** The project that is asked about: its requirement lets in releases that lack the fix. */
export const projectManifest = `{
  "name": "on-call",
  "private": true,
  "dependencies": {
    "triage-kit": ">=1.20.0"
  }
}
`;

interface Step {
  readonly on: "main" | "v1";
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
  readonly tag?: string;
  /** The step, counted from 1, that a new branch begins at. */
  readonly from?: number;
}

const source = "packages/triage-kit/connection.js";
const counted = "export const leave = (c) => --c.count === 0 && c.scope.exit();\n";
const owned = "export const leave = (c) => c.leases.delete(c.lease);\n";

const fixed = { [source]: owned };
const unfixed = { [source]: counted };
const fixSubject = "Let an owner task open and close the shared connection";

const steps: readonly Step[] = [
  {
    on: "main",
    message: "Share one connection among parallel calls",
    files: { ...unfixed, ...manifest("triage-kit", "1.20.0"), ...manifest("triage-web", "0.4.0") },
    tag: "triage-kit@1.20.0",
  },
  release("main", "1.91.0"),
  { on: "main", message: fixSubject, files: fixed },
  {
    on: "main",
    message: "Show the owner on the page",
    files: manifest("triage-web", "0.5.0"),
    tag: "triage-web@0.5.0",
  },
  release("main", "2.0.0"),
  { on: "main", message: `Revert "${fixSubject}"\n\nThis reverts commit ${fixCommit}.`, files: unfixed },
  release("main", "2.1.0"),
  { on: "main", message: `Reapply "${fixSubject}"\n\nThis reverts commit ${revertCommit}.`, files: fixed },
  release("main", "2.2.0"),
  {
    on: "v1",
    message: `${fixSubject}\n\n(cherry picked from commit ${fixCommit})`,
    files: fixed,
    from: 2,
  },
  release("v1", "1.92.0"),
];

/** The history as a stream for `git fast-import`. */
export function bundledHistory(): string {
  return steps.map(commitText).join("");
}

function commitText({ on, message, files, tag, from }: Step, index: number): string {
  const mark = index + 1;
  const who = `Triage Kit <triage-kit@example.org> ${Date.UTC(2026, 4, mark) / 1_000} +0000`;
  return [
    `commit refs/heads/${on}\nmark :${mark}\nauthor ${who}\ncommitter ${who}\n${dataText(`${message}\n`)}`,
    from === undefined ? "" : `from :${from}\n`,
    ...Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${dataText(content)}`),
    tag === undefined ? "" : `reset refs/tags/${tag}\nfrom :${mark}\n\n`,
  ].join("");
}

function dataText(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function release(on: Step["on"], version: string): Step {
  const name = "triage-kit";
  return { on, message: `Release ${name} ${version}`, files: manifest(name, version), tag: `${name}@${version}` };
}

function manifest(name: string, version: string): Step["files"] {
  return { [`packages/${name}/package.json`]: `${JSON.stringify({ name, version })}\n` };
}
