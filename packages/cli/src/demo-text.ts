/**
 * What `holdfast demo` prints for a reader.
 *
 * @module
 */
import { type DemoResult, type LaneMeasurement, type LevelMeasurement, scenarioPath, testLevel } from "@holdfast/demo";
import { percent } from "./numbers.ts";
import { terminalText } from "./terminal-text.ts";

const nameWidth = 10;
const columnWidth = 13;
const indent = "                ";

export function demoText(result: DemoResult): string {
  const { claims, miniature, reportPath, tookMs } = result;
  const broken = claims.filter(({ holds }) => !holds);
  const lines = [
    heading(result),
    ...measuredLines(result),
    `  explain     the miniature, 4 tasks, all ${miniature.counted.orders} finishing orders: counted fails ${miniature.counted.failing}, owned ${miniature.owned.failing}`,
    `${indent}${terminalText(miniature.counted.message ?? "no failure")}`,
    ...exploredLines(result),
    ...fixLines(result),
    `  report      ${terminalText(reportPath)}`,
    broken.length === 0
      ? `  all ${claims.length} claims hold, after ${(tookMs / 1_000).toFixed(0)} s`
      : `  ${broken.length} of ${claims.length} claims do not hold:`,
    ...broken.map(({ sentence, found }) => `${indent}${sentence}: found ${found}`),
  ];
  return `${lines.join("\n")}\n`;
}

function heading({ parameters }: DemoResult): string {
  const { seed, timeScale, modelMs, toolMs, model } = parameters;
  const scale = timeScale < 1 ? `1/${Number((1 / timeScale).toFixed(2))}` : String(timeScale);
  const thinking = model === null ? `model ${modelMs.toFixed(0)} ms` : `model ${terminalText(model)}`;
  return `holdfast demo   seed ${seed} · time scale ${scale} · ${thinking} · tools ${toolMs.toFixed(0)} ms`;
}

function measuredLines({ lanes, control, p }: DemoResult): string[] {
  const [first] = lanes;
  const levels = first?.levels ?? [];
  const head = levels
    .map(({ concurrency }, index) => `${concurrency}${index === 0 ? " at a time" : ""}`.padEnd(columnWidth))
    .join("");
  return [
    `  reproduce   the same requests at each connection; failed with "cancel scope" or a closed connection`,
    `${indent}${"".padEnd(nameWidth)}${head}95 % at ${testLevel}`,
    ...lanes.map(
      (lane) => `${indent}${laneLine(lane, lane.name === "owned" ? `p = ${shortNumber(p)} against counted` : "")}`,
    ),
    `${indent}${laneLine(control, "one tool, seldom used")}`,
  ];
}

function laneLine({ name, levels }: LaneMeasurement, remark: string): string {
  const cells = levels.map(({ hits, requests }) => `${hits} of ${requests}`.padEnd(columnWidth)).join("");
  const tested = levels.find(({ concurrency }) => concurrency === testLevel);
  const interval = tested === undefined ? "" : intervalText(tested);
  return `${name.padEnd(nameWidth)}${cells}${interval}  ${predictionText(name, tested)}${remark}`.trimEnd();
}

function intervalText({ interval: { low, high } }: LevelMeasurement): string {
  return `[${percent(low).padStart(4)}, ${percent(high).padStart(4)}]`;
}

function predictionText(name: string, level: LevelMeasurement | undefined): string {
  if (name === "owned" || level === undefined || level.predicted === null) return "";
  return `predicted ${percent(level.predicted)}  `;
}

function exploredLines({ explored: { counted, owned } }: DemoResult): string[] {
  const [choicePoints = "", ...limits] = owned.limits;
  const outcome = owned.verdict === "exhausted" ? ", no failure" : "";
  return [
    counted.replay === null
      ? `${indent}smallest failing schedule   none found: ${counted.verdict}`
      : `${indent}smallest failing schedule   ${counted.replay}   npm start -- replay ${scenarioPath} ${counted.replay}`,
    `${indent}owned, starts interleaved   ${owned.verdict}: ${owned.orders} orders${outcome} (${choicePoints}; no cancellation)`,
    ...limits.map((limit) => `${indent}${"".padEnd(28)}${limit}`),
  ].map(terminalText);
}

function fixLines({ fix }: DemoResult): string[] {
  if (fix === null) return ["  fix         skipped: this machine has no git"];
  const { answer, package: about, raise } = fix;
  const version = (tag: string | null | undefined): string => tag?.slice(about.tagPrefix?.length ?? 0) ?? "no release";
  const { commit, backports, reverts } = answer;
  // The keys are whole numbers, which come in rising order.
  const [lowest, ...others] = Object.entries(about.safeFloor);
  const floor = version(lowest?.[1]);
  const changes = [
    ...backports.map(({ first }) => `a backport brings it to ${version(first)}`),
    ...reverts.map(({ reapplies, first }) => `${version(first)} ${reapplies ? "has it again" : "reverts it"}`),
    ...others.map(([major, tag]) => `the safe floor of ${major} is ${version(tag)}`),
  ];
  return [
    `  fix         ${commit?.slice(0, 9) ?? "unknown"} first in ${version(about.first.stable)}, safe floor ${floor}   ${JSON.stringify(raise.package)}: ${JSON.stringify(raise.before)}  ->  ${JSON.stringify(raise.after)}`,
    `${indent}${changes.join("; ")}`,
  ].map(terminalText);
}

function shortNumber(p: number): string {
  return p < 0.001 ? p.toExponential(0) : p.toFixed(3);
}
