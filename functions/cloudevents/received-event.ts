/**
 * A CloudEvent as it arrived, after the wire format has been checked and left behind.
 *
 * @module
 */

export interface ReceivedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  /** RFC 3339, as sent. */
  readonly time: string | null;
  /** Extension attributes in their canonical string form. Without prototype, so any name may be looked up. */
  readonly extensions: Readonly<Record<string, string>>;
  /** Parsed JSON; a `Uint8Array` where the content type is not JSON; undefined where there is no data. */
  readonly data: unknown;
}
