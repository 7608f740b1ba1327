import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem } from "../../problem.ts";
import { inOrder } from "./problem-order.ts";

function problem(field: string | null, message = "wrong"): Problem {
  return { reason: "InvalidField", message, field };
}

test("in the order of the rules, whoever found them", () => {
  const fields = [
    null,
    "spec.tls.secretName",
    "spec.routes[10].match",
    "spec.routes[2].services[0].port",
    "spec.routes[2].match",
    "spec.routes",
    "spec.ingressClassName",
    "metadata.annotations[b.example.com/x]",
    "metadata.annotations[a.example.com/x]",
    "apiVersion",
  ];
  assert.deepEqual(
    inOrder(fields.map((field) => problem(field))).map(({ field }) => field),
    [
      "apiVersion",
      "metadata.annotations[a.example.com/x]",
      "metadata.annotations[b.example.com/x]",
      "spec.routes",
      "spec.routes[2].match",
      "spec.routes[2].services[0].port",
      "spec.routes[10].match",
      "spec.tls.secretName",
      "spec.ingressClassName",
      null,
    ],
  );
});

test("each once", () => {
  const found = inOrder([problem("spec"), problem("spec", "other"), problem("spec")]);
  assert.deepEqual(
    found.map(({ message }) => message),
    ["wrong", "other"],
  );
});
