/**
 * `npm run test:node-26 [-- <vitest arguments>]`: runs the tests of @holdfast/concurrency on the newest Node, which its own
 * lockfile under tools/node-26 pins. Says so and does nothing where that Node has no package.
 *
 * @module
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const home = join(root, "tools/node-26");
const name = process.platform === "win32" ? "node.exe" : "node";
const binary = join(home, "node_modules", `node-${process.platform}-${process.arch}`, "bin", name);

if (!existsSync(binary)) execFileSync("npm", ["ci"], { cwd: home, stdio: ["ignore", 2, 2] });
if (existsSync(binary)) {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : ["--project", "unit", "packages/concurrency"];
  const { status } = spawnSync(binary, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...chosen], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} else {
  console.error(
    `running the tests on Node 26: there is no package of it for ${process.platform} ${process.arch}; skipped`,
  );
}
