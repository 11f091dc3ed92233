/**
 * `npm run conformance`: has both referees of the protocol judge the client of conformance/, prints a table, and fails when
 * a scenario fails that docs/conformance.md does not list as an exception, or an exception passes by now.
 *
 * @module
 */
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** What one run of a referee judges. */
interface Round {
  /** A dependency of conformance/package.json. */
  readonly referee: string;
  /** The revision that the client is held to; each scenario's own when absent. */
  readonly version?: string;
}

/** A scenario of a round, and what the referee said last. */
interface Verdict {
  readonly scenario: string;
  readonly isPassed: boolean;
  /** The checks that failed. */
  readonly failures: readonly string[];
}

const root = join(import.meta.dirname, "..");
const home = join(root, "conformance");
const rounds: readonly Round[] = [
  { referee: "conformance-2025" },
  { referee: "conformance-2026" },
  { referee: "conformance-2026", version: "2025-11-25" },
  { referee: "conformance-2026", version: "2026-07-28" },
];
/** In milliseconds; the slowest scenario waits some five seconds for the client to come back. */
const SCENARIO_TIMEOUT = 60_000;

/** Installs the referees when they are missing or their lockfile has changed since. */
function installReferees(): void {
  const lock = createHash("sha256")
    .update(readFileSync(join(home, "package-lock.json")))
    .digest("hex");
  const stamp = join(home, "node_modules/.installed-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  execFileSync("npm", ["ci"], { cwd: home, stdio: ["ignore", 2, 2] });
  writeFileSync(stamp, lock);
}

function programOf(referee: string): string {
  return join(home, "node_modules", referee, "dist/index.js");
}

function versionOf(referee: string): string {
  const { version } = JSON.parse(readFileSync(join(home, "node_modules", referee, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

/** The round as docs/conformance.md calls it. */
function titleOf({ referee, version }: Round): string {
  return version === undefined ? versionOf(referee) : `${versionOf(referee)} at ${version}`;
}

function forVersion(version: string | undefined): string[] {
  return version === undefined ? [] : ["--spec-version", version];
}

function scenariosOf({ referee, version }: Round): string[] {
  const list = [programOf(referee), "list", "--client", ...forVersion(version)];
  const text = execFileSync(process.execPath, list, { encoding: "utf8" });
  return [...text.matchAll(/^ +- (\S+)/gm)].flatMap(([, scenario]) => scenario ?? []);
}

function judge({ referee, version }: Round, scenario: string, directory: string): Promise<Verdict> {
  const client = `${process.execPath} --conditions=@holdfast/source ${join(home, "client.ts")}`;
  const args = [programOf(referee), "client", "--command", client, "--scenario", scenario, ...forVersion(version)];
  return new Promise((resolve) => {
    // In a directory of its own: the older referee keeps its results in the current one.
    execFile(process.execPath, args, { cwd: directory, timeout: SCENARIO_TIMEOUT }, (error, stdout, stderr) => {
      // The one prints its checks with colours, the other as it likes.
      // oxlint-disable-next-line no-control-regex
      const text = `${stdout}${stderr}`.replaceAll(/\u001b\[\d+m/g, "");
      const failures = [...text.matchAll(/\[(\S+) *\] FAILURE/g)].flatMap(([, check]) => check ?? []);
      resolve({ scenario, isPassed: error === null, failures: [...new Set(failures)] });
    });
  });
}

/** Judges the scenarios, as many at a time as there are processors. */
async function judgeAll(round: Round, scenarios: readonly string[], directory: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const waiting = [...scenarios];
  const lane = async (): Promise<void> => {
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
      verdicts.push(await judge(round, scenario, directory));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  // Some measure time, which the others take: what failed among them gets a second hearing alone.
  for (const [index, { scenario, isPassed }] of verdicts.entries()) {
    if (!isPassed) verdicts[index] = await judge(round, scenario, directory);
  }
  return verdicts.toSorted((a, b) => scenarios.indexOf(a.scenario) - scenarios.indexOf(b.scenario));
}

/** The exceptions of docs/conformance.md, as `round: scenario`. */
function readExceptions(): Set<string> {
  const text = readFileSync(join(root, "docs/conformance.md"), "utf8");
  const rows = text.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| \S/gm);
  return new Set([...rows].map(([, round, scenario]) => `${round}: ${scenario}`));
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  installReferees();
  const exceptions = readExceptions();
  const directory = mkdtempSync(join(tmpdir(), "holdfast-conformance-"));
  let wrong = 0;
  try {
    for (const round of rounds) {
      const scenarios = scenariosOf(round).filter((scenario) => scenario.includes(values.only ?? ""));
      const verdicts = await judgeAll(round, scenarios, directory);
      const passed = verdicts.filter(({ isPassed }) => isPassed).length;
      console.log(`\n${titleOf(round)}: ${passed} of ${scenarios.length}`);
      for (const { scenario, isPassed, failures } of verdicts) {
        const isException = exceptions.has(`${titleOf(round)}: ${scenario}`);
        if (isPassed === isException) wrong += 1;
        console.log(`  ${wordOf(isPassed, isException).padEnd(24)} ${scenario} ${failures.join(", ")}`.trimEnd());
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(wrong === 0 ? "\nas docs/conformance.md says" : `\n${wrong} not as docs/conformance.md says`);
  return wrong === 0 ? 0 : 1;
}

function wordOf(isPassed: boolean, isException: boolean): string {
  if (isPassed) return isException ? "passed, and is listed" : "passed";
  return isException ? "failed, as listed" : "FAILED";
}

process.exitCode = await main();
