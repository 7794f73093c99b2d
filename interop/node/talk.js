// The conversation with the test that started this client: steps go out as lines, wishes go out as lines and
// wait for "done" on standard input. Credentials come in by the environment.
'use strict'
const readline = require('node:readline')

const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()

// ask makes the test do something to the world: expire tokens, throttle the next call, revoke what this client uses.
async function ask(wish) {
  console.log('ask ' + wish)
  const { value } = await answers.next()
  if (value !== 'done') throw new Error('the test answered ' + value)
}

// step runs fn and reports what it returned; the first failure ends the client.
async function step(name, fn) {
  try {
    const detail = await fn()
    console.log(`step ${name} ok ${detail ?? ''}`)
  } catch (err) {
    console.log(`step ${name} failed ${err.name}: ${String(err.message).slice(0, 300)}`)
    process.exit(1)
  }
}

// fails runs fn, which must throw an error for which match is true.
async function fails(fn, match) {
  try {
    await fn()
  } catch (err) {
    if (match(err)) return err.name
    throw err
  }
  throw new Error('was expected to fail')
}

module.exports = { ask, step, fails, env: process.env, end: () => process.exit(0) }
