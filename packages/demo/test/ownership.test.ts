import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type OwnershipReport, ownershipReports, trackOwnership } from "@holdfast/concurrency/testing";
import { type Browser, chromium } from "playwright-core";
import { describe, expect, test } from "vitest";

const executablePath = "/usr/bin/chromium";

/** Lets the event loop turn so many times, as a query over a network would. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A database handle that opens when it is told to. */
class Connection {
  readonly #database = new DatabaseSync(":memory:", { open: false });

  async open(): Promise<void> {
    await turns(1);
    this.#database.open();
  }

  async query(sql: string, length: number): Promise<unknown> {
    await turns(length);
    return this.#database.prepare(sql).get();
  }

  async close(): Promise<void> {
    await turns(1);
    this.#database.close();
  }
}

/** Lends at most `size` connections. Where it keeps none, each borrower opens and closes its own. */
class Pool {
  readonly created: Connection[] = [];
  readonly #size: number;
  readonly #keepsIdle: boolean;
  readonly #idle: Connection[] = [];
  readonly #waiting: (() => void)[] = [];
  #lent = 0;

  constructor(size: number, options: { readonly keepsIdle: boolean }) {
    this.#size = size;
    this.#keepsIdle = options.keepsIdle;
  }

  async with<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    while (this.#lent >= this.#size) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent += 1;
    const connection = this.#idle.pop() ?? this.#create();
    try {
      if (!this.#keepsIdle || this.created.at(-1) === connection) await connection.open().catch(() => {});
      return await use(connection);
    } finally {
      this.#lent -= 1;
      const isLast = this.#lent === 0 && this.#waiting.length === 0;
      if (this.#keepsIdle) this.#idle.push(connection);
      else await connection.close();
      this.#waiting.shift()?.();
      if (isLast) await Promise.all(this.#idle.splice(0).map((idle) => idle.close()));
    }
  }

  #create(): Connection {
    const connection = trackOwnership(new Connection(), { open: ["open"], close: ["close"], use: ["query"] });
    this.created.push(connection);
    return connection;
  }
}

function reportsOf(pool: Pool): OwnershipReport[] {
  return pool.created.flatMap((connection) => ownershipReports(connection));
}

test("a pool whose borrowers open and close their connections is no offence", async () => {
  const pool = new Pool(2, { keepsIdle: false });

  const answers = await Promise.all(
    [4, 1, 3, 2].map((length) => pool.with((connection) => connection.query("select 1 as one", length))),
  );

  expect(answers).toEqual([{ one: 1 }, { one: 1 }, { one: 1 }, { one: 1 }]);
  expect(reportsOf(pool)).toEqual([]);
});

test("a pool whose last borrower closes the connections of all is told by the stacks of both", async () => {
  const pool = new Pool(2, { keepsIdle: true });
  const borrow = (length: number): Promise<unknown> =>
    pool.with((connection) => connection.query("select 1 as one", length));

  await Promise.all([borrow(1), borrow(4)]);

  const [report, ...rest] = reportsOf(pool);
  expect(rest).toEqual([]);
  expect(report).toMatchObject({ kind: "closed-by-another", resource: "Connection" });
  expect(report?.opener?.method).toBe("open()");
  expect(report?.closer?.method).toBe("close()");
  expect(report?.opener?.stack).toContain("at Pool.with");
  expect(report?.closer?.stack).toMatch(/Pool\.with[^]*Promise\.all \(index 1\)/);
});

test("a database that is open when it is made has the opener who tracks it, and may be closed by `using`", () => {
  using database = trackOwnership(new DatabaseSync(":memory:"), { close: ["close"], use: ["prepare"] });
  const rows = database.prepare("select 1 as one").all();

  database.close();
  expect(() => database.prepare("select 1")).toThrow("database is not open");

  expect(rows).toEqual([{ one: 1 }]);
  expect(ownershipReports(database).map(({ kind, closer }) => [kind, closer?.method])).toEqual([
    ["used-after-close", "close()"],
  ]);
});

// A browser starts, on machines that may be busy.
describe.skipIf(!existsSync(executablePath))(
  `a browser (skipped when ${executablePath} is missing: apt-get install chromium)`,
  { timeout: 30_000 },
  () => {
    async function launch(): Promise<Browser> {
      const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
      return trackOwnership(browser, { close: ["close"], use: ["newPage", "newContext"] });
    }

    test("that the last page's task closes, and not the one that launched it, is told by the stacks of both", async () => {
      let users = 0;
      let launching: Promise<Browser> | undefined;
      const acquire = (): Promise<Browser> => {
        users += 1;
        return (launching ??= launch());
      };
      const release = async (browser: Browser): Promise<void> => {
        if (--users === 0) await browser.close();
      };
      const closed = Promise.withResolvers<void>();
      const visit = async (isLast: boolean): Promise<Browser> => {
        const browser = await acquire();
        const page = await browser.newPage();
        if (isLast) await closed.promise;
        await page.close();
        await release(browser);
        if (!isLast) closed.resolve();
        return browser;
      };

      const [browser] = await Promise.all([visit(false), visit(true)]);

      const [report, ...rest] = ownershipReports(browser);
      expect(rest).toEqual([]);
      expect(report).toMatchObject({ kind: "closed-by-another", resource: expect.stringMatching(/^Browser/) });
      expect(report?.opener).toMatchObject({ method: "trackOwnership()", stack: expect.stringContaining("at launch") });
      expect(report?.closer).toMatchObject({ method: "close()", stack: expect.stringContaining("at release") });
    });

    test("that its launcher closes after all pages is no offence", async () => {
      const browser = await launch();

      const titles = await Promise.all(
        ["a", "b"].map(async (title) => {
          const page = await browser.newPage();
          await page.setContent(`<title>${title}</title>`);
          return await page.title();
        }),
      );
      await browser.close();

      expect(titles).toEqual(["a", "b"]);
      expect(browser.isConnected()).toBe(false);
      expect(ownershipReports(browser)).toEqual([]);
    });
  },
);
