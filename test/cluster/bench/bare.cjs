// Answers every HTTP request with 204: the least that a function on Node can be.
const { createServer } = require("node:http");

createServer((request, response) => {
  request.resume();
  response.writeHead(204).end();
}).listen(8080, () => console.log("listening"));
// The first process of a container does not end of a signal that it does not handle.
process.on("SIGTERM", () => process.exit());
