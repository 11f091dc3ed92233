/**
 * The `--json` line of `holdfast doctor`; docs/json.md describes it.
 *
 * @module
 */
import type { McpExamination } from "@holdfast/mcp";

export interface DoctorJson {
  readonly target: string;
  readonly server: {
    readonly protocolVersion: string;
    readonly name: string;
    readonly version: string;
    readonly capabilities: readonly string[];
    readonly instructions: string | null;
  };
  readonly tools: McpExamination["tools"];
  readonly checks: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly found: string;
    readonly consequence: string | null;
    readonly ms: number;
  }[];
  readonly verdict: string;
  readonly tookMs: number;
}

export function doctorJson({ target, server, tools, checks, verdict, tookMs }: McpExamination): DoctorJson {
  const { protocolVersion, name, version, capabilities, instructions = null } = server;
  return {
    target,
    server: { protocolVersion, name, version, capabilities: Object.keys(capabilities), instructions },
    tools,
    checks: checks.map(({ consequence = null, ...check }) => ({ ...check, consequence })),
    verdict,
    tookMs,
  };
}
