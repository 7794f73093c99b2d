// Lockkeeper's sandbox: connections to Amazon's hosts go to Amazon on this machine instead, whatever opens them.
'use strict'
const tls = require('node:tls')

const sandbox = SANDBOX
const hosts = new Set(sandbox.hosts)
const connect = tls.connect

// tls.connect takes (options), (port, host, options) and (port, options), each with a callback at the end.
tls.connect = function (...args) {
  const options = {}
  let done
  for (const arg of args) {
    if (typeof arg === 'function') done = arg
    else if (typeof arg === 'object' && arg !== null) Object.assign(options, arg)
    else if (typeof arg === 'string' && Number.isNaN(Number(arg))) options.host = arg
    else if (arg !== undefined) options.port = arg
  }
  const wanted = String(options.servername || options.host || '').toLowerCase()
  if (hosts.has(wanted) && !options.socket) {
    Object.assign(options, { host: sandbox.host, port: sandbox.port, servername: wanted })
  }
  return connect.call(this, options, done)
}
