// `ws` on Node, with its native helper for masks. A room is a set of sockets.

import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
const room = new Set()

const respond = {
  '/echo': (ws, message, binary) => ws.send(message, { binary }),
  '/room': (ws, message, binary) => {
    for (const other of room) {
      if (other !== ws && other.readyState === other.OPEN) other.send(message, { binary })
    }
  },
  '/json': (ws, message, _, id) => {
    const said = JSON.parse(message.toString())
    ws.send(JSON.stringify({ id, message: said.message, time: Date.now() }))
  },
}

sockets.on('connection', (ws, request) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const id = searchParams.get('id')
  if (pathname === '/room') {
    room.add(ws)
    ws.on('close', () => room.delete(ws))
  }
  ws.on('error', () => {})
  ws.on('message', (message, binary) => respond[pathname](ws, message, binary, id))
})

server.listen(process.env.PORT, '127.0.0.1')
