/** Makes the requests of the file in its first argument and ends: reads side by side, then writes, then checks. */
"use strict";
const { readFileSync } = require("node:fs");
const { connect, sendAll, writeAndCheck } = require("./requests.cjs");

const { reads, writes, checks } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const connection = connect(process.env);
sendAll(connection, reads)
  .then(() => writeAndCheck(connection, writes, checks))
  .then(() => process.exit(0));
