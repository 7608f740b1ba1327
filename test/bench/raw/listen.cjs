/** A bare HTTP server that says once that it listens. */
"use strict";
const { writeSync } = require("node:fs");
const { createServer } = require("node:http");

const server = createServer((_, response) => response.end());
server.listen(0, () =>
  writeSync(1, `${JSON.stringify({ msg: "listening", port: server.address().port })}\n`),
);
