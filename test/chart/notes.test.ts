import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { chart, helm } from "./render.ts";

async function notes(values: object = {}): Promise<string> {
  const output = await helm(["install", "tcr", chart, "--namespace", "edge", "--dry-run=client"], values);
  return output.slice(output.indexOf("\nNOTES:\n"));
}

const LABEL = "-A -l kubernetes.io/managed-by=Traefik-cert-rotater";

suite("notes after the install", () => {
  test("say how to resync by hand", async () => {
    const text = await notes();
    const send =
      "kn event send --type io.traefik-cert-rotater.resync --to ksvc:tcr-traefik-cert-rotation:edge";
    assert.ok(text.includes(send));
    assert.ok(text.includes("--from=cronjob/tcr-traefik-cert-rotation-resync"));
  });

  test("say how to remove the children: all, or those of this installation", async () => {
    const text = await notes();
    assert.ok(
      text.includes(`kubectl delete certificates.cert-manager.io,dnsendpoints.externaldns.k8s.io ${LABEL}\n`),
    );
    const ours = /-o go-template='([^']+)' \| xargs -r -L1 kubectl delete (\S+)/g;
    const commands = [...text.matchAll(ours)];
    assert.deepEqual(
      commands.map(([, , resource]) => resource),
      ["certificates.cert-manager.io", "dnsendpoints.externaldns.k8s.io"],
    );
    for (const [, template] of commands)
      assert.match(template ?? "", /"traefik-cert-rotater\.io\/instance"\)\) "edge\/tcr"}}/);
  });

  test("say what no source means, and how to try the installation", async () => {
    const text = await notes({ source: { mode: "none" } });
    assert.match(
      text,
      /no source tells of changes .*: they are seen by the resync on schedule, and not before/,
    );
    assert.doesNotMatch(text, /apiserversources/);
    const never = await notes({ source: { mode: "none" }, resync: { schedule: "" } });
    assert.match(never, /by nobody, unless you send events yourself/);
    assert.ok((await notes()).includes("helm test tcr -n edge"));
  });

  test("leave out kinds that the installation never touches", async () => {
    const text = await notes({ integrations: { certManager: { enabled: false } } });
    assert.ok(text.includes(`kubectl delete dnsendpoints.externaldns.k8s.io ${LABEL}\n`));
    assert.ok(!text.includes("certificates.cert-manager.io"));
  });
});
