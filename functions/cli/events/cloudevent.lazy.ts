/**
 * Writes CloudEvents with their SDK, which only a sender needs.
 *
 * @module
 */
import { CloudEvent, HTTP } from "cloudevents";

export interface OutgoingEvent {
  readonly type: string;
  readonly source: string;
  readonly data: object;
  readonly extensions: Readonly<Record<string, string>>;
}

/** An HTTP message in binary mode with a fresh id; sent again as it is, it stays the same event. */
export function toMessage({ extensions, ...attributes }: OutgoingEvent): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const event = new CloudEvent({ ...extensions, ...attributes, datacontenttype: "application/json" });
  const { headers, body } = HTTP.binary(event);
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body: String(body),
  };
}
