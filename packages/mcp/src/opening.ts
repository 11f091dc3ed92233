/**
 * The opening of a generation: a transport is made, the server is asked what it speaks where that is not known, and the
 * official client is connected in that revision. Where the server did not survive the question, it is started anew.
 *
 * @module
 */
import {
  Client,
  type DiscoverResult,
  type PriorDiscovery,
  ProtocolError,
  SdkHttpError,
} from "@modelcontextprotocol/client";
import { cancellable, failAfter, moveOnAfter, runDetached, shielded } from "@holdfast/concurrency";
import { NEVER } from "./client-timeout.ts";
import { type Discovery, discover, versionsIn } from "./discovery.ts";
import type { Era } from "./era-verdicts.ts";
import { isNotMcp, isRefusal } from "./failures.ts";
import type { Link } from "./link.ts";
import type { ConnectionSettings } from "./options.ts";
import { type McpProtocol, MODERN, offeredVersions, VersionMismatchError } from "./protocol.ts";
import type { ProgressReports } from "./progress.ts";
import { SeverableTransport } from "./severable-transport.ts";

/** A transport with what belongs to it. */
export interface Wire {
  readonly link: Link;
  readonly transport: SeverableTransport;
}

/** What an opening tells and asks. */
export interface OpeningHost {
  readonly settings: ConnectionSettings;
  readonly generation: number;
  readonly progress: ProgressReports;
  /** The transport was closed from the other side. */
  hungUp(wire: Wire): void;
  /** A client was made; to put handlers on. */
  created(client: Client): void;
}

/**
 * How long a server of which nothing is known may be silent before it is also greeted the old way, in milliseconds, and at
 * most a quarter of the time for the opening. Nothing is lost by it: a server that is still starting finds both messages.
 */
const SILENCE = 3_000;

const LEGACY: PriorDiscovery = { kind: "legacy" };

export class Opening {
  readonly #host: OpeningHost;
  readonly #controller = new AbortController();
  /** Lets go of a question that is answered no more, and of its socket. */
  readonly #question = new AbortController();
  #wire: Wire | undefined;
  #client: Client | undefined;

  constructor(host: OpeningHost) {
    this.#host = host;
  }

  /** The transport of this moment; closing it is the caller's, also when the opening failed. */
  get wire(): Wire | undefined {
    return this.#wire;
  }

  /** The client of this moment. */
  get client(): Client | undefined {
    return this.#client;
  }

  /** Gives up what is under way; what is opened by it is closed. */
  abort(reason: unknown): void {
    runDetached(() => {
      this.#question.abort(reason);
      this.#controller.abort(reason);
    });
  }

  /**
   * Opens, in the revision of the options.
   *
   * **Cancellation:** leaves what was opened to the caller, in `wire`.
   *
   * @throws what the link, the transport, the client or the server did instead.
   */
  async run(): Promise<void> {
    const { protocol } = this.#host.settings;
    if (protocol === "auto") return await this.#negotiate();
    if (protocol === MODERN) {
      await this.#start();
      const found = await cancellable(this.#asking());
      if (found.kind === "modern") return await this.#connectModern(found.discover);
      throw new VersionMismatchError(protocol, found.kind === "legacy" ? found.versions : []);
    }
    await this.#start();
    await this.#greet(protocol);
  }

  /** Shakes hands in one revision, or in the newest that both know. */
  async #greet(protocol: McpProtocol): Promise<void> {
    try {
      await this.#connect(LEGACY);
    } catch (error) {
      const versions = versionsIn(error);
      throw versions.length === 0 ? error : new VersionMismatchError(protocol, versions);
    }
    const spoken = this.#client?.getNegotiatedProtocolVersion() ?? "";
    if (protocol !== "legacy" && spoken !== protocol) throw new VersionMismatchError(protocol, [spoken]);
  }

  async #negotiate(): Promise<void> {
    const { eras, connectTimeout } = this.#host.settings;
    const known = eras.recall();
    if (known === "legacy" && (await this.#connectedAsBefore())) return;
    const silence = known === "modern" ? null : Math.min(SILENCE, (connectTimeout ?? Infinity) / 4);
    await this.#start();
    const asking = this.#asking();
    const found = await moveOnAfter(silence, () => cancellable(asking));
    if (found?.kind === "modern") {
      await this.#connectModern(found.discover);
      return this.#learn("modern");
    }
    if (known === "modern") eras.forget();
    if (found === undefined) return await this.#greetSilent(asking);
    if (found.kind === "gone") await this.#restart();
    await this.#connect(LEGACY);
    if (found.kind === "gone" || found.isCertain) this.#learn("legacy");
  }

  /** Connects by what is remembered; false when the server refused to be greeted that way. */
  async #connectedAsBefore(): Promise<boolean> {
    try {
      await this.#start();
      await this.#connect(LEGACY);
      return true;
    } catch (error) {
      this.#host.settings.eras.forget();
      if (!isRefusedGreeting(error)) throw error;
      await this.#dropWire();
      return false;
    }
  }

  /** Greets a server that has not answered the question; it may yet, and then it is opened by its answer. */
  async #greetSilent(asking: Promise<Discovery>): Promise<void> {
    const late = Promise.withResolvers<DiscoverResult>();
    asking.then(
      (found) => found.kind === "modern" && late.resolve(found.discover),
      () => {},
    );
    const answer = await cancellable(Promise.race([late.promise, this.#connecting(LEGACY)]));
    if (answer === undefined) {
      runDetached(() => this.#question.abort("the server has taken the greeting"));
      return this.#learn("legacy");
    }
    // The greeting is under way on that transport, and a server may have taken it.
    await this.#restart();
    await this.#connectModern(answer);
    this.#learn("modern");
  }

  #learn(era: Era): void {
    this.#host.settings.eras.learn(era);
  }

  #asking(): Promise<Discovery> {
    const { transport } = this.#wire as Wire;
    return runDetached(() => discover(transport, this.#host.settings.clientInfo, this.#question.signal));
  }

  /** Makes the transport. */
  async #start(): Promise<void> {
    await cancellable(runDetached(() => this.#openLink()));
  }

  async #openLink(): Promise<void> {
    const { signal } = this.#controller;
    const link = await this.#host.settings.openLink({ generation: this.#host.generation, signal });
    if (signal.aborted) {
      await link.transport.close();
      return;
    }
    const { progress } = this.#host;
    const wire: Wire = {
      link,
      transport: new SeverableTransport(link.transport, () => this.#host.hungUp(wire), progress),
    };
    this.#wire = wire;
  }

  async #restart(): Promise<void> {
    await this.#dropWire();
    await this.#start();
  }

  async #dropWire(): Promise<void> {
    const wire = this.#wire;
    // Until then it is the caller's to close.
    await shielded(() => failAfter(this.#host.settings.closeTimeout, () => closing(wire))).catch(() => {});
    this.#wire = undefined;
  }

  async #connectModern(found: DiscoverResult): Promise<void> {
    await this.#connect({ kind: "modern", discover: found });
  }

  async #connect(prior: PriorDiscovery): Promise<void> {
    await cancellable(this.#connecting(prior));
  }

  #connecting(prior: PriorDiscovery): Promise<undefined> {
    const { settings } = this.#host;
    const { transport } = this.#wire as Wire;
    const supportedProtocolVersions = [MODERN, ...offeredVersions(settings.protocol)];
    const client = new Client({ ...settings.clientInfo }, { supportedProtocolVersions });
    this.#client = client;
    this.#host.created(client);
    return runDetached(async () => {
      await client.connect(transport, { prior, timeout: NEVER });
      return undefined;
    });
  }
}

async function closing(wire: Wire | undefined): Promise<void> {
  await cancellable(runDetached(async () => await wire?.transport.closeInner()));
}

/** Whether the server took the greeting for something that it does not know. */
function isRefusedGreeting(error: unknown): boolean {
  if (error instanceof ProtocolError) return isRefusal(error);
  if (error instanceof SdkHttpError) return (error.status ?? 0) < 500 && error.status !== 401 && error.status !== 403;
  return isNotMcp(error);
}
