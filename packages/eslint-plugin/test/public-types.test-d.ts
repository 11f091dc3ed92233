import { defineConfig } from "eslint/config";
import { defineConfig as defineOxlintConfig } from "oxlint";
import holdfast from "../src/index.ts";

defineConfig([holdfast.configs.recommended]);
defineConfig([{ plugins: { "@holdfast": holdfast }, rules: { "@holdfast/no-unawaited-handle": "error" } }]);
defineConfig([{ extends: [holdfast.configs.recommended], files: ["**/*.js"] }]);
defineOxlintConfig({ jsPlugins: ["@holdfast/eslint-plugin"], rules: holdfast.configs.recommended.rules });

// @ts-expect-error the rules are fixed
holdfast.rules["no-unawaited-handle"] = holdfast.rules["no-race-of-waits"];
