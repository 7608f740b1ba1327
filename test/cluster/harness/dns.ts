/**
 * Names of the cluster, resolved by the cluster's own DNS from outside of it.
 *
 * @module
 */
import { Resolver } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { addresses } from "../layout.ts";

const resolver = new Resolver();
resolver.setServers([addresses.dnsService]);

/** For `http.request` and agents. */
export const clusterLookup: LookupFunction = (host, options, callback) => {
  resolver.resolve4(host).then(
    ([address = ""]) => (options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)),
    (error: NodeJS.ErrnoException) => callback(error, "", 4),
  );
};
