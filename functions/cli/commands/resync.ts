/**
 * `resync`: has the function look at everything again, by an event to it or by a Job of its installation.
 *
 * @module
 */
import { TOKEN_FILE } from "../../cloudevents/authentication/sender-token.ts";
import { checkScope, type ResyncOptions } from "../events/resync-event.ts";
import { readSink } from "../events/sink.ts";
import { type ExitCode, type Terminal, UsageError } from "../terminal/terminal.ts";

/** With `--to` or `K_SINK` it sends the event itself; else a Job in the kubeconfig's cluster does. */
export async function resync(
  options: ResyncOptions,
  terminal: Terminal,
  tokenFile = TOKEN_FILE,
): Promise<ExitCode> {
  const hasSink = options.to !== undefined || Boolean(terminal.env.K_SINK);
  checkScope(options);
  if (!hasSink) {
    const { resyncByJob } = await import("./resync-job.ts");
    return await resyncByJob(options, terminal);
  }
  const sink = readSink(options.to, terminal.env);
  const { confirmDeletions = false, installation, context } = options;
  if (!confirmDeletions && (installation !== undefined || context !== undefined)) {
    throw new UsageError("with --to or K_SINK no cluster is asked; leave out --instance and --context");
  }
  const { sendResync } = await import("../events/send-resync.ts");
  const confirm = async () => {
    const { tryToConfirm } = await import("../installation/confirmation.ts");
    return await tryToConfirm(options, terminal);
  };
  return await sendResync(options, { sink, tokenFile, confirm }, terminal);
}
