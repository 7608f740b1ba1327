/**
 * What stands in for an integration that is switched off and whose children are to go.
 *
 * @module
 */
import type { ChildKind, Integration } from "./integration.ts";

/** The integration that wants no child, reads nothing and claims nothing. */
export function removerOf(kind: ChildKind): Integration {
  return {
    ...kind,
    dependencies: [],
    claim: null,
    isReady: null,
    waitsForOthers: false,
    extraNames: () => [],
    check: () => [],
    desire: () => ({ kind: "absent", problems: [] }),
    removesAll: true,
  };
}
