/**
 * One line of CSV, which cert-manager's subject annotations are: a value with a comma stands in double quotes.
 *
 * @module
 */

/**
 * The fields of one CSV record (RFC 4180), blanks kept; null where it is not exactly one well-formed record, as Go's
 * `encoding/csv` sees it.
 */
export function parseCsvLine(text: string): readonly string[] | null {
  // Go drops empty lines and reads CR LF as LF.
  const line = text
    .replaceAll("\r\n", "\n")
    .replace(/\r$/, "")
    .replace(/^\n+|\n+$/g, "");
  if (line === "") return null;
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const [field, end] = line[at] === '"' ? quotedField(line, at) : bareField(line, at);
    if (field === null) return null;
    fields.push(field);
    if (end === line.length) return fields;
    // A comma follows; anything else is a second record or text after a closing quote.
    if (line[end] !== ",") return null;
    at = end + 1;
  }
}

function bareField(line: string, start: number): [field: string | null, end: number] {
  const comma = line.indexOf(",", start);
  const end = comma < 0 ? line.length : comma;
  const field = line.slice(start, end);
  return [/["\n]/.test(field) ? null : field, end];
}

function quotedField(line: string, start: number): [field: string | null, end: number] {
  const body = /"((?:[^"]|"")*)"/y;
  body.lastIndex = start;
  const match = body.exec(line);
  return [match?.[1]?.replaceAll('""', '"') ?? null, body.lastIndex];
}
