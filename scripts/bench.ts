/**
 * `npm run bench -- <area>`: measures ours against our peers and prints what one operation costs. Every row is printed,
 * those we lose among them; raw samples are kept in benchmarks/results/. {@link usage} has the options.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type Measured, measure, median, type Samples, samplesOf } from "../benchmarks/measure.ts";
import type { BenchmarkRow, Target } from "../benchmarks/row.ts";

/** A row against one of its peers: what `--json` prints. */
interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: string;
  readonly theirs: number;
  readonly ratio: number;
  /** What `targetOf` should be at most, or at least, and what we hope for; only where the row has a target for this pair. */
  readonly target?: number;
  readonly aim?: number;
  readonly targetIs?: "least" | "most";
  readonly targetOf?: "ratio" | "ours";
}

/** What is kept of a row in benchmarks/results/. */
interface Kept {
  readonly name: string;
  readonly unit: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly samples: Samples;
}

interface Request {
  readonly area: string;
  readonly rows: readonly BenchmarkRow[];
  readonly isJson: boolean;
}

class UsageError extends Error {}

const benchmarks = join(import.meta.dirname, "../benchmarks");
const areas = globSync("*/rows.ts", { cwd: benchmarks })
  .map((path) => basename(dirname(path)))
  .toSorted();

const usage = `usage: npm run bench -- <area> [--only <part of a name>,...] [--json]

  <area>   what to measure: ${areas.join(", ")}
  --only   only the rows whose name contains one of these: --only scope,deadline
  --json   prints one line last: {"area", "rows": [{"name", "unit", "ours", "peer", "theirs", "ratio"}]}, one element for
           each row and peer, with "target", "aim", "targetIs" ("most" or "least") and "targetOf" ("ratio" or "ours") where
           we want something of it

A number is the median of nine samples for one operation, ours and the peers' taken in turn; the least and the most stand
in brackets. Times are CPU time of the whole process, where the unit does not say otherwise. Targets are printed, and
missing one fails nothing.`;

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

async function parse(args: readonly string[]): Promise<Request> {
  const { positionals, values } = parseArguments(args);
  const [area] = positionals;
  if (area === undefined || positionals.length > 1 || !areas.includes(area)) {
    throw new UsageError(`bench takes one area of ${areas.join(", ")}, and got ${positionals.join(" ") || "none"}`);
  }
  const { rows } = (await import(pathToFileURL(join(benchmarks, area, "rows.ts")).href)) as {
    rows: readonly BenchmarkRow[];
  };
  const parts = values.only?.flatMap((list) => list.split(",")).map((part) => part.trim());
  for (const part of parts ?? []) {
    if (part !== "" && rows.some(({ name }) => name.includes(part))) continue;
    const names = rows.map(({ name }) => name).join(", ");
    throw new UsageError(`--only ${JSON.stringify(part)} names no row of ${area}; there are ${names}`);
  }
  const chosen = rows.filter(({ name }) => parts?.some((part) => name.includes(part)) ?? true);
  return { area, rows: chosen, isJson: values.json ?? false };
}

function parseArguments(args: readonly string[]): {
  positionals: string[];
  values: { json?: boolean; only?: string[] };
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean" }, only: { type: "string", multiple: true } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function versions(peers: readonly string[]): Record<string, string> {
  const read = (path: string): string => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  const installed = peers
    .map((peer) => [peer, join(benchmarks, "node_modules", peer, "package.json")] as const)
    .filter(([, path]) => existsSync(path));
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    holdfast: read(join(benchmarks, "../packages/concurrency/package.json")),
    ...Object.fromEntries(installed.map(([peer, path]) => [peer, read(path)])),
    cpu: cpus()[0]?.model ?? "unknown",
  };
}

function packagesOf({ peers, packages = [] }: BenchmarkRow): readonly string[] {
  return [...Object.keys(peers), ...packages];
}

function compare({ name, unit, peers, target }: BenchmarkRow, samples: Samples): Row[] {
  const ours = median(samples["ours"]);
  return Object.keys(peers).map((peer) => {
    const theirs = median(samples[peer]);
    const row = { name, unit, ours: rounded(ours), peer, theirs: rounded(theirs), ratio: rounded(ours / theirs) };
    if (target === undefined || (target.against ?? peer) !== peer) return row;
    const { aim, against } = target;
    const targetOf = against === undefined ? ("ours" as const) : ("ratio" as const);
    const { bound, is } = boundOf(target);
    return { ...row, target: bound, targetIs: is, targetOf, ...(aim === undefined ? {} : { aim }) };
  });
}

function print({ name, unit, target, peers }: BenchmarkRow, samples: Samples, rows: readonly Row[]): void {
  console.log(`\n${name}, ${unit}`);
  const width = Math.max(...Object.keys(peers).map((peer) => peer.length), "ours".length) + 2;
  const goal = target?.against === undefined ? describe(target, rows[0]?.ours) : "";
  console.log(`  ${"ours".padEnd(width)}${spread(samples["ours"]).padEnd(30)}${goal}`.trimEnd());
  for (const { peer, ratio } of rows) {
    const wanted = target?.against === peer ? describe(target, ratio) : "";
    const line = `${peer.padEnd(width)}${spread(samples[peer]).padEnd(30)}ours/theirs ${ratio}  ${wanted}`;
    console.log(`  ${line.trimEnd()}`);
  }
}

function describe(target: Target | undefined, value = NaN): string {
  if (target === undefined) return "";
  const aim = target.aim === undefined ? "" : ` aim ${target.aim}`;
  const { bound, is } = boundOf(target);
  const isMet = is === "most" ? value <= bound : value >= bound;
  return `target ${is === "most" ? "<=" : ">="} ${bound}${aim}: ${isMet ? "met" : "missed"}`;
}

function boundOf(target: Target): { bound: number; is: "least" | "most" } {
  return "most" in target ? { bound: target.most, is: "most" } : { bound: target.least, is: "least" };
}

function spread(samples: readonly number[] = []): string {
  return `${rounded(median(samples))} (${rounded(Math.min(...samples))} to ${rounded(Math.max(...samples))})`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

async function bench({ area, rows, isJson }: Request): Promise<void> {
  const known = new Map<string, Measured>();
  const results: Row[] = [];
  const kept: Kept[] = [];
  const inUse = versions([...new Set(rows.flatMap(packagesOf))]);
  console.log(
    Object.entries(inUse)
      .map((pair) => pair.join(" "))
      .join(", "),
  );
  for (const [index, row] of rows.entries()) {
    const key = JSON.stringify([row.ours, row.peers]);
    const onTurn = (turn: number, turns: number): void =>
      progress(`${row.name}: row ${index + 1} of ${rows.length}, turn ${turn} of ${turns}`);
    const measured = known.get(key) ?? (await measure(area, row, onTurn));
    known.set(key, measured);
    progress("");
    const samples = samplesOf(measured, row);
    const compared = compare(row, samples);
    print(row, samples, compared);
    results.push(...compared);
    kept.push({ name: row.name, unit: row.unit, versions: versions(packagesOf(row)), samples });
  }
  keep(area, kept);
  if (isJson) console.log(JSON.stringify({ area, rows: results }));
}

/** Writes the raw samples; rows that were not measured this time keep those of the last. */
function keep(area: string, kept: readonly Kept[]): void {
  const file = join(benchmarks, "results", `${area}.json`);
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept[]) : [];
  const all = new Map([...before, ...kept].map((row) => [`${row.name}, ${row.unit}`, row]));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify([...all.values()], undefined, 2)}\n`);
}

try {
  const request = await parse(process.argv.slice(2));
  installPeers();
  await bench(request);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
