/**
 * `npm run docs:build`, `npm run docs:dev`, `npm run docs:preview`: the site of the documentation, into docs/site/dist.
 *
 * @module
 */
import { vitepress } from "./install.ts";

await vitepress(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
