/**
 * Credentials of a person at a terminal: a kubeconfig, as kubectl finds it, or the ServiceAccount of a pod.
 *
 * @module
 */
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  type Credentials,
  NoCredentialsError,
  serviceAccountCredentials,
} from "../../kubernetes/credentials.ts";
import { type Terminal, UsageError } from "../terminal/terminal.ts";

/**
 * `KUBECONFIG`, else `~/.kube/config` where that is, else the pod's ServiceAccount.
 *
 * @param context of the kubeconfig; null for its current one
 * @throws {UsageError} where there are none, or the kubeconfig cannot be used
 */
export async function commandCredentials(context: string | null, env: Terminal["env"]): Promise<Credentials> {
  try {
    if (context === null && !(await hasKubeconfig(env))) {
      return serviceAccountCredentials(env);
    }
    const { kubeconfigCredentials } = await import("../../kubernetes/kubeconfig.lazy.ts");
    return await kubeconfigCredentials(context);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof NoCredentialsError) throw new UsageError(why, { cause });
    // A parser adds an excerpt of the file.
    const reason = (why.split("\n", 1)[0] ?? why).replace(/:$/, "");
    throw new UsageError(
      `the kubeconfig ${env.KUBECONFIG ?? "~/.kube/config"} cannot be used: ${reason}; ` +
        "correct it, or name another with KUBECONFIG or --context",
      { cause },
    );
  }
}

/** Whether `KUBECONFIG` names one, or there is one where kubectl looks. */
export async function hasKubeconfig(env: Terminal["env"]): Promise<boolean> {
  if (env.KUBECONFIG) return true;
  const path = join(env.HOME ?? homedir(), ".kube", "config");
  return access(path).then(
    () => true,
    () => false,
  );
}
