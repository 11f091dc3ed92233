import { spawnSync } from "node:child_process";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import holdfast from "../src/index.ts";

const root = join(import.meta.dirname, "../../..");
const oxlint = join(dirname(fileURLToPath(import.meta.resolve("oxlint"))), "../bin/oxlint");

/** The configuration that turns on the recommended rules, and nothing else, in oxlint. */
export const oxlintConfig: string = join(import.meta.dirname, "fixtures/oxlintrc.json");

/** One finding of a linter, as `path:line rule`, where the severity is that of an error, and `path:line rule (warning)`. */
export type Found = string;

/** What the real oxlint finds in files and folders of the repository, named from its root. */
export function foundByOxlint(paths: readonly string[], ignored: readonly string[] = []): Found[] {
  const options = [
    "--config",
    oxlintConfig,
    "--format",
    "json",
    ...ignored.flatMap((each) => ["--ignore-pattern", each]),
  ];
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, ...options, ...paths], {
    cwd: root,
    encoding: "utf8",
  });
  try {
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
    return diagnostics.map(({ filename, code, severity, labels }) => {
      const rule = code.replace(/^(.*)\((.*)\)$/, "$1/$2");
      return found(filename, labels[0]?.span.line, rule, severity === "error");
    });
  } catch (error) {
    throw new Error(`oxlint answered with no findings: ${stdout}${stderr}`, { cause: error });
  }
}

/** What ESLint finds with the recommended configuration. */
export async function foundByEslint(paths: readonly string[]): Promise<Found[]> {
  const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: [holdfast.configs.recommended] });
  const results = await eslint.lintFiles([...paths]);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, severity }) => found(relative(root, filePath), line, ruleId ?? "", severity === 2)),
  );
}

interface Diagnostic {
  readonly filename: string;
  readonly code: string;
  readonly severity: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

function found(path: string, line: number | undefined, rule: string, isError: boolean): Found {
  return `${path}:${line} ${rule}${isError ? "" : " (warning)"}`;
}
