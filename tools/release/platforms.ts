/**
 * For which machines an image is. Pure.
 *
 * @module
 */

/** Such as `linux/amd64`. */
export type Platform = string;

/** Those that `docker buildx inspect --bootstrap` says its builder can build. */
export function platformsOfBuildx(text: string): Platform[] {
  const line = /^Platforms:\s*(.*)$/m.exec(text)?.[1] ?? "";
  return line.split(",").flatMap((word) => {
    const name = word.trim().replace(/\*$/, "");
    return name === "" ? [] : [name];
  });
}

/** A sentence for each that is wanted and cannot be built. */
export function platformProblems(
  wanted: readonly Platform[],
  possible: readonly Platform[],
  advice: string,
): string[] {
  const rest = wanted.filter((platform) => possible.includes(platform));
  const without = rest.length === 0 ? "" : `, or leave it out with --platforms ${rest.join(",")}`;
  return wanted
    .filter((platform) => !possible.includes(platform))
    .map(
      (platform) =>
        `${platform} cannot be built here, only ${possible.join(", ") || "nothing"}: ${advice}${without}`,
    );
}
