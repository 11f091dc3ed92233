/**
 * Repositories for the commands of `fix`, made with git fast-import.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One commit; it follows `after`, or the one before it. An `<id>` in the body becomes the hash of that commit. */
export interface Change {
  readonly id: string;
  readonly subject?: string;
  readonly body?: string;
  readonly author?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly on?: string;
  readonly after?: string;
  readonly tags?: readonly string[];
}

export interface FixRepository extends AsyncDisposable {
  readonly dir: string;
  readonly hash: (id: string) => string;
  /** Runs git in it. */
  readonly git: (...args: readonly string[]) => string;
}

/** Makes a repository; the first commit is of 2026-05-01 at noon, and each is an hour after the one before. */
export async function fixRepository(changes: readonly Change[]): Promise<FixRepository> {
  const folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-repo-"));
  const dir = folder.path;
  const hashes = new Map<string, string>();
  const hash = (id: string): string => hashes.get(id) ?? "";
  run(dir, ["init", "-q", "--bare", "-b", "main"]);
  const tips = new Map<string, string>();
  for (const [at, change] of changes.entries()) {
    const { id, subject = id, body = "", author = "Dana", on = "main", after, tags = [] } = change;
    const message = `${subject}\n\n${body.replaceAll(/<(\w+)>/g, (_, name: string) => hash(name))}`;
    const when = `${Date.parse("2026-05-01T12:00:00Z") / 1_000 + at * 3_600} +0000`;
    const parent = after === undefined ? tips.get(on) : hash(after);
    const files = Object.entries(change.files ?? { [`${id}.txt`]: id });
    const lines = [
      `commit refs/heads/${on}\nauthor ${author} <dana@example.org> ${when}\ncommitter ${author} <dana@example.org> ${when}`,
      `data ${Buffer.byteLength(message)}\n${message}`,
      ...(parent === undefined ? [] : [`from ${parent}`]),
      ...files.map(([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}`),
      "",
    ];
    run(dir, ["fast-import", "--quiet", "--force"], lines.join("\n"));
    hashes.set(id, run(dir, ["rev-parse", on]).trim());
    tips.set(on, hash(id));
    for (const tag of tags) run(dir, ["tag", tag, on]);
  }
  return {
    dir,
    hash,
    git: (...args) => run(dir, args),
    [Symbol.asyncDispose]: async () => await folder.remove(),
  };
}

/** The incident's fix in miniature: with a backport, a revert and what brought it back. */
export const incident: readonly Change[] = [
  {
    id: "base",
    files: { "package.json": '{ "name": "triage-kit" }\n', "session.ts": "counted\n" },
    tags: ["v0.9.0", "v1.0.0"],
  },
  { id: "r11", tags: ["v1.1.0"] },
  {
    id: "fix",
    subject: "fix: exit the cancel scope in the task that entered it (#4514)",
    body: "Fixes #2355\n\nOne task owns it.",
    files: { "session.ts": "owned\n" },
  },
  { id: "r12", tags: ["v1.2.0", "delete"] },
  {
    id: "revert",
    subject: 'Revert "fix: exit the cancel scope in the task that entered it (#4514)"',
    body: "This reverts commit <fix>.",
    files: { "session.ts": "counted\n" },
    tags: ["v1.2.1"],
  },
  {
    id: "again",
    subject: 'Reapply "fix: exit the cancel scope in the task that entered it (#4514)"',
    body: "This reverts commit <revert>.",
    files: { "session.ts": "owned\n" },
    tags: ["v1.2.2", "v2.0.0-rc.1"],
  },
  { id: "r20", tags: ["v2.0.0"] },
  {
    id: "pick",
    subject: "fix: exit the cancel scope in the task that entered it (#4520)",
    body: "(cherry picked from commit <fix>)",
    files: { "session.ts": "owned\n" },
    on: "1.1",
    after: "r11",
    tags: ["v1.1.1"],
  },
];

function run(dir: string, args: readonly string[], input = ""): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: dir, env, input, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout;
}
