/**
 * Credentials of this process. The reader of kubeconfigs is heavy and therefore loaded only where there is one.
 *
 * @module
 */
import { type Credentials, serviceAccountCredentials } from "./credentials.ts";

/**
 * `KUBECONFIG` if set, else the pod's ServiceAccount.
 *
 * @throws NoCredentialsError naming what was looked for
 */
export async function findCredentials(env: NodeJS.ProcessEnv): Promise<Credentials> {
  if (env.KUBECONFIG) {
    const { kubeconfigCredentials } = await import("./kubeconfig.lazy.ts");
    return kubeconfigCredentials();
  }
  return serviceAccountCredentials(env);
}
