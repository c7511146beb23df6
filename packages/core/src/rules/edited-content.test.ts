import { describe, expect, it } from 'vitest'
import { editedContent } from './edited-content.js'

describe('edited content', () => {
  const image = { type: 'image', media: { id: '1' }, caption: 'a cat' } as const

  it('is what the edit says', () => {
    const edit = { type: 'text', text: 'better' } as const
    expect(editedContent({ type: 'text', text: 'good', linkPreview: true }, edit)).toEqual(edit)
    expect(editedContent({ type: 'template', name: 'hello', language: 'en' }, edit)).toEqual(edit)
  })

  it.each([
    { type: 'text', text: 'a dog' },
    { type: 'image', media: {}, caption: 'a dog' },
  ] as const)('keeps the file when the edit is of type $type', edit => {
    expect(editedContent(image, edit)).toEqual({ ...image, caption: 'a dog' })
  })

  it('may take a caption away', () => {
    expect(editedContent(image, { type: 'image', media: {} })).toEqual({ type: 'image', media: { id: '1' } })
  })
})
