import { defineConfig } from "vitest/config";

export default defineConfig({
  ssr: { resolve: { conditions: ["@holdfast/source"] } },
  test: {
    maxWorkers: 2,
    slowTestThreshold: 250,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: ["packages/{cli,demo,fixes,mcp,reproduce}/**", "tests/{consumer,e2e}/**"],
          testTimeout: 2_000,
        },
      },
      {
        // Real servers, sockets and child processes: quick, but at the mercy of what else the machine does.
        extends: true,
        test: {
          name: "parts",
          include: ["packages/{cli,demo,fixes,mcp,reproduce}/test/**/*.test.ts"],
          testTimeout: 15_000,
        },
      },
      {
        // Builds, packs and installs; each test is a handful of child processes.
        extends: true,
        test: { name: "consumer", include: ["tests/consumer/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        // Real servers, browsers and clocks.
        extends: true,
        test: { name: "e2e", include: ["tests/e2e/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
