import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CloudEvent, HTTP } from "cloudevents";
import fc from "fast-check";
import { decodeEvents } from "./decode.ts";
import {
  BatchTooLargeError,
  InvalidAttributeError,
  InvalidDataError,
  MalformedEventError,
  NotAnEventError,
  UnsupportedContentError,
} from "./errors.ts";
import type { ReceivedEvent } from "./received-event.ts";

type Body = string | Uint8Array;

function decode(headers: Record<string, string>, body: Body = "") {
  return decodeEvents({ headers: new Headers(headers), body: Buffer.from(body) });
}

function decodeOne(headers: Record<string, string>, body: Body = ""): ReceivedEvent {
  const [event, ...rest] = decode(headers, body);
  assert.ok(event !== undefined && !(event instanceof MalformedEventError));
  assert.equal(rest.length, 0);
  return event;
}

const BINARY = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t" };
const STRUCTURED = { "content-type": "application/cloudevents+json" };
const BATCH = { "content-type": "application/cloudevents-batch+json" };
const EVENT = { specversion: "1.0", id: "1", source: "/s", type: "t" };

function structured(fields: object): string {
  return JSON.stringify({ ...EVENT, ...fields });
}

describe("binary mode", () => {
  test("what Knative's ApiServerSource sends", () => {
    const event = decodeOne(
      {
        ...BINARY,
        "ce-type": "dev.knative.apiserver.ref.add",
        "ce-source": "https://10.96.0.1:443",
        "ce-subject": "/apis/traefik.io/v1alpha1/namespaces/shop/ingressroutes/web",
        "ce-time": "2026-06-01T12:00:00.123456789Z",
        "ce-kind": "IngressRoute",
        "content-type": "application/json",
        "kn-namespace": "shop",
      },
      '{"kind":"IngressRoute","namespace":"shop","name":"web","apiVersion":"traefik.io/v1alpha1"}',
    );
    assert.deepEqual(
      { ...event, extensions: { ...event.extensions } },
      {
        id: "1",
        source: "https://10.96.0.1:443",
        type: "dev.knative.apiserver.ref.add",
        subject: "/apis/traefik.io/v1alpha1/namespaces/shop/ingressroutes/web",
        time: "2026-06-01T12:00:00.123456789Z",
        extensions: { kind: "IngressRoute" },
        data: { kind: "IngressRoute", namespace: "shop", name: "web", apiVersion: "traefik.io/v1alpha1" },
      },
    );
  });

  const DATA_TYPES = ["application/json", "Application/JSON", "application/json; charset=UTF-8", "text/json"];
  for (const type of [...DATA_TYPES, "application/vnd.x+json", 'application/json;charset="utf-8"']) {
    test(`data of type ${type} is parsed`, () => {
      assert.deepEqual(decodeOne({ ...BINARY, "content-type": type }, '{"a":1}').data, { a: 1 });
    });
  }

  test("data without a content type is parsed if it is JSON, else left as bytes", () => {
    assert.deepEqual(decodeOne(BINARY, '{"a":1}').data, { a: 1 });
    assert.deepEqual(decodeOne(BINARY, "hello").data, Buffer.from("hello"));
  });

  test("data of another type stays bytes", () => {
    assert.deepEqual(decodeOne({ ...BINARY, "content-type": "text/plain" }, "{}").data, Buffer.from("{}"));
  });

  test("no body is no data, whatever the content type", () => {
    assert.equal(decodeOne({ ...BINARY, "content-type": "application/json" }).data, undefined);
  });

  test("header values are unquoted and percent-decoded once", () => {
    assert.equal(decodeOne({ ...BINARY, "ce-subject": "a%20%E2%82%AC%2525" }).subject, "a €%25");
    assert.equal(decodeOne({ ...BINARY, "ce-subject": '"a \\"b\\""' }).subject, 'a "b"');
  });

  test("extensions cannot reach a prototype", () => {
    const { extensions } = decodeOne({ ...BINARY, "ce-kind": "x" });
    assert.equal(extensions.constructor, undefined);
  });
});

describe("structured mode", () => {
  test("attributes of every type, null as absent", () => {
    const event = decodeOne(STRUCTURED, structured({ subject: null, flag: true, count: -5, text: "x" }));
    assert.equal(event.subject, null);
    assert.deepEqual({ ...event.extensions }, { flag: "true", count: "-5", text: "x" });
  });

  test("data is the JSON value; a string stays a string", () => {
    assert.deepEqual(decodeOne(STRUCTURED, structured({ data: { a: [1] } })).data, { a: [1] });
    assert.equal(decodeOne(STRUCTURED, structured({ data: '{"a":1}' })).data, '{"a":1}');
  });

  test("data_base64 is decoded by datacontenttype", () => {
    const json = Buffer.from('{"a":1}').toString("base64");
    assert.deepEqual(decodeOne(STRUCTURED, structured({ data_base64: json })).data, { a: 1 });
    const text = structured({ data_base64: "aGk=", datacontenttype: "text/plain" });
    assert.deepEqual(decodeOne(STRUCTURED, text).data, Buffer.from("hi"));
  });

  test("__proto__ in the data is a plain own property", () => {
    const event = decodeOne(
      STRUCTURED,
      `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"__proto__":{"x":1}}}`,
    );
    assert.ok(Object.hasOwn(event.data as object, "__proto__"));
    assert.equal((event.data as { x?: number }).x, undefined);
  });

  test("content type in any case, with parameters", () => {
    const type = "APPLICATION/CloudEvents+JSON ; Charset=UTF-8";
    assert.equal(decodeOne({ "content-type": type }, structured({})).id, "1");
  });
});

describe("batch mode", () => {
  test("any number of events, none included", () => {
    assert.deepEqual(decode(BATCH, "[]"), []);
    assert.equal(decode(BATCH, `[${structured({})},${structured({ id: "2" })}]`).length, 2);
  });

  test("an entry that is no event does not cost the others", () => {
    const [first, second] = decode(BATCH, `[{"id":"1"},${structured({ id: "2" })}]`);
    assert.ok(first instanceof MalformedEventError);
    assert.equal(first.message, "entry 0 of the batch: specversion is missing");
    assert.equal((second as ReceivedEvent).id, "2");
  });

  test("too many entries", () => {
    assert.throws(() => decode(BATCH, JSON.stringify(Array(1_001).fill({}))), BatchTooLargeError);
  });
});

const NESTED = "[".repeat(400_000) + "]".repeat(400_000);

const HOSTILE: readonly [
  what: string,
  headers: Record<string, string>,
  body: Body,
  error: typeof MalformedEventError,
][] = [
  ["no headers at all", {}, "", NotAnEventError],
  ["plain JSON", { "content-type": "application/json" }, "{}", NotAnEventError],
  ["content type constructor", { "content-type": "constructor" }, "{}", UnsupportedContentError],
  ["content type __proto__", { "content-type": "__proto__" }, "{}", UnsupportedContentError],
  [
    "content type without subtype",
    { ...BINARY, "content-type": "application/" },
    "{}",
    UnsupportedContentError,
  ],
  ["another event format", { "content-type": "application/cloudevents+avro" }, "x", UnsupportedContentError],
  ["compressed body", { ...BINARY, "content-encoding": "gzip" }, "x", UnsupportedContentError],
  [
    "other character set",
    { ...BINARY, "content-type": "application/json;charset=utf-16" },
    "{}",
    UnsupportedContentError,
  ],
  [
    "structured in another character set",
    { "content-type": "application/cloudevents+json;charset=latin1" },
    structured({}),
    UnsupportedContentError,
  ],
  ["structured null", STRUCTURED, "null", InvalidDataError],
  ["structured array", STRUCTURED, "[]", InvalidDataError],
  ["structured text", STRUCTURED, '"x"', InvalidDataError],
  ["structured empty body", STRUCTURED, "", InvalidDataError],
  ["structured malformed JSON", STRUCTURED, "{", InvalidDataError],
  ["structured nesting bomb", STRUCTURED, NESTED, InvalidDataError],
  ["structured not UTF-8", STRUCTURED, Buffer.from([0x7b, 0xff, 0x7d]), InvalidDataError],
  ["batch object", BATCH, "{}", InvalidDataError],
  ["batch null", BATCH, "null", InvalidDataError],
  ["batch malformed JSON", BATCH, "[", InvalidDataError],
  ["binary malformed JSON", { ...BINARY, "content-type": "application/json" }, "{", InvalidDataError],
  [
    "binary JSON not UTF-8",
    { ...BINARY, "content-type": "application/json" },
    Buffer.from([0x22, 0xff, 0x22]),
    InvalidDataError,
  ],
  ["unknown version", { ...BINARY, "ce-specversion": "9.9" }, "", InvalidAttributeError],
  ["version 0.3", { ...BINARY, "ce-specversion": "0.3" }, "", InvalidAttributeError],
  ["empty id", { ...BINARY, "ce-id": "" }, "", InvalidAttributeError],
  ["bad time", { ...BINARY, "ce-time": "yesterday" }, "", InvalidAttributeError],
  ["a day that does not exist", { ...BINARY, "ce-time": "2026-02-29T00:00:00Z" }, "", InvalidAttributeError],
  ["attribute name with a dash", { ...BINARY, "ce-my-name": "x" }, "", InvalidAttributeError],
  ["attribute called data", { ...BINARY, "ce-data": "x" }, "", InvalidAttributeError],
  ["overlong UTF-8", { ...BINARY, "ce-subject": "%C0%A0" }, "", InvalidAttributeError],
  ["broken escape", { ...BINARY, "ce-subject": "%zz" }, "", InvalidAttributeError],
  ["line break in an attribute", { ...BINARY, "ce-subject": "a%0Ab" }, "", InvalidAttributeError],
  ["missing type", STRUCTURED, JSON.stringify({ ...EVENT, type: undefined }), InvalidAttributeError],
  ["id of a wrong type", STRUCTURED, structured({ id: 5 }), InvalidAttributeError],
  ["type null", STRUCTURED, structured({ type: null }), InvalidAttributeError],
  ["version as a number", STRUCTURED, structured({ specversion: 1.0 }), InvalidAttributeError],
  ["empty subject", STRUCTURED, structured({ subject: "" }), InvalidAttributeError],
  ["lone surrogate", STRUCTURED, structured({ subject: "\ud800" }), InvalidAttributeError],
  ["extension object", STRUCTURED, structured({ ext: {} }), InvalidAttributeError],
  ["extension fraction", STRUCTURED, structured({ ext: 1.5 }), InvalidAttributeError],
  ["extension in upper case", STRUCTURED, structured({ Ext: "x" }), InvalidAttributeError],
  [
    "__proto__ as an attribute",
    STRUCTURED,
    `{"__proto__":"x",${structured({}).slice(1)}`,
    InvalidAttributeError,
  ],
  ["data and data_base64", STRUCTURED, structured({ data: 1, data_base64: "MQ==" }), InvalidDataError],
  ["data_base64 not base64", STRUCTURED, structured({ data_base64: "*" }), InvalidDataError],
  ["data_base64 of a wrong type", STRUCTURED, structured({ data_base64: 5 }), InvalidDataError],
  ["data_base64 that is no JSON", STRUCTURED, structured({ data_base64: "aGk=" }), InvalidDataError],
  [
    "datacontenttype of a wrong type",
    STRUCTURED,
    structured({ datacontenttype: 5, data: 1 }),
    InvalidAttributeError,
  ],
];

describe("what is no event is refused with its cause", () => {
  for (const [what, headers, body, error] of HOSTILE) {
    test(what, () => {
      assert.throws(() => decode(headers, body), error);
    });
  }

  for (const name of ["specversion", "id", "source", "type"]) {
    test(`binary without ${name}`, () => {
      const headers = Object.fromEntries(
        Object.entries(BINARY).filter(([header]) => header !== `ce-${name}`),
      );
      assert.throws(() => decode(headers), new InvalidAttributeError(`${name} is missing`));
    });
  }

  test("deep nesting in the data is no danger", () => {
    const event = decodeOne({ ...BINARY, "content-type": "application/json" }, NESTED);
    assert.ok(Array.isArray(event.data));
  });
});

describe("properties", () => {
  const attribute = fc
    .string({ minLength: 1, maxLength: 20, unit: "grapheme" })
    .filter((text) => !/[\p{Cc}]/u.test(text));
  const name = fc
    .stringMatching(/^[a-z0-9]{1,20}$/)
    .filter((text) => !Object.hasOwn(CloudEvent.prototype, text));
  const event = fc.record({
    id: attribute,
    source: fc.webPath().filter((path) => path !== ""),
    type: attribute,
    subject: attribute,
    data: fc.dictionary(fc.string(), fc.jsonValue()),
    extensions: fc.dictionary(
      name.map((text) => `x${text}`),
      fc.stringMatching(/^[a-z]{1,9}$/),
      { maxKeys: 3 },
    ),
  });

  test("agrees with the SDK about events that the SDK writes in structured mode", () => {
    fc.assert(
      fc.property(event, ({ extensions, ...fields }) => {
        const sent = new CloudEvent({ ...fields, ...extensions });
        const message = HTTP.structured(sent);
        const received = decodeOne(
          { "content-type": "application/cloudevents+json" },
          message.body as string,
        );
        assert.deepEqual({ ...received.extensions }, { ...extensions });
        for (const key of ["id", "source", "type", "subject"] as const)
          assert.equal(received[key], sent[key]);
        assert.deepEqual(received.data, JSON.parse(JSON.stringify(fields.data)));
      }),
    );
  });

  test("throws nothing but MalformedEventError, whatever arrives", () => {
    const contentType = fc.oneof(
      fc.constantFrom("application/json", ...Object.values(STRUCTURED), ...Object.values(BATCH)),
      fc.stringMatching(/^[ -~]{0,30}$/),
    );
    const headers = fc.record(
      {
        "content-type": contentType,
        "ce-specversion": fc.constantFrom("1.0", "0.3", "%"),
        "ce-id": fc.stringMatching(/^[ -~]{0,9}$/),
        "ce-source": fc.stringMatching(/^[ -~]{0,9}$/),
        "ce-type": fc.stringMatching(/^[ -~]{0,9}$/),
        "ce-time": fc.stringMatching(/^[0-9TZ:.+-]{0,30}$/),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record({ ...EVENT_ARBITRARIES }, { requiredKeys: [] })
        .map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(headers, body, (fields, bytes) => {
        try {
          decodeEvents({ headers: new Headers(fields), body: bytes });
        } catch (error) {
          assert.ok(error instanceof MalformedEventError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const EVENT_ARBITRARIES = {
  specversion: fc.oneof(fc.constant("1.0"), fc.jsonValue()),
  id: fc.oneof(fc.string(), fc.jsonValue()),
  source: fc.oneof(fc.string(), fc.jsonValue()),
  type: fc.oneof(fc.string(), fc.jsonValue()),
  time: fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.jsonValue(),
  ),
  data: fc.jsonValue(),
  data_base64: fc.oneof(fc.base64String(), fc.jsonValue()),
};
