import { type Plugin, parseSync } from 'vite';

/** What is between the `${…}` of a template, with as little of the white space as says the same. */
const SHORTENED: Readonly<Record<string, (text: string) => string>> = {
  html: (text) => text.replaceAll(/\s+/g, ' '),
  css: (text) =>
    text
      .replaceAll(/\/\*.*?\*\//gs, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ ?([{};,]) ?/g, '$1')
      .replaceAll(': ', ':')
      .replaceAll(';}', '}'),
};

/** Shortens Lit's templates, which minifiers leave as they are: to them they are texts. Ours have no `<pre>`. */
export function minifyTemplates(): Plugin {
  return {
    name: 'minify-templates',
    transform: {
      filter: { id: /two-factor-elements\/src\/.*\.ts$/, code: /\b(css|html)`/ },
      handler(code) {
        let [shortened, done] = ['', 0];
        for (const { kind, start, end } of templatesIn(parseSync('module.js', code).program)) {
          shortened += code.slice(done, start) + (SHORTENED[kind]?.(code.slice(start, end)) ?? '');
          done = end;
        }
        return { code: shortened + code.slice(done), map: null };
      },
    },
  };
}

interface Part {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** The texts of the templates below a node, in their order. */
function templatesIn(node: unknown): Part[] {
  if (typeof node !== 'object' || node === null) {
    return [];
  }
  const below = Object.values(node).flatMap(templatesIn);
  return [...partsOf(node), ...below].toSorted((one, other) => one.start - other.start);
}

function partsOf(node: object): Part[] {
  if (!('tag' in node && 'quasi' in node && isNamed(node.tag) && node.tag.name in SHORTENED)) {
    return [];
  }
  const kind = node.tag.name;
  return isTemplate(node.quasi) ? node.quasi.quasis.map(({ start, end }) => ({ kind, start, end })) : [];
}

function isNamed(tag: unknown): tag is { readonly name: string } {
  return typeof tag === 'object' && tag !== null && 'name' in tag && typeof tag.name === 'string';
}

function isTemplate(quasi: unknown): quasi is { readonly quasis: readonly Omit<Part, 'kind'>[] } {
  return typeof quasi === 'object' && quasi !== null && 'quasis' in quasi;
}
