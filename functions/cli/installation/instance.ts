/**
 * Which installation a command speaks for.
 *
 * @module
 */
import { DEFAULT_INSTANCE } from "../../instance.ts";
import type { Integration } from "../../integrations/integration.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { KubernetesError } from "../../kubernetes/errors.ts";
import { INSTANCE_ANNOTATION, MANAGED_BY_SELECTOR } from "../../reconcile/plan/ownership.ts";
import { isInstanceName } from "../../schema/object-names.ts";
import { UsageError } from "../terminal/terminal.ts";

/** As many children are asked whose they are. */
const SAMPLE = 500;

/** @throws {UsageError} unless it is `<namespace>/<name>` */
export function checkInstance(text: string): string {
  if (isInstanceName(text)) return text;
  throw new UsageError(`--instance ${text} is no installation; give NAMESPACE/RELEASE`);
}

/**
 * The installation that has children here; where there is none yet, the one that the README's command makes.
 *
 * @throws {UsageError} where there are several
 */
export async function findInstance(
  client: Pick<KubernetesClient, "list">,
  integrations: readonly Integration[],
  namespace: string | null,
): Promise<string> {
  const found = await Promise.all(
    integrations.map(({ resource }) => instancesIn(client, resource, namespace)),
  );
  const [first, ...others] = [...new Set(found.flat())].sort();
  if (others.length > 0) {
    const all = [first, ...others].join(", ");
    throw new UsageError(`several installations have children here: ${all}; say which with --instance`);
  }
  return first ?? DEFAULT_INSTANCE;
}

/** What cannot be read has none; the command meets the same error and reports it. */
async function instancesIn(
  client: Pick<KubernetesClient, "list">,
  resource: Integration["resource"],
  namespace: string | null,
): Promise<readonly string[]> {
  try {
    const page = await client.list(resource, {
      namespace,
      limit: SAMPLE,
      labelSelector: MANAGED_BY_SELECTOR,
    });
    return page.items.flatMap(({ metadata }) => metadata.annotations?.[INSTANCE_ANNOTATION] ?? []);
  } catch (error) {
    if (error instanceof KubernetesError) return [];
    throw error;
  }
}
