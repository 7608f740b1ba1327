/**
 * `npm test`: the checks, then all tests; closes with `N passed, N failed`. `node test/run/main.ts SUITE...` runs
 * only some: `check`, `unit`, `integration`, and, on request only, `coverage` (the unit tests, and how much of the code they
 * run), `cluster`, `telemetry` and `third-party`.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { runChecks } from "./checks.ts";
import { CLUSTER, findTestFiles, INTEGRATION, TELEMETRY, THIRD_PARTY, UNIT } from "./files.ts";
import { add, NONE, type Summary } from "./summary.ts";
import { runTests } from "./tests.ts";

const SUITES: Readonly<Record<string, () => Promise<Summary>>> = {
  check: runChecks,
  unit: () => runUnitTests(),
  integration: async () => {
    const { shareControlPlane } = await import("../control-plane/shared.ts");
    const { findBinaries } = await import("../control-plane/binaries.ts");
    const { findOracle } = await import("../traefik-oracle/oracle.ts");
    const { findOldestNode } = await import("../oldest-node/oldest-node.ts");
    const { fetchGenerator } = await import("../../tools/site/install.ts");
    const { findCrane } = await import("../../tools/release/crane.ts");
    // All that must be built or fetched, here, where its progress shows.
    await findBinaries(["etcd", "kube-apiserver", "kube-controller-manager", "helm", "kustomize"]);
    await findOracle();
    await findOldestNode();
    await fetchGenerator();
    await findCrane();
    const stop = await shareControlPlane();
    try {
      return await runTests("integration tests", await findTestFiles(INTEGRATION));
    } finally {
      await stop();
    }
  },
};

/** What runs only when it is named. */
const ON_REQUEST: typeof SUITES = {
  coverage: () => runUnitTests(true),
  cluster: async () => {
    const { globalSetup, globalTeardown } = await import("../cluster/global-setup.ts");
    await globalSetup();
    try {
      return await runTests("cluster tests", await findTestFiles(CLUSTER), {
        concurrency: 1,
        output: "always",
      });
    } finally {
      await globalTeardown();
    }
  },
  telemetry: async () => {
    const { findBinaries } = await import("../control-plane/binaries.ts");
    const { findCollector, findPrometheus } = await import("../telemetry/programs.ts");
    await findBinaries(["etcd", "kube-apiserver", "kube-controller-manager", "helm"]);
    await findPrometheus();
    await findCollector();
    return runTests("tests of telemetry", await findTestFiles(TELEMETRY), { concurrency: 1 });
  },
  "third-party": async () => {
    const { findBinaries } = await import("../control-plane/binaries.ts");
    const { findPrograms } = await import("../third-party/programs.ts");
    await findBinaries(["etcd", "kube-apiserver", "kube-controller-manager", "helm"]);
    const { failures } = await findPrograms();
    for (const [name, reason] of failures) process.stdout.write(`\n${name} is not there: ${reason}\n`);
    const ran = await runTests("tests with third parties", await findTestFiles(THIRD_PARTY), {
      concurrency: 1,
      output: "always",
    });
    return add(ran, { passed: 0, failed: failures.size });
  },
};

process.chdir(join(import.meta.dirname, "../.."));
const words = process.argv.slice(2);
const known = { ...SUITES, ...ON_REQUEST };
const unknown = words.filter((word) => !(word in known));
if (unknown.length > 0) {
  process.stderr.write(`unknown suite ${unknown.join(", ")}; there are ${Object.keys(known).join(", ")}\n`);
  process.exit(2);
}

let total = NONE;
for (const [name, run] of Object.entries(words.length > 0 ? known : SUITES)) {
  if (words.length > 0 && !words.includes(name)) continue;
  total = add(total, await run().catch((error: unknown) => broken(name, error)));
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function runUnitTests(coverage = false): Promise<Summary> {
  // Some look at what a user gets in dist/.
  await promisify(execFile)(process.execPath, ["tools/bundle.ts"]);
  return runTests("unit tests", await findTestFiles(UNIT), { coverage });
}

/** A suite that cannot run counts as one failure. */
function broken(name: string, error: unknown): Summary {
  process.stdout.write(
    `\n${name} could not run: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  return { passed: 0, failed: 1 };
}
