'use strict'
// The sandbox's page. Everything shown may hold text of foreign programs, so it enters the page as text and never as markup.

const token = location.hash.slice(1)
const $ = id => document.getElementById(id)

function element (name, text, attributes = {}) {
  const e = document.createElement(name)
  if (text !== undefined && text !== null) e.textContent = String(text)
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
  return e
}

async function ask (method, path, body) {
  const answer = await fetch(path, { method, headers: { Authorization: 'Bearer ' + token }, body: body === undefined ? undefined : JSON.stringify(body) })
  const said = await answer.json()
  if (!answer.ok) throw new Error(said.error || 'status ' + answer.status)
  return said
}

function trouble (error) {
  $('trouble').hidden = !error
  $('trouble').textContent = error ? error.message : ''
}

// act does what a button asks for and shows what became of it.
async function act (method, path, body) {
  try {
    await ask(method, path, body)
    await look()
  } catch (error) {
    trouble(error)
  }
}

function showClock (clock) {
  $('now').textContent = clock.now.replace('T', ' ').slice(0, 19) + ' UTC'
  $('pace').textContent = clock.factor === 0 ? 'stands still' : clock.factor === 1 ? '' : clock.factor + ' times as fast as real time'
}

function outcome (e) {
  const said = [e.effect, e.error, e.fault && 'fault ' + e.fault, e.retry_after && 'Retry-After ' + e.retry_after, e.gone && 'the client left', e.ended === 0 && 'under way']
  return said.filter(Boolean).join(', ')
}

function showJournal (entries) {
  const rows = entries.slice(-200).reverse().map(e => {
    const row = element('tr', null, e.status >= 400 || e.status === 0 ? { class: 'refused' } : {})
    row.append(element('td', e.seq), element('td', e.at.slice(11, 19)), element('td', e.client || (e.agent || '').split(' ')[0]), element('td', `${e.method} ${e.host}${e.path}`, { class: 'path' }),
      element('td', [e.program, e.operation].filter(Boolean).join('.')), element('td', e.status || '–'), element('td', outcome(e)))
    return row
  })
  $('journal').replaceChildren(...rows)
  $('quiet').hidden = rows.length > 0
}

function showVerdicts (verdicts) {
  const lines = verdicts.slice(-20).reverse().map(v => element('li', `${v.client || 'A client'}, request ${v.seq}: ${v.what}`))
  $('verdicts').replaceChildren(...(lines.length ? lines : [element('li', 'Nothing so far.', { class: 'soft' })]))
}

function showFaults (faults) {
  const lines = faults.map(f => {
    const when = f.probability ? `by a chance of ${f.probability * 100}%` : f.times < 0 ? 'every time' : f.times === 1 ? 'once' : f.times + ' times'
    const line = element('li', `${f.id}: ${f.do}${f.status ? ' ' + f.status : ''}, ${f.match.program || 'any program'}, ${when}; acted ${f.hits === 1 ? 'once' : f.hits + ' times'} so far. `)
    const remove = element('button', 'Remove ' + f.id, { type: 'button', class: 'plain' })
    remove.addEventListener('click', () => act('DELETE', 'faults/' + f.id))
    line.append(remove)
    return line
  })
  $('faults').replaceChildren(...lines)
}

function showSwitches (switches) {
  const groups = new Map()
  for (const s of switches) {
    const program = s.name.split('.')[0]
    if (!groups.has(program)) {
      const group = element('details')
      group.append(element('summary', program))
      if (document.querySelector(`#switches details[data-program="${program}"][open]`)) group.open = true
      group.dataset.program = program
      groups.set(program, group)
    }
    const label = element('label', s.name)
    const control = s.values ? element('select') : element('input', null, { type: 'text' })
    for (const v of s.values || []) control.append(element('option', v + (v === s.default ? ' (usual)' : ''), { value: v }))
    control.value = s.value
    control.addEventListener('change', () => act('POST', 'switches', { [s.name]: control.value }))
    label.append(control, element('span', s.about, { class: 'soft' }))
    groups.get(program).append(label)
  }
  $('switches').replaceChildren(...groups.values())
}

// tree shows any JSON: what is flat as names and values, what is deep behind a summary.
function tree (value) {
  if (value === null || typeof value !== 'object') return document.createTextNode(String(value))
  const list = element('dl')
  for (const [k, v] of Object.entries(value)) {
    const about = element('dd')
    if (v !== null && typeof v === 'object') {
      const n = Object.keys(v).length
      if (n === 0) continue
      const inner = element('details')
      inner.append(element('summary', Array.isArray(v) ? n + (n === 1 ? ' entry' : ' entries') : (v.name || v.key || n + ' fields')))
      inner.addEventListener('toggle', () => { if (inner.children.length === 1) inner.append(tree(v)) })
      about.append(inner)
    } else {
      about.append(tree(v))
    }
    list.append(element('dt', Array.isArray(value) ? Number(k) + 1 : k.replaceAll('_', ' ')), about)
  }
  return list
}

function section (name, value) {
  const d = element('details')
  d.append(element('summary', name))
  d.addEventListener('toggle', () => { if (d.children.length === 1) d.append(tree(value)) })
  return d
}

async function showWorld () {
  const world = await ask('GET', 'world')
  $('where').textContent = `${world.url}, seed ${world.seed}` + (world.lax ? ', verifies nothing that is presented' : '')
  const parts = [section('Security profiles', world.profiles), section('Users', world.users)]
  for (const [program, part] of Object.entries(world.programs)) {
    parts.push(section(program, part))
    for (const id of ['program', 'fault-program']) $(id).append(element('option', program, { value: program }))
  }
  for (const id of ['program', 'fault-program']) if (![...$(id).options].some(o => o.value === 'lwa')) $(id).append(element('option', 'lwa', { value: 'lwa' }))
  $('world').replaceChildren(...parts)
  await showControls(Object.keys(world.programs))
  showSwitches(await ask('GET', 'switches'))
}

let controls = []

// showControls offers what the fakes can be asked to do besides answering.
async function showControls (programs) {
  controls = []
  for (const program of programs) {
    for (const c of await ask('GET', 'programs/' + program)) controls.push({ program, ...c })
  }
  $('control').replaceChildren(...controls.map((c, i) => element('option', `${c.program}: ${c.name}`, { value: i })))
  const describe = () => { $('about').textContent = controls.length ? controls[$('control').value].about : '' }
  $('control').addEventListener('change', describe)
  describe()
  $('receipts').hidden = !controls.some(c => c.program === 'adm' && c.name === 'receipts')
}

async function showReceipts () {
  if ($('receipts').hidden) return
  const all = await ask('POST', 'programs/adm/receipts', { each: true })
  $('devices').replaceChildren(...(all.each || []).slice(0, 200).map(d => {
    const row = element('tr')
    row.append(...[d.key, d.state, d.accepted, d.answered, d.waiting].map(v => element('td', v)), element('td', d.registration_id, { class: 'long' }))
    return row
  }))
}

async function look () {
  const program = $('program').value
  const [clock, journal, verdicts, faults] = await Promise.all([ask('GET', 'clock'), ask('GET', 'journal?program=' + encodeURIComponent(program)), ask('GET', 'journal/verdicts'), ask('GET', 'faults')])
  showClock(clock)
  showJournal(journal.entries)
  showVerdicts(verdicts)
  showFaults(faults)
  await showReceipts()
  trouble(null)
}

async function main () {
  for (const b of document.querySelectorAll('[data-advance]')) b.addEventListener('click', () => act('POST', 'clock', { advance: b.dataset.advance }))
  for (const b of document.querySelectorAll('[data-factor]')) b.addEventListener('click', () => act('POST', 'clock', { factor: Number(b.dataset.factor) }))
  $('clear').addEventListener('click', () => act('DELETE', 'journal'))
  $('program').addEventListener('change', () => look().catch(trouble))
  $('fault').addEventListener('submit', event => {
    event.preventDefault()
    act('POST', 'faults', { ...JSON.parse($('do').value), match: { program: $('fault-program').value }, times: Number($('times').value) })
  })
  $('ask').addEventListener('submit', async event => {
    event.preventDefault()
    const c = controls[$('control').value]
    try {
      $('said').replaceChildren(tree(await ask('POST', `programs/${c.program}/${c.name}`, JSON.parse($('input').value || '{}'))))
      await look()
    } catch (error) {
      $('said').textContent = error.message
    }
  })
  try {
    await showWorld()
    await look()
  } catch (error) {
    trouble(new Error(token ? error.message : 'This address lacks the token: open the page with `lockkeeper sandbox page`.'))
    return
  }
  setInterval(() => { if (!document.hidden) look().catch(trouble) }, 1000)
}

main()
