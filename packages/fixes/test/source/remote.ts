/**
 * A remote repository behind a file URL, and a cache for clones of it.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRemoteUrl, type RemoteUrl } from "../../src/source/remote-url.ts";
import { type Step, TestRepository } from "../repository.ts";

/** A repository that serves what it is asked for, as the hosts do. */
export class TestRemote extends TestRepository {
  constructor(steps: readonly Step[], options: { readonly hasFilter?: boolean } = {}) {
    super(steps);
    this.git(["config", "uploadpack.allowFilter", String(options.hasFilter ?? true)]);
    this.git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
  }

  get url(): string {
    return `file://${this.dir}`;
  }

  get remote(): RemoteUrl {
    return readRemoteUrl(this.url);
  }
}

/** A directory of its own, with the settings of a user of its own: git writes down each fetch it makes. */
export class TestCache implements Disposable {
  readonly base: string = mkdtempSync(join(tmpdir(), "fixes-cache-"));
  readonly dir: string = join(this.base, "cache");
  readonly #trace = join(this.base, "trace");
  readonly #settings = process.env["GIT_CONFIG_GLOBAL"];

  /** @param insteadOf for a URL that git is given, where it goes instead */
  constructor(insteadOf: Readonly<Record<string, string>> = {}) {
    const rows = Object.entries(insteadOf).map(([from, to]) => `[url "${to}"]\n\tinsteadOf = ${from}\n`);
    const settings = join(this.base, "settings");
    writeFileSync(settings, `[trace2]\n\teventTarget = ${this.#trace}\n${rows.join("")}`);
    writeFileSync(this.#trace, "");
    process.env["GIT_CONFIG_GLOBAL"] = settings;
  }

  /** The commands with which git has served itself from a remote since the last look. */
  takeFetches(): string[] {
    const events = readFileSync(this.#trace, "utf8").split("\n");
    writeFileSync(this.#trace, "");
    const starts = events.filter((line) => line.includes('"event":"start"'));
    const commands = starts.map((line) => (JSON.parse(line) as { readonly argv: readonly string[] }).argv.join(" "));
    return commands.filter((command) => command.includes("upload-pack"));
  }

  get names(): string[] {
    return readdirSync(this.dir).toSorted();
  }

  /** Makes a clone look as old as this. */
  age(clone: string, milliseconds: number): void {
    const then = new Date(Date.now() - milliseconds);
    utimesSync(join(clone, "holdfast-fetched"), then, then);
  }

  [Symbol.dispose](): void {
    if (this.#settings === undefined) delete process.env["GIT_CONFIG_GLOBAL"];
    else process.env["GIT_CONFIG_GLOBAL"] = this.#settings;
    rmSync(this.base, { recursive: true, force: true });
  }
}
