/**
 * Traefik's own rule parsers, asked through the Go program in this folder.
 *
 * @module
 */
import { spawn } from "node:child_process";
import type { Protocol, RuleSyntax } from "../../functions/traefik/rule/syntax.ts";
import { buildGoTool } from "../control-plane/go-tools.ts";

export interface Question {
  readonly protocol: Protocol;
  readonly syntax: RuleSyntax;
  readonly rule: string;
}

/** What Traefik makes of one rule; "" stands for no error. */
export interface Answer {
  readonly domains: readonly string[];
  readonly parseError: string;
  readonly loadError: string;
}

/** Path of the program, built by Go on first use. Throws `GoToolError` with what to install. */
export function findOracle(): Promise<string> {
  return buildGoTool({ name: "traefik-oracle", moduleDir: import.meta.dirname, package: "." });
}

/** Answers in the order of the questions. */
export async function askTraefik(program: string, questions: readonly Question[]): Promise<Answer[]> {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const chunks: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(""));
  const code = await ended;
  const answers = chunks
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Answer);
  if (code !== 0 || answers.length !== questions.length) {
    throw new Error(
      `the oracle ended with code ${code} after ${answers.length} of ${questions.length} answers`,
    );
  }
  return answers;
}
