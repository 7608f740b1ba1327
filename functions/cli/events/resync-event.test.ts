import assert from "node:assert/strict";
import { test } from "node:test";
import { blockedBy, blockedText } from "./resync-event.ts";

test("an answer says how many deletions were blocked; nonsense is none", () => {
  assert.equal(blockedBy({}), 0);
  assert.equal(blockedBy({ "traefik-cert-rotater-held": "28" }), 28);
  for (const nonsense of ["", "x", "-1", "1.5", "1e999"]) {
    assert.equal(blockedBy({ "traefik-cert-rotater-held": nonsense }), 0, nonsense);
  }
  assert.match(blockedText(28, null), /^28 children are no longer wanted, .*resync --confirm-deletions$/);
  assert.match(
    blockedText(28, "you may not"),
    /needs a kubeconfig that may annotate .*ConfigMap: you may not$/,
  );
});
