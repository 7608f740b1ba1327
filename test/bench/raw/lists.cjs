/** Reads the lists whose paths are its arguments side by side, page by page, and ends. */
"use strict";
const { connect, list } = require("./requests.cjs");

const PAGE_SIZE = 500;
const connection = connect(process.env);
Promise.all(process.argv.slice(2).map((path) => list(connection, path, PAGE_SIZE))).then(() =>
  process.exit(0),
);
