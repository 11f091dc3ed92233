/**
 * The runbooks of the shop's services, as their teams would have written them.
 *
 * @module
 */
import type { ServiceName } from "./shop.ts";

/** What `read_runbook` answers. */
export interface Runbook {
  readonly title: string;
  readonly reviewed: string;
  readonly paragraphs: readonly string[];
}

/** One runbook a service. */
export const runbooks: Readonly<Record<ServiceName, Runbook>> = {
  storefront: {
    title: "Storefront: pages fail or are slow",
    reviewed: "2026-09-14",
    paragraphs: [
      "The storefront has no state of its own. When its error_rate rises, look at which upstream its 502s name before you touch it: nine times of ten the fault is one service further in, and the storefront only shows it.",
      "Check, in this order: errors by upstream in the logs, latency_p95_ms of the named service, and the deploys of both in the last hour. A rise on every upstream at once means the network or the storefront's own hosts; a rise on one means that service.",
      "Mitigation: pages of the catalog and search degrade to cached copies by themselves. The checkout page does not, on purpose; if checkout is down for more than ten minutes, turn on the banner flag checkout-trouble so that customers do not press the button again and again.",
      "Escalate to the on-call of the upstream with one log line and one graph. Rolling back the storefront is safe at any time and takes about four minutes.",
    ],
  },
  search: {
    title: "Search: slow or empty results",
    reviewed: "2026-10-02",
    paragraphs: [
      "Search rebuilds its index after a deploy that changes the schema. During a rebuild cpu_percent stands at 70 to 85 for up to an hour on each instance in turn. That is expected, and latency_p95_ms should stay under 180 ms; act only if it does not.",
      "Empty results for everything mean that the alias points at an unfinished index. Run the alias check in the deploy console and point it back at the previous one; nothing is lost by that.",
      "Slow results for some queries are mostly wildcard queries from a partner. The log line names the client; ask Discovery to put it on the slow lane.",
      "Search being slow cannot make checkout fail. If both are in trouble, look for what they share: hosts, network, the catalog.",
    ],
  },
  catalog: {
    title: "Catalog: stale or missing products, cache trouble",
    reviewed: "2026-08-27",
    paragraphs: [
      "Nearly all reads come from the cache. A cache_hit_percent below 90 for more than ten minutes puts the load on the database, and latency_p95_ms follows within a minute or two. Short dips after a price import are normal: the import drops the keys that it changed.",
      "If the hit rate stays low, see whether an import is still running. A stuck import is ended from the import console; the next one starts over and is safe to run twice.",
      "Wrong prices are an incident of their own, whatever the graphs say. Stop the import, tell Discovery and Money, and keep the import file.",
      "Do not flush the whole cache in working hours. It takes about twenty minutes to warm up, and the database does not carry the full load.",
    ],
  },
  cart: {
    title: "Cart: items vanish or cannot be added",
    reviewed: "2026-07-30",
    paragraphs: [
      "A cart lives in the session store for thirty days and is written on each change. Vanished items are usually a customer who signed in and got the older cart of the account; the log says merged with the number of items.",
      "Errors on adding come from inventory or from the catalog. Cart waits for each at most 400 ms and then adds the item unchecked; the line says so at level warn. A few of them an hour are fine.",
      "A falling number of requests with a normal error_rate means that customers stop earlier or later in the shop, not that cart is ill. Look at checkout and at the storefront.",
      "Cart can be restarted instance by instance at any time. It cannot be rolled back across a change of the session format; the deploy notes name those.",
    ],
  },
  checkout: {
    title: "Checkout: orders fail or time out",
    reviewed: "2026-10-21",
    paragraphs: [
      "An order goes through four steps: cart, reservation in inventory, payment, confirmation. Each step has its own time limit, and the log line of a failure names the step and the upstream. Start there: step=payment with a timeout of 3000 ms points at payments, step=reserve at inventory.",
      "For timeouts on payments, compare latency_p95_ms of checkout with pool_wait_ms of payments. If the waits went up first, checkout is only the place where it shows. Ask for the deploys of payments before you ask for those of checkout.",
      "Do not raise checkout's time limit to get through such a phase. Longer waits keep more requests open, and the wait for a connection behind them grows with each one. The retry of a payment is idempotent by order number, so a customer who tries again is not charged twice.",
      "Mitigation inside checkout: the flag payments-retry=off halves the load on payments within a minute. The cause has to be removed where it is, mostly by rolling back the change.",
      "Escalate to the on-call of the service that the failing step names, then to Purchase. Above 5 % failing orders for five minutes this is severity 1.",
    ],
  },
  payments: {
    title: "Payments: slow or failing authorisations",
    reviewed: "2026-11-05",
    paragraphs: [
      "Authorisations need a connection to the card gateway from the pool of their instance. Healthy figures: pool_in_use between 14 and 24 of 40, pool_wait_ms under 10, latency_p95_ms under 350. The gateway itself answers in 180 to 260 ms; if it is slower, its status page will say so.",
      "When pool_wait_ms rises, look at pool_in_use first. Standing at its limit with a gateway that answers as always means that the pool is too small for the load or that connections are not given back. Find out which by asking whether the limit moved: it is set by gateway.pool.max, and deploys have changed it by accident before (INC-2291).",
      "If a deploy of the last hour changed the pool, roll it back. The roll-back takes about three minutes and needs no migration; waits fall as soon as the first instances are back. Do not restart instances instead: each restart drops the authorisations in flight, which then have to be reconciled by hand.",
      "If no deploy explains it, take a thread dump and count the holders of a connection. Holders that are older than a minute are leaks; open an incident with Money and recycle one instance at a time.",
      "Escalate to Money at once for anything that could charge a customer twice. The ledger job compares captures with the gateway every night at 02:00, and its report names differences by order number.",
    ],
  },
  inventory: {
    title: "Inventory: stock is wrong or reservations fail",
    reviewed: "2026-09-03",
    paragraphs: [
      "Warehouses send their stock on the hour. While a feed is read, writes to the same products wait, and inventory logs that the feed is slow; feed_lag_s may reach 90 on the full hour and is back under 20 five minutes later.",
      "Reservations time out after 1500 ms and checkout then refuses the order. If that happens outside the feed's minutes, look for long transactions; the lock report in the console lists them by age.",
      "Negative stock is a known consequence of returns that are booked twice. Supply corrects it by hand; it needs no one at night.",
      "A feed that does not arrive for two hours is the warehouse's side. Their desk is in the contact sheet of Supply.",
    ],
  },
  notifications: {
    title: "Notifications: mails are late or missing",
    reviewed: "2026-06-18",
    paragraphs: [
      "Messages wait in a queue and leave at up to 40 a second. queue_depth under 500 is a normal day; above 5000 customers begin to ask. A queue that grows while the sender is idle means that the mail provider refuses us: the log has its answer.",
      "Fewer messages than usual with an empty queue means that fewer orders come in. Nothing is wrong here then; look at checkout.",
      "A message is sent at least once. After a restart some customers get two; that is accepted.",
      "The sender may be stopped for up to an hour without harm. Nothing is dropped from the queue for three days.",
    ],
  },
};
