/**
 * `npm run release`: makes everything that a release consists of in `release/`, and with `--push` publishes it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startSupervisor } from "../../test/control-plane/supervised.ts";
import { dockerBuilder } from "./builder.ts";
import { HalfTaggedError } from "./publish.ts";
import { RefusedError } from "./refused.ts";
import { release } from "./release.ts";
import { keylessSigner } from "./signer.ts";

const USAGE =
  "usage: npm run release [-- [--push [--sign]] [--registry HOST/FOLDER] [--platforms linux/amd64,linux/arm64]]";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Words {
  readonly push: boolean;
  readonly sign: boolean;
  readonly registry?: string | undefined;
  readonly platforms: string;
}

function words(): Words {
  try {
    const { values } = parseArgs({
      options: {
        push: { type: "boolean", default: false },
        sign: { type: "boolean", default: false },
        registry: { type: "string" },
        platforms: { type: "string", default: "linux/amd64,linux/arm64" },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
    process.exit(2);
  }
}

/** Where a workflow of GitHub runs. */
function repositoryOf({ GITHUB_SERVER_URL, GITHUB_REPOSITORY }: NodeJS.ProcessEnv): string | undefined {
  return GITHUB_REPOSITORY === undefined ? undefined : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
}

const { push, sign, registry, platforms } = words();
const supervisor = await startSupervisor("tcr-release-");
try {
  await release({
    root,
    folder: `${root}release`,
    platforms: platforms.split(","),
    home: registry,
    push,
    repository: repositoryOf(process.env),
    builder: dockerBuilder(root),
    signer: sign ? keylessSigner : null,
    supervisor,
    report: (line) => console.log(line),
  });
} catch (error) {
  if (!(error instanceof RefusedError || error instanceof HalfTaggedError)) throw error;
  const lines = error instanceof RefusedError ? error.problems : [error.message];
  for (const line of lines) console.error(`not released: ${line}`);
  process.exitCode = 1;
} finally {
  await supervisor.end();
}
