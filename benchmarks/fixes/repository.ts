/**
 * The repository that is asked: 100,000 commits, of which three in ten are merges, about 500 tags, eight packages, and four
 * release branches with picked fixes. It is made once with `git fast-import` and kept in the directory for temporary files;
 * every run makes the same one.
 *
 * @module
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const commits = 100_000;
const tags = 450;
/** Part of the name of the directory: another number makes another repository. */
const version = 4;
const packages = 8;
const words = "parse close retry stream owner lease frame index cache abort drain queue clock token".split(" ");

/** Where the repository is, and the numbers of pull requests to ask for. */
export interface AskedRepository {
  readonly dir: string;
  /** The commit whose number stands first in `numbers`. */
  readonly hash: string;
  readonly numbers: readonly number[];
}

/** The repository, made when it is not there. */
export async function openRepository(): Promise<AskedRepository> {
  const dir = join(tmpdir(), `holdfast-bench-fixes-${version}`);
  if (!existsSync(dir)) await make(dir);
  const [numbers = "", hash = ""] = readFileSync(join(dir, "asked"), "utf8").split("\n");
  return { dir, hash, numbers: numbers.split(" ").map(Number) };
}

/** Under another name first, so that a run that is stopped leaves nothing that looks whole. */
async function make(dir: string): Promise<void> {
  const draft = mkdtempSync(`${dir}-draft-`);
  try {
    execFileSync("git", ["init", "-q", "--bare", "-b", "main", draft]);
    const child = spawn("git", ["fast-import", "--quiet", "--force"], {
      cwd: draft,
      stdio: ["pipe", "inherit", "inherit"],
    });
    const numbers: number[] = [];
    for (const piece of history(numbers)) if (!child.stdin.write(piece)) await once(child.stdin, "drain");
    child.stdin.end();
    const [exitCode] = (await once(child, "close")) as [number];
    if (exitCode !== 0) throw new Error(`making ${draft}: git fast-import ended with ${exitCode}`);
    execFileSync("git", ["pack-refs", "--all"], { cwd: draft });
    const asked = numbers.slice(numbers.length >> 1);
    const chosen = asked.filter((_, at) => at % Math.floor(asked.length / 1_000) === 0).slice(0, 1_000);
    const grep = ["log", "--format=%H", "-1", "--fixed-strings", `--grep=(#${chosen[0]})`, "main"];
    const hash = execFileSync("git", grep, { cwd: draft, encoding: "utf8" }).trim();
    execFileSync("sh", ["-c", 'printf "%s\\n%s\\n" "$1" "$2" > asked', "sh", chosen.join(" "), hash], { cwd: draft });
    mkdirSync(join(dir, ".."), { recursive: true });
    renameSync(draft, dir);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The stream that git reads; the numbers of the pull requests that land on main are added to `numbers`. */
function* history(numbers: number[]): Generator<string> {
  const random = generator(7);
  const pick = (count: number): number => Math.floor(random() * count);
  let mark = 0;
  let time = 1_400_000_000;
  let main = 0;
  let minor = 0;
  const lines: { readonly name: string; tip: number; patch: number; major: number }[] = [];
  const landed: { readonly subject: string; readonly author: number; readonly authored: number; file: string }[] = [];
  const commit = (
    branch: string,
    subject: string,
    from: number,
    more: { merge?: number; of?: (typeof landed)[number] },
  ): string => {
    mark++;
    time += 60 + pick(600);
    const { merge, of } = more;
    const author = of?.author ?? pick(300);
    const body = Array.from({ length: 28 }, () => words[pick(words.length)]).join(" ");
    const text = `${subject}\n\n${body}.\n\nSigned-off-by: Author ${author} <a${author}@example.org>\n`;
    const file = of?.file ?? `packages/p${pick(packages)}/src/d${pick(8)}/f${pick(12)}.ts`;
    const content = `// ${subject}\n`;
    if (of === undefined) landed.push({ subject, author, authored: time - 50, file });
    if (landed.length > 400) landed.shift();
    const stream = [
      `commit refs/heads/${branch}\nmark :${mark}\n`,
      `author Author ${author} <a${author}@example.org> ${of?.authored ?? time - 50} +0100\n`,
      `committer Bot <bot@example.org> ${time} +0000\ndata ${Buffer.byteLength(text)}\n${text}`,
      from === 0 ? "" : `from :${from}\n`,
      merge === undefined ? "" : `merge :${merge}\n`,
      `M 100644 inline ${file}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
    ];
    return stream.join("");
  };
  const manifests = Array.from({ length: packages }, (_, at) => {
    const text = JSON.stringify({ name: `@bench/p${at}`, version: "1.0.0" });
    return `M 100644 inline packages/p${at}/package.json\ndata ${text.length}\n${text}\n`;
  });
  yield commit("main", "Begin", 0, {}) + manifests.join("");
  main = mark;
  let next = 1;
  const every = Math.floor(commits / tags);
  for (let made = 0; made < commits; made = mark) {
    const subject = `${words[pick(words.length)]}: ${words[pick(words.length)]} the ${words[pick(words.length)]} ${mark}`;
    const kind = random();
    if (kind < 0.43) {
      // A branch of one commit, and the merge that brings it in.
      yield commit("topic", subject, main, {});
      const inner = mark;
      yield commit("main", `Merge pull request #${next} from someone/${mark}`, main, { merge: inner });
      main = mark;
      numbers.push(next++);
    } else if (kind < 0.95 || lines.length === 0) {
      yield commit("main", `${subject} (#${next})`, main, {});
      main = mark;
      numbers.push(next++);
    } else {
      const line = lines[pick(lines.length)];
      const of = landed[pick(landed.length)];
      if (line === undefined || of === undefined) continue;
      yield commit(line.name, of.subject, line.tip, { of });
      line.tip = mark;
      if (line.patch < 12 * line.major) yield `reset refs/tags/v${line.major}.99.${line.patch++}\nfrom :${mark}\n\n`;
    }
    if (mark >= every * (minor + 1))
      yield `reset refs/tags/v${Math.ceil((5 * mark) / commits)}.${minor++}.0\nfrom :${main}\n\n`;
    if (mark >= (commits / 5) * (lines.length + 1) && lines.length < 4) {
      const major = lines.length + 1;
      lines.push({ name: `${major}.x`, tip: main, patch: 0, major });
      yield `reset refs/heads/${major}.x\nfrom :${main}\n\n`;
    }
  }
}

/** A number below one from a seed: the same in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
