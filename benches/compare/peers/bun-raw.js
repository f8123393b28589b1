// Bun's own server, which is uWebSockets, without a schema.

const respond = {
  '/echo': (ws, message) => ws.send(message),
  '/room': (ws, message) => ws.publish('room', message),
  '/json': (ws, message) => {
    const said = JSON.parse(message)
    ws.send(JSON.stringify({ id: ws.data.id, message: said.message, time: Date.now() }))
  },
}

Bun.serve({
  hostname: '127.0.0.1',
  port: process.env.PORT,
  fetch(request, server) {
    const { pathname, searchParams } = new URL(request.url)
    const data = { pathname, id: searchParams.get('id') }
    if (!(pathname in respond) || !server.upgrade(request, { data })) {
      return new Response(null, { status: 404 })
    }
  },
  websocket: {
    perMessageDeflate: false,
    open(ws) {
      if (ws.data.pathname === '/room') ws.subscribe('room')
    },
    message(ws, message) {
      respond[ws.data.pathname](ws, message)
    },
  },
})
