/**
 * Lint rules for users of `@holdfast/concurrency`, as a plugin for ESLint (flat configuration) and for oxlint.
 *
 * @module
 */
import type { Rule } from "./rule.ts";
import { noAwaitInUnshieldedFinally } from "./rules/no-await-in-unshielded-finally.ts";
import { noOpenWithoutUsing } from "./rules/no-open-without-using.ts";
import { noRaceOfWaits } from "./rules/no-race-of-waits.ts";
import { noScopeAcrossYield } from "./rules/no-scope-across-yield.ts";
import { noSwallowedCancellation } from "./rules/no-swallowed-cancellation.ts";
import { noUnawaitedHandle } from "./rules/no-unawaited-handle.ts";

/** The plugin, as a flat configuration or oxlint's `jsPlugins` takes it. */
interface Plugin {
  readonly meta: { readonly name: string };
  readonly rules: Readonly<Record<string, Rule>>;
  readonly configs: { readonly recommended: RecommendedConfig };
}

/** An entry of a flat configuration. */
interface RecommendedConfig {
  readonly name: string;
  readonly plugins: { readonly "@holdfast": Plugin };
  readonly rules: Record<string, "error" | "warn">;
}

/**
 * The rules, and `configs.recommended` with all of them.
 *
 * ```ts run
 * import holdfast from "@holdfast/eslint-plugin";
 * Object.keys(holdfast.rules).length; // => 6
 * ```
 */
const plugin: Plugin = {
  meta: { name: "@holdfast/eslint-plugin" },
  rules: {
    "no-await-in-unshielded-finally": noAwaitInUnshieldedFinally,
    "no-open-without-using": noOpenWithoutUsing,
    "no-race-of-waits": noRaceOfWaits,
    "no-scope-across-yield": noScopeAcrossYield,
    "no-swallowed-cancellation": noSwallowedCancellation,
    "no-unawaited-handle": noUnawaitedHandle,
  },
  configs: {
    recommended: {
      name: "@holdfast/recommended",
      plugins: {
        // The same object as the default export: ESLint refuses two plugins of one name in one configuration.
        get "@holdfast"(): Plugin {
          return plugin;
        },
      },
      rules: {
        "@holdfast/no-await-in-unshielded-finally": "error",
        "@holdfast/no-open-without-using": "error",
        "@holdfast/no-race-of-waits": "warn",
        "@holdfast/no-scope-across-yield": "error",
        "@holdfast/no-swallowed-cancellation": "error",
        "@holdfast/no-unawaited-handle": "error",
      },
    },
  },
};

// Both tools load a plugin by its default export.
export default plugin;
