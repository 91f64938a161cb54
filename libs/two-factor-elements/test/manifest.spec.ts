import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../custom-elements.json' with { type: 'json' };

const DIST = new URL('../dist/index.js', import.meta.url);
const EVENTS = readFileSync(new URL('../src/events.ts', import.meta.url), 'utf8');

interface Property {
  readonly attribute?: string | false;
  readonly state?: boolean;
}
interface LitClass {
  readonly elementProperties: ReadonlyMap<string, Property>;
}

const declarations = manifest.modules[0]!.declarations;

/** As Lit has them, built: the attribute that is read for each property, if any. */
async function propertiesOf(name: string): Promise<Record<string, string | undefined>> {
  const loaded = (await import(DIST.href)) as Record<string, LitClass & { finalize(): void }>;
  const element = loaded[name]!;
  element.finalize();
  const shown = [...element.elementProperties].filter(([, { state }]) => state !== true);
  return Object.fromEntries(
    shown.map(([property, { attribute }]) => [
      property,
      attribute === false ? undefined : (attribute ?? property.toLowerCase()),
    ]),
  );
}

const SRC = new URL('../src/', import.meta.url);
const SOURCES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(new URL(path, SRC), 'utf8'));
const VUE = readFileSync(new URL('../vue.d.ts', import.meta.url), 'utf8');
const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** What is between the quotes of each `part` and `slot`, and the words in the expressions there. */
function wordsOf(attribute: RegExp): string[] {
  const texts = SOURCES.flatMap((source) => Array.from(source.matchAll(attribute), ([, text = '']) => text));
  const written = texts.flatMap((text) => text.replaceAll(/\S*\$\{[^}]*\}/g, ' ').split(/\s+/));
  const quoted = texts.flatMap((text) => Array.from(text.matchAll(/'([\w-]+)'/g), ([, word = '']) => word));
  return [...new Set([...written, ...quoted])].filter((word) => word !== '');
}

describe('custom-elements.json', () => {
  it('names the parts and slots that there are, and so does the README', () => {
    // Those that are made of a name.
    const made = ['trust', 'said-safe', 'icon-totp', 'icon-passkey', 'icon-codes', 'icon-device'];
    const parts = [...wordsOf(/\spart="([^"]+)"/g), ...made].toSorted();
    const slots = wordsOf(/<slot name="([^"]+)"/g).toSorted();
    const named = (of: 'cssParts' | 'slots'): string[] => [
      ...new Set(
        declarations.flatMap((one) => (of in one ? one[of] : undefined) ?? []).map(({ name }) => name),
      ),
    ];

    expect(named('cssParts').toSorted()).toEqual(parts);
    expect(named('slots').toSorted()).toEqual(slots);
    expect(parts.filter((part) => !README.includes(`\`${part}\``))).toEqual([]);
  });

  it.each(declarations)('names the properties and attributes of $tagName', async ({ name, ...declared }) => {
    const fields = declared.members.filter(({ kind, ...more }) => kind === 'field' && !('readonly' in more));
    const named = Object.fromEntries<string | undefined>([
      ...declared.attributes.map(({ fieldName, name: attribute }) => [fieldName, attribute] as const),
      ...fields.map((field) => [field.name, undefined] as const),
    ]);

    expect(named).toEqual(await propertiesOf(name));
  });

  it.each(declarations)(
    'names what the types for Vue name, of $tagName',
    ({ tagName, name, ...declared }) => {
      const [, common = ''] = /type Common = ([^;]+);/.exec(VUE) ?? [];
      const [, own = ''] = new RegExp(`'${tagName}': InTemplates<([^>]+)>`).exec(VUE) ?? [];
      const typed = Array.from(`${common} ${own}`.matchAll(/'(\w+)'/g), ([, property = '']) => property);
      const fields = declared.members.filter(
        ({ kind, ...more }) => kind === 'field' && !('readonly' in more),
      );
      const named = [
        ...declared.attributes.map(({ fieldName }) => fieldName),
        ...fields.map((field) => field.name),
      ];

      expect(typed.toSorted()).toEqual(named.toSorted());
      expect(own).toContain(`${name}Events`);
    },
  );

  it.each(declarations)('names the events of $tagName', ({ name, events }) => {
    const [, body = ''] = new RegExp(`interface ${name}Events \\{([^}]*)\\}`).exec(EVENTS) ?? [];
    const typed = [...body.matchAll(/'([\w-]+)': ([^;]+);/g)].map(([, type, text]) => `${type} ${text}`);

    expect(events.map(({ name: type, type: { text } }) => `${type} ${text}`)).toEqual(typed);
    expect(typed.length).toBeGreaterThan(0);
  });
});
