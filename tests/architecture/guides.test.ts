import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { semanticsPage } from "../../scripts/generate-docs.ts";
import { requirements } from "../../spec/requirements.ts";
import { files, root, type SourceFile } from "./workspace.ts";

const guides = files("docs/guides/*.md");
const pages = [...guides, ...files("docs/README.md"), ...files("packages/concurrency/README.md")];
const longest = 150;

test("no guide has more than 150 lines", () => {
  const long = guides.filter(({ text }) => text.trimEnd().split("\n").length > longest);

  expect(long.map(({ path }) => path)).toEqual([]);
});

test("the guides cite only promises that were made", () => {
  const cited = guides.flatMap(({ path, text }) =>
    [...withoutCode(text).matchAll(/\b[A-Z]{1,2}-\d+\b/g)].map(([id]) => ({ path, id })),
  );

  expect(cited).not.toEqual([]);
  expect(cited.filter(({ id }) => !Object.hasOwn(requirements, id))).toEqual([]);
});

test("every link of the guides leads to a file, and to a heading in it", () => {
  const broken = pages.flatMap((page) => links(page).filter(({ to }) => !isThere(to)));

  expect(broken).toEqual([]);
});

test("the table of contents lists every guide", () => {
  const [contents] = files("docs/README.md");

  const missing = guides
    .map(({ path }) => basename(path))
    .filter((name) => !contents?.text.includes(`(guides/${name})`));

  expect(missing).toEqual([]);
});

interface Link {
  readonly from: string;
  /** Relative to the root of the repository. */
  readonly to: string;
}

function links({ path, text }: SourceFile): Link[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !target.includes("://"))
    .map((target) => ({
      from: path,
      to: target.startsWith("#") ? `${path}${target}` : normalize(join(dirname(path), target)),
    }));
}

function isThere(link: string): boolean {
  const [path = "", heading] = link.split("#");
  if (!existsSync(join(root, path))) return false;
  if (heading === undefined || statSync(join(root, path)).isDirectory()) return heading === undefined;
  // From its source, because the page itself is made anew before a commit only.
  const text = path === "docs/semantics.md" ? semanticsPage() : (files(path)[0]?.text ?? "");
  return anchors(text).includes(heading);
}

/** The anchors that a reader of Markdown makes of its headings. */
function anchors(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "");
}
