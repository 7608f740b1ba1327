/**
 * The one comment that Go refuses: `//line file:10:4`, a line directive, where its numbers are out of range. Nobody
 * writes it in a rule; it is known here so that this parser accepts exactly what Traefik does.
 * https://pkg.go.dev/cmd/compile#hdr-Compiler_Directives
 *
 * @module
 */

/** Whether Go reads the comment (without its closing mark or line end) as a line directive and refuses it. */
export function isInvalidLineDirective(comment: string): boolean {
  const directive = /^\/[/*]line (.*:.*)$/s.exec(comment)?.[1];
  if (directive === undefined) {
    return false;
  }
  const text = comment.startsWith("//") ? directive.replace(/\r$/, "") : directive;
  const [number = "", line] = text.split(":").slice(1).reverse();
  return !isInRange(number) || (line !== undefined && isUint64(line) && !isInRange(line));
}

/** Go keeps the number in a signed 64-bit integer: the upper half turns negative and passes its check. */
function isInRange(digits: string): boolean {
  return (
    isUint64(digits) && !/^0*$/.test(digits) && (BigInt(digits) <= 2n ** 30n || BigInt(digits) >= 2n ** 63n)
  );
}

function isUint64(digits: string): boolean {
  // Longer than any number in range, leading zeros aside: no need to convert a megabyte of digits.
  return /^0*[0-9]{1,20}$/.test(digits) && BigInt(digits) < 2n ** 64n;
}
