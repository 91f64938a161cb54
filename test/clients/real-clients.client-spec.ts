import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, aUser } from '../support/people.js';
import { EXAMPLES, exampleFor } from './support/examples.js';
import { LANGUAGES, NOT_RUN, isHere, runExample } from './support/languages.js';
import { type TlsFront, startTlsFront } from './support/tls-front.js';

let app: TestApp;
let front: TlsFront;
let ann: Person;
beforeAll(async () => {
  app = await startApp();
  front = await startTlsFront(app.url);
});
beforeEach(async () => {
  ann = await aUser(app);
});
afterAll(async () => {
  front.close();
  await app.close();
});

describe("the specification's own example", () => {
  it.each(LANGUAGES)('sets up a second factor in $name', async (language) => {
    if (!(await isHere(language))) {
      throw new Error(
        `Not run: ${language.name} is not here. Debian has it in ${language.packages.join(', ')}.`,
      );
    }
    const { url, certificate } = front;
    const example = exampleFor(language.name, { url, token: ann.tokens.accessToken });

    const printed = await runExample(language, example, certificate);

    expect(printed).toMatch(/\b[A-Z2-7]{32}\b/);
    expect(printed).toContain('data:image/png;base64,');
    expect(printed.match(/\b[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){2}\b/g)).toHaveLength(10);
    expect((await ann.call('/auth/2fa')).data).toMatchObject({ enabled: false, pending: true });
  });

  it('is run in each of its languages, or named as not run', () => {
    const known = [...LANGUAGES.map(({ name }) => name), ...NOT_RUN.keys()];

    expect(known.toSorted()).toEqual([...EXAMPLES.keys()].toSorted());
  });
});
