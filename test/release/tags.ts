/**
 * What a registry shows.
 *
 * @module
 */
import { crane } from "../../tools/release/crane.ts";

/** Tags of all repositories, sorted, such as `team/image:1.2.3`. */
export async function tagsIn(registry: string): Promise<string[]> {
  const lines = async (...args: string[]) => (await crane(...args)).split("\n").filter((line) => line !== "");
  const names = await lines("catalog", registry);
  const tags = names.map(async (name) =>
    (await lines("ls", `${registry}/${name}`)).map((tag) => `${name}:${tag}`),
  );
  return (await Promise.all(tags)).flat().sort();
}
