/**
 * Which traces are kept: as the parent says, and where there is none as `OTEL_TRACES_SAMPLER` does.
 *
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 *
 * @module
 */
import type { TraceParent } from "../../cloudevents/trace-context.ts";

export type Sampler = (traceId: string, parent: TraceParent | null) => boolean;

const ALL: Sampler = () => true;
const NONE: Sampler = () => false;

/** Null where there is no sampler of that name, or its argument is none. */
export function parseSampler(name = "parentbased_always_on", argument = "1"): Sampler | null {
  const parentBased = /^parentbased_(.*)$/.exec(name)?.[1];
  if (parentBased !== undefined) {
    const root = rootSampler(parentBased, argument);
    return root === null ? null : (traceId, parent) => parent?.isSampled ?? root(traceId, parent);
  }
  return rootSampler(name, argument);
}

export const DEFAULT_SAMPLER: Sampler = (_traceId, parent) => parent?.isSampled ?? true;

function rootSampler(name: string, argument: string): Sampler | null {
  switch (name) {
    case "always_on":
      return ALL;
    case "always_off":
      return NONE;
    case "traceidratio": {
      const ratio = Number(argument);
      if (!(ratio >= 0 && ratio <= 1)) return null;
      // By the trace's own random digits, so that all who see it decide alike.
      return (traceId) => Number.parseInt(traceId.slice(-13), 16) < ratio * 2 ** 52;
    }
    default:
      return null;
  }
}
