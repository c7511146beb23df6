import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.js'

export default defineConfig({
  ...library,
  entry: {
    'channels/meta/index': 'src/channels/meta/index.ts',
    'channels/whapi/index': 'src/channels/whapi/index.ts',
    'channels/waha/index': 'src/channels/waha/index.ts',
    'channels/mcp/index': 'src/channels/mcp/index.ts',
    'models/openai/index': 'src/models/openai/index.ts',
    'models/groq/index': 'src/models/groq/index.ts',
    'models/offline/index': 'src/models/offline/index.ts',
  },
})
