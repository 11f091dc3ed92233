/**
 * What the referees start: plays one scenario over `openMcpConnection()`. It lists the tools and calls each of them, with
 * the arguments that the scenario gives or that the tool's schema asks for, and signs in whenever it is told to.
 *
 * @module
 */
import {
  finishMcpAuthorization,
  type McpAuthProvider,
  type McpConnection,
  type McpHttpOptions,
  type McpProtocol,
  McpUnauthorizedError,
  openMcpConnection,
} from "@holdfast/mcp";
import {
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
  type Tool,
} from "@modelcontextprotocol/client";
import { playElicitation } from "./elicitation.ts";
import { JwtBearerProvider } from "./jwt-bearer-provider.ts";
import { SignInProvider } from "./sign-in-provider.ts";

/** What a scenario tells of itself, in the environment; each of them some of it. */
interface Context {
  readonly client_id: string;
  readonly client_secret: string;
  readonly issuer?: string;
  readonly private_key_pem: string;
  readonly signing_algorithm: string;
  readonly idp_client_id: string;
  readonly idp_id_token: string;
  readonly idp_token_endpoint: string;
  readonly valid_jwt: string;
  readonly toolCalls?: readonly ToolCall[];
}

interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const protocol = (process.env["MCP_CONFORMANCE_PROTOCOL_VERSION"] ?? "auto") as McpProtocol;
const context = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as Context;
const url = process.argv.at(-1) ?? "";

function providerOf(name: string): McpAuthProvider | undefined {
  const { client_id: clientId, client_secret: clientSecret } = context;
  switch (name) {
    case "auth/client-credentials-basic":
      return new ClientCredentialsProvider({ clientId, clientSecret });
    case "auth/client-credentials-jwt": {
      const { private_key_pem: privateKey, signing_algorithm: algorithm } = context;
      return new PrivateKeyJwtProvider({ clientId, privateKey, algorithm });
    }
    case "auth/cross-app-access-complete-flow":
    case "auth/enterprise-managed-authorization":
      return new CrossAppAccessProvider({ clientId, clientSecret, assertion: idpGrant });
    case "auth/wif-jwt-bearer":
      return new JwtBearerProvider(clientId, context.valid_jwt);
    case "auth/pre-registration":
      return new SignInProvider({ client_id: clientId, client_secret: clientSecret });
    default:
      return name.startsWith("auth/") ? new SignInProvider(undefined, name.startsWith("auth/dpop")) : undefined;
  }
}

const idpGrant: ConstructorParameters<typeof CrossAppAccessProvider>[0]["assertion"] = async (asked) => {
  const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
    tokenEndpoint: context.idp_token_endpoint,
    audience: asked.authorizationServerUrl,
    resource: asked.resourceUrl,
    idToken: context.idp_id_token,
    clientId: context.idp_client_id,
    fetchFn: asked.fetchFn,
  });
  return jwtAuthGrant;
};

/** Does something, and once more after a sign-in where one is asked for. */
async function signedIn<T>(options: McpHttpOptions, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    const { authProvider } = options;
    if (!(error instanceof McpUnauthorizedError && error.needsUser && authProvider instanceof SignInProvider))
      throw error;
    await finishMcpAuthorization(options, await authProvider.signIn());
    return await fn();
  }
}

/** The least that a schema takes. */
function leastOf(schema: Readonly<Record<string, unknown>> = {}): unknown {
  const {
    type,
    properties = {},
    required = [],
  } = schema as { type?: string; properties?: object; required?: string[] };
  const known = new Map(Object.entries(properties));
  switch (type) {
    case "object":
      return Object.fromEntries(
        required.map((name) => [name, leastOf(known.get(name) as Readonly<Record<string, unknown>>)]),
      );
    case "array":
      return [];
    case "boolean":
      return true;
    case "integer":
    case "number":
      return 1;
    default:
      return "text";
  }
}

/** What a scenario wants of a tool beyond being called, which no schema says. */
function callsOf(tools: readonly Tool[]): readonly ToolCall[] {
  // It looks at what is made of the list, and serves no calls.
  if (scenario === "json-schema-ref-no-deref") return [];
  const calls = tools.map(({ name, inputSchema }) => ({
    name,
    arguments: leastOf(inputSchema) as ToolCall["arguments"],
  }));
  if (scenario !== "json-schema-2020-12-preservation") return calls;
  // The second tool is to be shown the schema of the first.
  const [rich, echo] = tools;
  return [{ name: echo?.name ?? "", arguments: { schema: rich?.inputSchema } }];
}

async function play(connection: McpConnection, options: McpHttpOptions): Promise<void> {
  const tools = await signedIn(options, () => connection.listTools());
  for (const call of context.toolCalls ?? callsOf(tools)) {
    await signedIn(options, () => connection.callTool(call.name, call.arguments));
  }
}

const elicitations: ReadonlySet<string> = new Set([
  "elicitation-sep1034-client-defaults",
  "sep-2322-client-request-state",
]);

if (elicitations.has(scenario)) await playElicitation(url);
else {
  const authProvider = providerOf(scenario);
  const options: McpHttpOptions = { url, protocol, ...(authProvider && { authProvider }) };
  await using connection = await signedIn(options, () => openMcpConnection(options));
  await play(connection, options);
}
