// Bun's own server (uWebSockets) with compression and without context takeover, to compare with our server.
Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  fetch: (request, server) => {
    const { pathname } = new URL(request.url);
    return server.upgrade(request, { data: pathname }) ? undefined : new Response("no", { status: 404 });
  },
  websocket: {
    perMessageDeflate: true,
    open: (socket) => {
      if (socket.data === "/room") socket.subscribe("room");
    },
    message: (socket, message) => {
      if (socket.data === "/room") socket.publish("room", message, true);
      else socket.send(message, true);
    },
  },
});
