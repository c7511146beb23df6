import { readConfig } from './config.js'
import { createLogger } from './logging.js'
import { playBurst, playDuplicate, playHandoff, playStale, type Stage } from './scene/acts.js'
import { createOperator } from './scene/operator.js'
import { createTranscript } from './scene/transcript.js'
import { type RunningServer, startServer } from './server.js'
import { failToStart, stopOnSignal } from './stop.js'

const help = `npm start            plays a short scene between people, the bot and an operator, then keeps the server running
npm start -- --exit  ends after the scene, with status 0 if all of it went as it should`

/** Plays the scene over real signed webhooks. Resolves to whether everything it claims is true. */
async function play(server: RunningServer, config: ReturnType<typeof readConfig>): Promise<boolean> {
  const { emulator, url } = server
  if (!emulator)
    throw new Error('the scene plays on the emulator; unset WHATSAPP_PHONE_NUMBER_ID, or use `npm run serve`')
  const transcript = createTranscript(console.log, () => performance.now())
  const stage: Stage = {
    emulator,
    transcript,
    operator: createOperator(url, config.OPERATOR_API_KEY),
    quietMs: config.BUFFER_QUIET_MS,
  }
  // New people each time: yesterday's conversations are still in the store.
  const alex = emulator.addPerson({ name: 'Alex' })
  const bo = emulator.addPerson({ name: 'Bo' })
  await playBurst(stage, alex)
  await playDuplicate(stage, alex)
  await playStale(stage, bo)
  await playHandoff(stage, bo)

  const { checks, failures } = transcript
  const refusals = emulator.refusals.map(({ message }) => message)
  console.log(`\n${checks - failures.length} of ${checks} claims hold.`)
  for (const failure of failures) console.log(`  ✗ ${failure}`)
  for (const refusal of refusals) console.log(`  ✗ WhatsApp would have refused: ${refusal}`)
  return failures.length === 0 && refusals.length === 0
}

function showWhatRuns(server: RunningServer): void {
  console.log(`
The server goes on:
  phone     ${server.emulator?.phoneUrl}     write to the bot yourself
  messages  ${server.url}/api/v1/conversations
  health    ${server.url}/health
Ctrl-C ends it.`)
}

if (process.argv.includes('--help')) {
  console.log(help)
  process.exit(0)
}
try {
  // The transcript is what this command is for; the log speaks up only when something is wrong.
  const config = readConfig({ LOG_LEVEL: 'error', ...process.env })
  const server = await startServer(config, createLogger(config))
  console.log(`listening on ${server.url}`)
  const good = await play(server, config)
  if (process.argv.includes('--exit')) {
    await server.close()
    process.exit(good ? 0 : 1)
  }
  showWhatRuns(server)
  stopOnSignal(server.close)
} catch (error) {
  failToStart(error)
}
