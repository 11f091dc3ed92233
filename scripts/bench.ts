/**
 * `npm run bench -- <area> [--json]`: measures ours against our peers and prints CPU time per operation. Every row is
 * printed, those we lose among them; raw samples are kept in benchmarks/results/.
 *
 * @module
 */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { cpus } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BenchmarkRow } from "../benchmarks/row.ts";

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: string;
  readonly theirs: number;
  readonly ratio: number;
}

const benchmarks = join(import.meta.dirname, "../benchmarks");
// The first samples of a process are compilation more than work; the median of seven stands two that went wrong.
const warmUps = 2;
const alternations = 7;

/** Installs the peers when they are missing or their lockfile has changed since. */
function installPeers(): void {
  const lock = createHash("sha256")
    .update(readFileSync(join(benchmarks, "package-lock.json")))
    .digest("hex");
  const stamp = join(benchmarks, "node_modules/.installed-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  // To stderr: the last line of stdout belongs to --json.
  execFileSync("npm", ["ci"], { cwd: benchmarks, stdio: ["ignore", 2, 2] });
  writeFileSync(stamp, lock);
}

/**
 * Samples every contestant of a row in turn; gives the operation's CPU microseconds by contestant. CPU time is that of the
 * whole process, so collecting the garbage that a contestant makes is on its bill.
 */
async function measure(area: string, row: BenchmarkRow): Promise<Map<string, number[]>> {
  const files = { ours: row.ours, ...row.peers };
  const contestants = await Promise.all(
    Object.entries(files).map(async ([name, file]) => ({
      name,
      samples: [] as number[],
      process: await start(area, file),
    })),
  );
  try {
    for (let turn = 0; turn < warmUps + alternations; turn++) {
      for (const contestant of contestants) {
        const cpu = await ask(contestant.process);
        if (turn >= warmUps) contestant.samples.push(cpu / row.operations);
      }
    }
  } finally {
    for (const { process: child } of contestants) child.kill();
  }
  return new Map(contestants.map(({ name, samples }) => [name, samples]));
}

async function start(area: string, file: string): Promise<ChildProcess> {
  const child = fork(join(benchmarks, "contestant.ts"), [join(benchmarks, area, file)], {
    execArgv: ["--expose-gc", "--conditions=@holdfast/source"],
  });
  await reply(child, file);
  return child;
}

async function ask(child: ChildProcess): Promise<number> {
  const answer = reply(child, child.spawnargs.at(-1) ?? "");
  child.send("sample");
  return Number(await answer);
}

/** The next message of a contestant; an exit instead is an error, so that a contestant that dies does not hang the run. */
async function reply(child: ChildProcess, file: string): Promise<unknown> {
  const done = new AbortController();
  try {
    return await Promise.race([
      once(child, "message", { signal: done.signal }).then(([message]: unknown[]) => message),
      once(child, "exit", { signal: done.signal }).then(([code]: unknown[]) => {
        throw new Error(`running ${file}: its process ended with ${String(code)}; the reason stands above`);
      }),
    ]);
  } finally {
    done.abort();
  }
}

/** Of an odd number of samples. */
function median(samples: readonly number[]): number {
  return samples.toSorted((left, right) => left - right)[(samples.length - 1) / 2] ?? NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function spread(samples: readonly number[]): string {
  return `${rounded(median(samples))} (${rounded(Math.min(...samples))} to ${rounded(Math.max(...samples))})`;
}

function versions(row: BenchmarkRow): Record<string, string> {
  const read = (path: string): string => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  const installed = Object.keys(row.peers)
    .map((peer) => [peer, join(benchmarks, "node_modules", peer, "package.json")] as const)
    .filter(([, path]) => existsSync(path));
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    holdfast: read(join(benchmarks, "../packages/concurrency/package.json")),
    ...Object.fromEntries(installed.map(([peer, path]) => [peer, read(path)])),
  };
}

/** Measures and prints one row; gives a result for each peer. */
async function benchRow(area: string, row: BenchmarkRow): Promise<{ results: Row[]; kept: object }> {
  const { name, unit } = row;
  const samples = await measure(area, row);
  const ours = samples.get("ours") ?? [];
  const results = Object.keys(row.peers).map((peer) => {
    const theirs = median(samples.get(peer) ?? []);
    return {
      name,
      unit,
      ours: rounded(median(ours)),
      peer,
      theirs: rounded(theirs),
      ratio: rounded(median(ours) / theirs),
    };
  });
  const cpu = cpus()[0]?.model ?? "unknown";
  console.log(`\n${name}, ${unit} of CPU, median of ${alternations} (least to most)`);
  console.log(
    Object.entries({ ...versions(row), cpu })
      .map((pair) => pair.join(" "))
      .join(", "),
  );
  console.log(`  ${"ours".padEnd(16)}${spread(ours)}`);
  for (const { peer, ratio } of results) {
    console.log(`  ${peer.padEnd(16)}${spread(samples.get(peer) ?? []).padEnd(28)}ours/theirs ${ratio}`);
  }
  return { results, kept: { name, unit, versions: versions(row), cpu, samples: Object.fromEntries(samples) } };
}

async function benchArea(area: string): Promise<Row[]> {
  const { rows } = (await import(pathToFileURL(join(benchmarks, area, "rows.ts")).href)) as {
    rows: readonly BenchmarkRow[];
  };
  const measured: Awaited<ReturnType<typeof benchRow>>[] = [];
  for (const row of rows) measured.push(await benchRow(area, row));
  mkdirSync(join(benchmarks, "results"), { recursive: true });
  const raw = measured.map(({ kept }) => kept);
  writeFileSync(join(benchmarks, "results", `${area}.json`), `${JSON.stringify(raw, undefined, 2)}\n`);
  return measured.flatMap(({ results }) => results);
}

async function main(args: readonly string[]): Promise<void> {
  const areas = globSync("*/rows.ts", { cwd: benchmarks }).map((path) => basename(dirname(path)));
  const [area] = args.filter((argument) => argument !== "--json");
  if (area === undefined || !areas.includes(area)) {
    console.error(
      `npm run bench -- <area> [--json]: ${area ?? "no area"} given; there are ${areas.toSorted().join(", ")}`,
    );
    process.exitCode = 2;
    return;
  }
  installPeers();
  const rows = await benchArea(area);
  if (args.includes("--json")) console.log(JSON.stringify({ area, rows }));
}

await main(process.argv.slice(2));
