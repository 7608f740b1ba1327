// Answers every HTTP request with 204: the least that a function on Node can be.
const { createServer } = require("node:http");

createServer((request, response) => {
  request.resume();
  response.writeHead(204).end();
}).listen(8080, () => console.log("listening"));
