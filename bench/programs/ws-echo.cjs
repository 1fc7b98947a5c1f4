'use strict';
// A WebSocket server that reads a request and sends back a fixed answer: the most that a gateway on the same library
// could do.
const { WebSocketServer } = require('ws');

const payload = JSON.parse(process.env.ANSWER);
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false });
server.on('connection', (socket) =>
  socket.on('message', (data) => {
    const { id } = JSON.parse(data.toString());
    socket.send(JSON.stringify({ type: 'res', id, ok: true, payload }));
  }),
);
