import { readFileSync } from 'node:fs';
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

describe('custom-elements.json', () => {
  it.each(declarations)('names the properties and attributes of $tagName', async ({ name, ...declared }) => {
    const fields = declared.members.filter(({ kind, ...more }) => kind === 'field' && !('readonly' in more));
    const named = Object.fromEntries<string | undefined>([
      ...declared.attributes.map(({ fieldName, name: attribute }) => [fieldName, attribute] as const),
      ...fields.map((field) => [field.name, undefined] as const),
    ]);

    expect(named).toEqual(await propertiesOf(name));
  });

  it.each(declarations)('names the events of $tagName', ({ name, events }) => {
    const [, body = ''] = new RegExp(`interface ${name}Events \\{([^}]*)\\}`).exec(EVENTS) ?? [];
    const typed = [...body.matchAll(/'([\w-]+)': ([^;]+);/g)].map(([, type, text]) => `${type} ${text}`);

    expect(events.map(({ name: type, type: { text } }) => `${type} ${text}`)).toEqual(typed);
    expect(typed.length).toBeGreaterThan(0);
  });
});
