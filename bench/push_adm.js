// Warm node-adm, unmodified, as fast as it goes: signed in before the clock starts, connections kept. It prints how long so many messages took.
'use strict'
const [, , address, id, secret, list, inFlight] = process.argv
const https = require('node:https')
const [host, port] = address.split(':')
const agent = new https.Agent({ keepAlive: true, maxSockets: Number(inFlight) })
const request = https.request
https.request = (options, ...rest) => request({ ...options, host, port, agent, servername: options.host, headers: { ...options.headers, Host: options.host } }, ...rest)

const adm = require('../interop/push/node_modules/node-adm')
const ids = require('node:fs').readFileSync(list, 'utf8').split('\n').filter(Boolean)
const sender = new adm.Sender({ client_id: id, client_secret: secret })
sender.authenticate((err) => {
  if (err) throw err
  const began = process.hrtime.bigint()
  const used = process.cpuUsage()
  let next = 0
  let done = 0
  let accepted = 0
  const one = () => {
    if (next >= ids.length) return
    sender.send({ data: { kind: 'sync', n: '7' }, expiresAfter: 3600 }, ids[next++], (err, answer) => {
      if (!err && answer.registrationID) accepted++
      if (++done < ids.length) return one()
      const { user, system } = process.cpuUsage(used)
      console.log(JSON.stringify({ Seconds: Number(process.hrtime.bigint() - began) / 1e9, Accepted: accepted, CPU: (user + system) / 1e6 }))
      process.exit(0)
    })
  }
  for (let i = 0; i < Number(inFlight); i++) one()
})
