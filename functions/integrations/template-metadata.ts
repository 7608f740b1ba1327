/**
 * The metadata of a template: labels and annotations that every child carries.
 *
 * @module
 */
import * as v from "valibot";
import { pathTo, settings, texts } from "../schema/fields.ts";
import { isLabelValue, isQualifiedName } from "./qualified-name.ts";

/** Set on every child by the function itself, whatever a template says. */
const OWN = /^(?:kubernetes\.io\/managed-by$|traefik-cert-rotater\.io\/)/;

/** What the API server would refuse on each child is refused here, once, with its path. */
export function templateMetadata() {
  return settings({
    labels: v.optional(v.pipe(texts(), checkedKeys(), checkedLabelValues())),
    annotations: v.optional(v.pipe(texts(), checkedKeys())),
  });
}

const A_KEY =
  'a key such as example.com/team: up to 63 letters, digits, "-", "_" and ".", after an optional domain and "/"';
const SET_BY_US = "another one: the function sets it itself";

type Texts = Record<string, string>;

function checkedKeys() {
  return v.rawCheck<Texts>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const key of Object.keys(dataset.value)) {
      const message = isQualifiedName(key) ? SET_BY_US : A_KEY;
      if (message === SET_BY_US && !OWN.test(key)) continue;
      addIssue({ message, input: key, path: pathTo(dataset.value, [key]) });
    }
  });
}

function checkedLabelValues() {
  return v.rawCheck<Texts>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [key, value] of Object.entries(dataset.value)) {
      if (isLabelValue(value)) continue;
      addIssue({
        message: 'the value of a label: at most 63 letters, digits, "-", "_" and "."',
        input: value,
        path: pathTo(dataset.value, [key]),
      });
    }
  });
}
