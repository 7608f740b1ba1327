/**
 * `spec.literalSubject`: a distinguished name as text (RFC 4514), such as `CN=shop.example.com,O=Shop`.
 *
 * @module
 */

/** Attributes whose value is a name, whatever it looks like; numbers as in RFC 4519 and RFC 2985. */
const NAMES =
  /^(?:CN|UID|E|EMAIL|EMAILADDRESS|2\.5\.4\.3|0\.9\.2342\.19200300\.100\.1\.1|1\.2\.840\.113549\.1\.9\.1)$/;
const DOMAIN_COMPONENT = /^(?:DC|0\.9\.2342\.19200300\.100\.1\.25)$/;

interface Attribute {
  /** Upper case. */
  readonly type: string;
  readonly value: string;
}

/**
 * The identities in a subject: the values of its naming attributes, its domain components as one host, and whatever
 * else reads as a name. All of the text where it cannot be read.
 */
export function identitiesOfSubject(
  subject: string,
  readsAsName: (value: string) => boolean,
): readonly string[] {
  const attributes = parseSubject(subject);
  if (attributes === null) return [subject];
  const domain = attributes.filter(({ type }) => DOMAIN_COMPONENT.test(type)).map(({ value }) => value);
  const names = attributes.filter(
    ({ type, value }) => !DOMAIN_COMPONENT.test(type) && (NAMES.test(type) || readsAsName(value)),
  );
  return [...names.map(({ value }) => value), ...(domain.length === 0 ? [] : [domain.join(".")])];
}

/** Null where it is no distinguished name, or has a value in hexadecimal, which nobody can read. */
function parseSubject(subject: string): readonly Attribute[] | null {
  const attribute =
    /\s*([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)\s*=\s*((?:\\[\s\S]|[^\\,+;"#<>])(?:\\[\s\S]|[^\\,+;"<>])*|)([,+;]|$)/y;
  const attributes: Attribute[] = [];
  while (attribute.lastIndex < subject.length) {
    const [, type, value, end] = attribute.exec(subject) ?? [];
    if (type === undefined || value === undefined) return null;
    attributes.push({ type: type.toUpperCase(), value: unescaped(value).trim() });
    // A separator at the end announces an attribute that is not there.
    if (end === "") return attributes;
  }
  return null;
}

/** `\2C` is a byte in hexadecimal, `\,` the character itself. */
function unescaped(value: string): string {
  return value.replace(/(?:\\[0-9A-Fa-f]{2})+|\\([\s\S])/g, (sequence, character: string | undefined) =>
    character === undefined ? Buffer.from(sequence.replaceAll("\\", ""), "hex").toString("utf8") : character,
  );
}
