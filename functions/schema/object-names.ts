/**
 * Names that Kubernetes allows: RFC 1123 labels (namespaces) and subdomains (most objects), as its own validation has
 * them.
 *
 * @module
 */

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

export function isNamespaceName(name: string): boolean {
  return LABEL.test(name);
}

export function isObjectName(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** Whether the text is `<namespace>/<release>`, the name of an installation. */
export function isInstanceName(text: string): boolean {
  const [namespace = "", release = "", ...rest] = text.split("/");
  return isNamespaceName(namespace) && isObjectName(release) && rest.length === 0;
}
