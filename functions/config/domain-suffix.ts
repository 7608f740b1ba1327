/**
 * Domains of the host policy. One that is written in another form allows no host at all, which looks like every host
 * being refused: so it is refused itself, and the message has the right form. Pure.
 *
 * @module
 */

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const IPV4 = /^\d+(\.\d+){3}$/;
const MAX_LENGTH = 253;

/** The domain as it is compared, `.Example.com.` being `example.com`; null where it is none. */
export function toDomain(suffix: string): string | null {
  const domain = suffix.toLowerCase().replace(/^\.|\.$/g, "");
  return isDomain(domain) ? domain : null;
}

/** What is expected instead of a suffix that is no domain, as the end of "expected ...". */
export function expectedDomain(suffix: string): string {
  const general = "a domain such as example.com, which allows itself and every name below it";
  const meant = domainIn(suffix);
  return meant === null ? general : `${meant} (${general}; without wildcard, scheme, port and path)`;
}

/** The domain that somebody meant; null where that is not plain. */
function domainIn(suffix: string): string | null {
  const host = suffix
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, "")
    .replace(/[/?#].*$/, "")
    .replace(/^[^@]*@/, "")
    .replace(/:\d*$/, "")
    .replace(/^[*.]+/, "")
    .replace(/\.+$/, "");
  if (isDomain(host)) return host;
  // As Traefik and DNS have it; an empty text where it is no host.
  const ascii = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : "";
  return isDomain(ascii) ? ascii : null;
}

function isDomain(text: string): boolean {
  return text.length <= MAX_LENGTH && !IPV4.test(text) && text.split(".").every((label) => LABEL.test(label));
}
