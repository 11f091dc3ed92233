/**
 * The shop whose operations the dataset describes: its services, the teams that own them, and its clock.
 *
 * Everything in this folder is invented. The hidden story: at 14:02 a deploy of payments cut its connection pool from
 * 40 to 8; from 14:04 requests wait for a connection, checkout times out on payments, and the storefront shows errors.
 * Around it stand changes and oddities that have nothing to do with it.
 *
 * @module
 */

/** A service of the shop. */
export type ServiceName = (typeof serviceNames)[number];

/** The services, from the browser inwards. */
export const serviceNames = [
  "storefront",
  "search",
  "catalog",
  "cart",
  "checkout",
  "payments",
  "inventory",
  "notifications",
] as const;

/** The instant at which the dataset ends: for whoever asks the tools, it is always this time. */
export const datasetEnd: number = Date.UTC(2026, 10, 20, 14, 30);

/** Log lines and metrics reach back this many minutes. */
export const datasetMinutes: number = 12 * 60;

/** When the deploy that causes the trouble went out, and when it began to show. */
export const badDeployAt: number = Date.UTC(2026, 10, 20, 14, 2);
/** Two minutes later the old instances had drained. */
export const troubleAt: number = Date.UTC(2026, 10, 20, 14, 4);

/** What `who_owns` answers. */
export interface Service {
  readonly name: ServiceName;
  readonly purpose: string;
  readonly tier: 1 | 2 | 3;
  readonly team: string;
  readonly onCall: string;
  readonly secondary: string;
  readonly channel: string;
  readonly calls: readonly ServiceName[];
  /** Names of instances, as log lines carry them. */
  readonly instances: number;
}

const teams = {
  web: { team: "Web", onCall: "Mira Okonjo", secondary: "Tom Brandvold", channel: "#team-web" },
  discovery: { team: "Discovery", onCall: "Jonas Achterberg", secondary: "Lucia Ferrante", channel: "#team-discovery" },
  purchase: { team: "Purchase", onCall: "Priya Ramanathan", secondary: "Stellan Wik", channel: "#team-purchase" },
  money: { team: "Money", onCall: "Daniela Cruz", secondary: "Ibrahim Sesay", channel: "#team-money" },
  supply: { team: "Supply", onCall: "Henk Visser", secondary: "Aiko Morita", channel: "#team-supply" },
  messaging: { team: "Messaging", onCall: "Oluwaseun Bello", secondary: "Freja Lund", channel: "#team-messaging" },
} as const;

/** Each service with its owners and what it depends on. */
export const services: Readonly<Record<ServiceName, Service>> = {
  storefront: {
    name: "storefront",
    purpose: "renders the shop's pages and is the only service that browsers talk to",
    tier: 1,
    ...teams.web,
    calls: ["search", "catalog", "cart", "checkout"],
    instances: 6,
  },
  search: {
    name: "search",
    purpose: "answers product queries and suggestions from its own index",
    tier: 2,
    ...teams.discovery,
    calls: ["catalog"],
    instances: 4,
  },
  catalog: {
    name: "catalog",
    purpose: "holds products, prices and pictures; read through a cache",
    tier: 2,
    ...teams.discovery,
    calls: [],
    instances: 4,
  },
  cart: {
    name: "cart",
    purpose: "keeps what customers have put aside, for thirty days",
    tier: 1,
    ...teams.purchase,
    calls: ["catalog", "inventory"],
    instances: 3,
  },
  checkout: {
    name: "checkout",
    purpose: "turns a cart into an order: address, reservation, payment, confirmation",
    tier: 1,
    ...teams.purchase,
    calls: ["cart", "inventory", "payments", "notifications"],
    instances: 4,
  },
  payments: {
    name: "payments",
    purpose: "authorises and captures payments at the card gateway and keeps the ledger",
    tier: 1,
    ...teams.money,
    calls: [],
    instances: 4,
  },
  inventory: {
    name: "inventory",
    purpose: "counts stock, reserves it for orders and follows the warehouses' feeds",
    tier: 2,
    ...teams.supply,
    calls: [],
    instances: 3,
  },
  notifications: {
    name: "notifications",
    purpose: "sends order mails and delivery messages from a queue",
    tier: 3,
    ...teams.messaging,
    calls: [],
    instances: 2,
  },
};
