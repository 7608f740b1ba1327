/**
 * The third parties of a route: what issues its certificates, serves its names and answers its requests. All are built
 * from source but the DNS server, which is in C and comes from the distribution's packages.
 *
 * @module
 */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../control-plane/cache.ts";
import { buildGoTool, downloadModule, findBuiltGoTool, type GoTool } from "../control-plane/go-tools.ts";
import { findKnot } from "./knot-package.ts";

const go = join(import.meta.dirname, "go");

const tools = {
  pebble: {
    name: "pebble",
    moduleDir: join(go, "pebble"),
    package: "github.com/letsencrypt/pebble/v2/cmd/pebble",
  },
  "cert-manager": {
    name: "cert-manager",
    moduleDir: join(import.meta.dirname, "../cluster/go/cert-manager"),
    package: ".",
  },
  traefik: {
    name: "traefik",
    moduleDir: join(go, "traefik"),
    package: "github.com/traefik/traefik/v3/cmd/traefik",
    complete: copyLego,
  },
  "external-dns": {
    name: "external-dns",
    moduleDir: join(go, "external-dns"),
    package: "sigs.k8s.io/external-dns",
  },
} as const satisfies Readonly<Record<string, GoTool>>;

export type Program = keyof typeof tools | "knot";
/** In the order in which they are made: the quick ones first. */
export const programs: readonly Program[] = ["knot", "pebble", "cert-manager", "traefik", "external-dns"];

/** Where each program is, and of those that could not be made, why. */
export interface Found {
  readonly paths: ReadonlyMap<Program, string>;
  readonly failures: ReadonlyMap<Program, string>;
}

/** Finds each program named, and makes what is not there yet, with progress on stderr. One that fails stops no other. */
export async function findPrograms(names: readonly Program[] = programs): Promise<Found> {
  const missing = await unbuilt(names);
  if (missing.length > 0)
    process.stderr.write(
      `${missing.join(", ")}: built once from source, then kept in ${cacheFolder()}. ` +
        "With nothing downloaded yet, that takes about 20 minutes on two cores.\n",
    );
  const paths = new Map<Program, string>();
  const failures = new Map<Program, string>();
  for (const name of names) {
    const queued = missing.slice(missing.indexOf(name) + 1);
    try {
      paths.set(name, await find(name, missing.includes(name) ? queued : []));
    } catch (error) {
      failures.set(name, error instanceof Error ? error.message : String(error));
    }
  }
  return { paths, failures };
}

async function unbuilt(names: readonly Program[]): Promise<Program[]> {
  const built = await Promise.all(
    names.map(async (name) => name === "knot" || (await findBuiltGoTool(tools[name])) !== null),
  );
  return names.filter((_, index) => !built[index]);
}

function find(name: Program, queued: readonly string[]): Promise<string> {
  return name === "knot" ? findKnot() : buildGoTool(tools[name], { queued });
}

/** What Traefik needs of lego, its ACME library. */
const legoParts = [
  "acme",
  "certcrypto",
  "certificate",
  "challenge",
  "internal",
  "lego",
  "log",
  "platform",
  "registration",
];

/**
 * Puts lego beside Traefik's go.mod without its DNS providers, whose SDKs are large and cannot all be downloaded
 * everywhere. Go lets no file of a module be replaced, only the whole.
 */
async function copyLego(traefik: string): Promise<void> {
  const from = await downloadModule({
    path: "github.com/go-acme/lego/v5",
    version: "v5.4.1",
    sum: "h1:Jt6xAP9xQrJ3SLLGgxejfDDd3pzdrmuLCWe4oTqHHQc=",
  });
  const lego = join(traefik, "lego");
  await cp(join(traefik, "lego-without-providers"), lego, { recursive: true });
  for (const part of legoParts) await cp(join(from, part), join(lego, part), { recursive: true });
  // It has a go.mod of its own needs.
  await rm(join(lego, "internal/generators"), { recursive: true });
}
