import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BundledFix } from "../src/fix/ask-fix.ts";
import type { LaneName } from "../src/parameters.ts";
import { reportPage, type ReportInput } from "../src/report/report-page.ts";
import { bundledFix, failure, reportInput } from "./findings.ts";

const executablePath = "/usr/bin/chromium";
const hostile = `<script>window.ran = "script"</script><img src=x onerror="window.ran='image'">"'&\u202E${"very".repeat(60)}`;

const views = [390, 1280].flatMap((width) => (["light", "dark"] as const).map((scheme) => ({ width, scheme })));

// A browser starts and draws a long page, on machines that may be busy.
describe.skipIf(!existsSync(executablePath))(
  `the report in a browser (skipped when ${executablePath} is missing: apt-get install chromium)`,
  { timeout: 30_000 },
  () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    }, 30_000);

    afterAll(() => browser.close());

    test.each(views)(
      "at $width px in $scheme, text from outside fits, runs nothing and asks for nothing",
      async (view) => {
        await using shown = await show(browser, await reportPage(hostileInput()), view);

        const { overflow, clipped } = await trouble(shown.page);

        expect(overflow).toBe(0);
        expect(clipped).toEqual([]);
        expect(shown.requests).toEqual([]);
        expect(shown.console).toEqual([]);
        expect(await shown.page.evaluate("window.ran")).toBeUndefined();
      },
    );

    test.each(views)("at $width px in $scheme, all is readable, and each figure is shown once", async (view) => {
      await using shown = await show(browser, await reportPage(reportInput()), view);

      const faint = await shown.page.evaluate("pageChecks.faintText()");

      expect(faint).toEqual([]);
      expect(await trouble(shown.page)).toEqual({ overflow: 0, clipped: [] });
      const form = view.width < 640 ? "narrow" : "wide";
      expect(await shown.page.locator("figure svg:visible").count()).toBe(5);
      expect(await shown.page.locator(`figure .${form} svg:visible`).count()).toBe(5);
    });
  },
);

/** The report with everything that comes from outside made as nasty as it gets. */
function hostileInput(): ReportInput {
  const input = reportInput();
  const name = hostile as LaneName;
  return {
    ...input,
    lanes: input.lanes.map((lane) => (lane.name === "official" ? { ...lane, name } : lane)),
    control: { ...input.control, name },
    parameters: { ...input.parameters, model: hostile },
    miniature: { ...input.miniature, counted: { ...input.miniature.counted, message: hostile } },
    explored: {
      counted: { ...input.explored.counted, replay: hostile, explanation: hostile },
      owned: { ...input.explored.owned, limits: [hostile] },
    },
    fix: hostileFix(),
    failures: [failure(1, { agent: hostile, run: hostile, message: hostile, opener: hostile, closer: hostile })],
    claims: [{ sentence: hostile, holds: false, found: hostile }],
  };
}

function hostileFix(): BundledFix {
  const fix = bundledFix();
  const backports = fix.answer.backports.map((backport) => ({ ...backport, first: hostile }));
  const intervals = fix.package.intervals.map((interval) => ({ ...interval, from: hostile }));
  const first = { ...fix.package.first, stable: hostile };
  const about = { ...fix.package, name: hostile, first, intervals, safeFloor: { 1: hostile } };
  const raise = { ...fix.raise, before: hostile };
  return { answer: { ...fix.answer, backports }, package: about, raise, diff: hostile };
}

interface Shown extends AsyncDisposable {
  readonly page: Page;
  /** Addresses asked for, the document's own not among them. */
  readonly requests: readonly string[];
  readonly console: readonly string[];
}

async function show(
  browser: Browser,
  html: string,
  { width, scheme }: { readonly width: number; readonly scheme: "light" | "dark" },
): Promise<Shown> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const requests: string[] = [];
  const messages: string[] = [];
  const address = "http://report.invalid/";
  await page.route(address, (route) => route.fulfill({ contentType: "text/html", body: html }));
  page.on("request", (request) => request.url() === address || requests.push(request.url()));
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(String(error)));
  await page.goto(address);
  await page.addScriptTag({ path: join(import.meta.dirname, "fixtures/page-checks.js") });
  for (const details of await page.locator("details > summary").all()) await details.click();
  return { page, requests, console: messages, [Symbol.asyncDispose]: () => page.close() };
}

/** How far the page can be scrolled sideways, and the elements whose text does not fit. */
function trouble(page: Page): Promise<{ overflow: number; clipped: string[] }> {
  return page.evaluate("pageChecks.trouble()");
}
