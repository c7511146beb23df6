import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatText } from './format-text.js'

describe("a model's Markdown", () => {
  it.each([
    ['**bold** and __bold__', '*bold* and *bold*'],
    ['*italic* and *italic too*', '_italic_ and _italic too_'],
    ['_italic_ **x** *italic*', '_italic_ *x* _italic_'],
    ['~~gone~~', '~gone~'],
    ['***both*** and **_both_**', '_*both*_ and *_both_*'],
    ['**a *b* c**', '*a _b_ c*'],
    ['**a **b** c**', '*a b c*'],
    ['**open', '**open'],
    ['# Title', '*Title*'],
    ['### **Title** with _more_ ##', '*Title with _more_*'],
    ['Title\n=====\ntext', '*Title*\ntext'],
    ['#hashtag and #1', '#hashtag and #1'],
    ['[the shop](https://example.com/a_b_c)', 'the shop (https://example.com/a_b_c)'],
    ['[https://example.com](https://example.com/)', 'https://example.com/'],
    ['[example.com](https://www.example.com)', 'https://www.example.com'],
    ['[mail us](mailto:a_b@example.com "write")', 'mail us (a_b@example.com)'],
    ['[+1 555 0100](tel:+15550100)', '+1 555 0100 (+15550100)'],
    ['[wiki](https://example.com/a_(b))', 'wiki (https://example.com/a_(b))'],
    ['**[bold link](https://example.com)**', '*bold link (https://example.com)*'],
    ['[top](#top) [x] [y](unclosed', 'top [x] [y](unclosed'],
    ['![a cat](https://example.com/cat.png)', 'a cat (https://example.com/cat.png)'],
    ['![](https://example.com/cat.png)', 'https://example.com/cat.png'],
    ['[![badge](https://a.example)](https://b.example)', 'badge (https://b.example)'],
    ['<https://example.com> <a@example.com>', 'https://example.com a@example.com'],
    ['* one\n* two\n  + three', '- one\n- two\n  - three'],
    ['- [ ] open\n- [x] **done**', '- ☐ open\n- ☑ *done*'],
    ['1. **one**\n2) two', '1. *one*\n2) two'],
    ['> quoted **words**\n>> deeper', '> quoted *words*\n> deeper'],
    ['> ## Title', '> *Title*'],
    ['---', '———'],
    ['use `**code**` here', 'use `**code**` here'],
    ['``a ` b``', '```a ` b```'],
    [
      'Tom &amp; Jerry &lt;3 &#39;ok&#39; &#x1F600; &unknown; &nope',
      "Tom & Jerry <3 'ok' 😀 &unknown; &nope",
    ],
    ['\\*not bold\\* \\# \\a', '*not bold* # \\a'],
    ['one<br>two<br />three', 'one\ntwo\nthree'],
    ['one  \ntwo', 'one\ntwo'],
    ['这是**重点**内容，**“引用”**也是', '这是*重点*内容，*“引用”*也是'],
    ['**강조**는 **"말"**을', '*강조*는 *"말"*을'],
    ['**Note:** x\r\n**End**', '*Note:* x\n*End*'],
    ['**see https://example.com/a_b**.', '*see https://example.com/a_b*.'],
  ])('%j', (markdown, expected) => {
    expect(formatText(markdown)).toBe(expected)
  })

  it.each([
    '2 * 3 * 4 = 24, 2*3*4, 2**10, a*b*c',
    'snake_case_name and _leading, trailing_',
    'https://example.com/a_b_c?d=*e*&f=~~g~~ www.example.com/__x__',
    'first_last_name@example.com, +1 (555) 000-1234',
    '+ 49 170 1234567',
    'Price* is net. *excl. VAT',
    '5 > 3 and 2 < 4 & so on, 5~10 or 7~8',
    '*bold* and _italic_ and ~gone~ for WhatsApp',
    '```mono``` and `code` and _italic_',
    '- one\n- two\n1. three\n> quote',
    '```words right away\nand **more**```',
    'a | b',
    'C:\\Users\\me',
    '  two blanks in front, and a • bullet',
    '',
  ])('is not %j', text => {
    expect(formatText(text)).toBe(text)
  })

  it('keeps fenced code word for word, without its language', () => {
    const code = '  **x** = a_b_c;\n\n# not a title\n| no | table |'
    expect(formatText(`See:\n\`\`\`python\n${code}\n\`\`\`\n**End**`)).toBe(
      `See:\n\`\`\`\n${code}\n\`\`\`\n*End*`,
    )
    expect(formatText(`~~~ts {1}\n${code}\n~~~~`)).toBe(`\`\`\`\n${code}\n\`\`\``)
    expect(formatText('1. do\n   ```sh\n   npm i\n     x\n   ```')).toBe('1. do\n```\nnpm i\n  x\n```')
  })

  it('closes fenced code that the model did not', () => {
    expect(formatText('```js\n**x**')).toBe('```\n**x**\n```')
  })

  it('tells tables line by line', () => {
    const table = '| Size | **Price** |\n|:-----|------:|\n| S | `10 €` |\n| M | |\n| a \\| b | 3 |\n\nEnd'
    expect(formatText(table)).toBe(
      '- Size: S · *Price*: `10 €`\n- Size: M\n- Size: a | b · *Price*: 3\n\nEnd',
    )
    expect(formatText('a | b\n--- | ---')).toBe('a · b')
  })

  it('knows WhatsApp bold by its company only', () => {
    expect(formatText('*bold* _and_')).toBe('*bold* _and_')
    expect(formatText('*italic* **bold** _italic_')).toBe('_italic_ *bold* _italic_')
  })
})

const signs = [
  '*',
  '**',
  '_',
  '~~',
  '`',
  '```',
  '\n',
  '\n\n',
  ' ',
  '[',
  ']',
  '(',
  ')',
  '](',
  '!',
  '#',
  '# ',
  '> ',
  '- ',
  '1. ',
]
const words = [
  'a',
  'word',
  '1',
  'https://e.example/',
  '|',
  '|-|-|',
  '\\',
  '<',
  '<br>',
  '&',
  '&amp;',
  '=',
  '===',
  '😀',
  '重',
]

describe('whatever a model writes', () => {
  const markdown = fc.string({ unit: fc.constantFrom(...signs, ...words), maxLength: 60 })

  it('loses no word, but for the languages of code, and repeats only the headings of tables', () => {
    const text = fc.string({
      unit: fc.constantFrom(...signs.filter(sign => !sign.includes('`')), 'a', '1', 'ß', '重', '\\'),
      maxLength: 60,
    })
    fc.assert(
      fc.property(text, written => {
        const letters = (shown: string) => shown.replace(/[^\p{L}\p{N}]/gu, '')
        expect(letters(formatText(written))).toBe(letters(written))
      }),
    )
  })

  it('comes to an end, and grows little', () => {
    fc.assert(
      fc.property(fc.oneof(markdown, fc.string({ unit: 'binary' })), written => {
        expect(formatText(written).length).toBeLessThanOrEqual(written.length ** 2 + 20)
      }),
    )
  })

  it('is left alone where it has no signs', () => {
    const plain = fc.string({
      unit: fc.constantFrom(
        'a',
        'B',
        '7',
        ' ',
        '.',
        ',',
        '!',
        '?',
        '\n',
        'é',
        '重',
        '😀',
        '(',
        ')',
        '-',
        '+',
      ),
    })
    fc.assert(
      fc.property(plain, written => {
        const kept = written.split('\n').every(line => !/^\s*[-+]| {2}$|^\s*\d+[.)]/.test(line))
        if (kept) expect(formatText(written)).toBe(written)
      }),
    )
  })

  it.each([
    '*',
    '**a ',
    '*a_ ',
    '_a*',
    '~~',
    '~~a ',
    '`',
    '`a``',
    '[',
    '[](',
    '[a](b',
    '![',
    '![![',
    '[a](b "',
    '[a](<',
    '(',
    '\\',
    '&#',
    '&a',
    '>',
    '>    ',
    '# ',
    '#',
    '- ',
    '1. ',
    '|',
    '|-',
    '| a |\n|-|\n',
    '```',
    '```\n',
    '~',
    '~`',
    '\n',
    ' ',
    '* ',
    '*  -',
    '=\n===\n',
    'http://',
    'www.(',
    '<br',
    '<',
    '*a* _b',
    'a)*',
    '\u0301*',
  ])('is done with very much of %j at once', unit => {
    const hostile = unit.repeat(Math.ceil(300_000 / unit.length))
    // What grows with the square of the length takes minutes here, and the test ends first.
    expect(typeof formatText(hostile)).toBe('string')
    expect(typeof formatText(`${hostile}\n\`x`)).toBe('string')
  })
})
