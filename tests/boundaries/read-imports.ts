import { readFileSync } from 'node:fs'
import ts from 'typescript'

export interface ImportSite {
  /** What is imported, or `undefined` for an `import(…)` whose argument is not a plain string. */
  readonly specifier: string | undefined
  /** Counted from 1. */
  readonly line: number
}

/** Every import of a TypeScript file: static, type-only, re-exported, dynamic and `import('…')` types. */
export function readImports(path: string): ImportSite[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const sites: ImportSite[] = []

  function add(node: ts.Node, specifier: ts.Node | undefined): void {
    const text = specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined
    sites.push({ specifier: text, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 })
  }

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier)
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) add(node, node.expression)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node, node.argument.literal)
    else if (ts.isCallExpression(node) && isImportCall(node)) add(node, node.arguments[0])
    ts.forEachChild(node, visit)
  }

  visit(source)
  return sites
}

function isImportCall(node: ts.CallExpression): boolean {
  const { expression } = node
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(expression) && expression.text === 'require')
  )
}
