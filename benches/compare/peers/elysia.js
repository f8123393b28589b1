// Elysia on Bun, with schemas.

import { Elysia, t } from 'elysia'

new Elysia()
  .ws('/echo', {
    message(ws, message) {
      ws.send(message)
    },
  })
  .ws('/json', {
    query: t.Object({ id: t.String() }),
    body: t.Object({ message: t.String() }),
    message(ws, { message }) {
      ws.send({ id: ws.data.query.id, message, time: Date.now() })
    },
  })
  .ws('/room', {
    open(ws) {
      ws.subscribe('room')
    },
    message(ws, message) {
      ws.publish('room', message)
    },
  })
  .listen({ hostname: '127.0.0.1', port: process.env.PORT })
