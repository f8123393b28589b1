// `ws` on Node with the routes that it supports: an echo, an echo decoded with JSON.parse, compression, and a request body.

import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.end('read'))
})
const options = { noServer: true, maxPayload: 1 << 20 }
const plain = new WebSocketServer({ ...options, perMessageDeflate: false })
const deflate = new WebSocketServer({ ...options, perMessageDeflate: true })
const room = new Set()

const routes = {
  '/echo': [plain, (ws, message, binary) => ws.send(message, { binary })],
  '/typed': [deflate, (ws, message) => {
    let answer
    try {
      const { n } = JSON.parse(message.toString())
      answer = n.every((each) => Number.isInteger(each)) ? String(n.length) : 'invalid'
    } catch {
      answer = 'invalid'
    }
    ws.send(answer)
  }],
  '/slow': [deflate, () => new Promise((done) => setTimeout(done, 60_000))],
  '/room': [deflate, (ws, message, binary) => room.forEach((other) => other.send(message, { binary }))],
}

server.on('upgrade', (request, socket, head) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  const route = routes[pathname]
  if (!route) return socket.destroy()
  const [sockets, respond] = route
  sockets.handleUpgrade(request, socket, head, (ws) => {
    if (pathname === '/room') room.add(ws)
    ws.on('close', () => room.delete(ws))
    ws.on('error', () => {})
    ws.on('message', (message, binary) => respond(ws, message, binary))
  })
})

process.on('SIGTERM', () => {
  server.close()
  for (const sockets of [plain, deflate]) sockets.clients.forEach((ws) => ws.close(1001))
  setTimeout(() => process.exit(), 3000)
})

server.listen(process.env.PORT, '127.0.0.1')
