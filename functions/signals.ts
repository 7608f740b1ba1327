/**
 * Ends the process on a signal that comes while it starts. Imported before all else: the kernel ignores signals that
 * the first process of a container has no handler for, and the pod would stay for its whole termination grace period.
 *
 * @module
 */
const end = () => process.exit(0);
const signals = ["SIGTERM", "SIGINT"] as const;
for (const signal of signals) process.once(signal, end);

/** From now on the caller answers signals. */
export function takeSignals(answer: (signal: NodeJS.Signals) => void): void {
  // In this order: without any listener Node stops watching, and a signal that is on its way would be lost.
  for (const signal of signals) process.on(signal, answer).off(signal, end);
}
