/** Makes the requests of the file in its first argument and ends: the reads side by side, then the writes. */
"use strict";
const { readFileSync } = require("node:fs");
const { connect, sendAll } = require("./requests.cjs");

const { reads, writes } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const connection = connect(process.env);
sendAll(connection, reads)
  .then(() => sendAll(connection, writes))
  .then(() => process.exit(0));
