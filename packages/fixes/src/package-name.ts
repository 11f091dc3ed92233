/**
 * When two names are those of one package.
 *
 * @module
 */
import type { PackageAnswer } from "./answer.ts";
import type { Ecosystem } from "./locks/lock.ts";

/** Whether the answer's package is the one of this name, or is pinned by it to its own version. */
export function isAbout(ecosystem: Ecosystem, answer: PackageAnswer, wanted: string): boolean {
  return namesOf(answer).some((name) => normalName(ecosystem, name) === normalName(ecosystem, wanted));
}

/** The names that a project may know the answer's package by: its own, and those of packages that pin it. */
export function namesOf({ name, pinnedBy }: PackageAnswer): readonly string[] {
  return name === null ? pinnedBy : [name, ...pinnedBy];
}

/** PyPI takes `A_b`, `a-b` and `a.b` for one name; npm takes each as it is. */
export function normalName(ecosystem: Ecosystem, name: string): string {
  return ecosystem === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : name;
}
