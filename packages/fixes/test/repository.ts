/**
 * Small repositories for tests, made with git fast-import.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One commit to make; `on` is its branch ("main"), `from` starts a branch there, `merges` are further parents. */
export interface Step {
  readonly id: string;
  readonly subject?: string;
  readonly body?: string;
  readonly on?: string;
  readonly from?: string;
  readonly merges?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Paths that the commit takes away. */
  readonly without?: readonly string[];
  readonly author?: string;
  readonly authored?: number;
  readonly committed?: number;
  readonly tags?: readonly string[];
}

/** A repository in a directory of its own, removed when it is disposed of. */
export class TestRepository implements Disposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), "fixes-"));
  readonly hashes = new Map<string, string>();

  constructor(steps: readonly Step[]) {
    this.git(["init", "-q", "--bare", "-b", "main"]);
    const marks = new Map<string, number>();
    const tips = new Set<string>();
    const out: string[] = [];
    for (const [at, step] of steps.entries()) {
      const { id, subject = id, body = "", on = "main", from, merges = [], tags = [] } = step;
      // Before the commit's own lines are begun: a body may name what was made before it.
      const text =
        body === ""
          ? subject
          : `${subject}\n\n${body.replaceAll(/<(\w+)>/g, (_, name: string) => this.#early(out, marks.get(name)))}`;
      const time = 1_700_000_000 + at * 3_600;
      marks.set(id, at + 1);
      out.push(`commit refs/heads/${on}\nmark :${at + 1}\n`);
      out.push(`author ${step.author ?? "A"} <${step.author ?? "a"}@example.org> ${step.authored ?? time} +0000\n`);
      out.push(
        `committer C <c@example.org> ${step.committed ?? time} +0000\ndata ${Buffer.byteLength(text)}\n${text}\n`,
      );
      if (from !== undefined && !tips.has(on)) out.push(`from :${marks.get(from)}\n`);
      tips.add(on);
      for (const other of merges) out.push(`merge :${marks.get(other)}\n`);
      for (const [path, content] of Object.entries(step.files ?? { [`src/${id}.txt`]: `${id}\n` })) {
        out.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`);
      }
      for (const path of step.without ?? []) out.push(`D ${path}\n`);
      for (const tag of tags) out.push(`reset refs/tags/${tag}\nfrom :${at + 1}\n\n`);
    }
    this.#import(out);
    for (const [id, mark] of marks) this.hashes.set(id, this.#marked.get(mark) ?? "");
  }

  readonly #marked = new Map<number, string>();

  git(args: readonly string[], input = "", settings: NodeJS.ProcessEnv = {}): string {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", ...settings };
    const { status, stdout, stderr } = spawnSync("git", args, { cwd: this.dir, env, input, encoding: "utf8" });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** Gives commits other parents in this clone: lines of a hash and the parents it is to have. */
  graft(lines: string): void {
    writeFileSync(join(this.dir, "info/grafts"), lines);
  }

  hash(id: string): string {
    return this.hashes.get(id) ?? "";
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A body names the hash of an earlier commit as <id>: what has been written so far is imported to learn it. */
  #early(out: readonly string[], mark: number | undefined): string {
    this.#import(out);
    return this.#marked.get(mark ?? 0) ?? "";
  }

  #import(out: readonly string[]): void {
    const marks = join(this.dir, "marks");
    this.git(["fast-import", "--quiet", "--force", `--export-marks=${marks}`], out.join(""));
    for (const line of readFileSync(marks, "utf8").split("\n")) {
      const [mark = "", hash = ""] = line.split(" ");
      if (hash !== "") this.#marked.set(Number(mark.slice(1)), hash);
    }
  }
}
