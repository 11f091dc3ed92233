/**
 * When two names are those of one package.
 *
 * @module
 */
import type { PackageAnswer } from "./answer.ts";
import type { Ecosystem } from "./locks/lock.ts";

/** Whether the answer's package is the one of this name, or is pinned by it to its own version. */
export function isAbout(ecosystem: Ecosystem, { name, pinnedBy }: PackageAnswer, wanted: string): boolean {
  return [name, ...pinnedBy].some(
    (candidate) => candidate !== null && normalName(ecosystem, candidate) === normalName(ecosystem, wanted),
  );
}

/** PyPI takes `A_b`, `a-b` and `a.b` for one name; npm takes each as it is. */
export function normalName(ecosystem: Ecosystem, name: string): string {
  return ecosystem === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : name;
}
