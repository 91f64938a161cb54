import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../contract/support/raw.js';
import { type TestApp, startApp } from '../support/app.js';
import { type Person, aUser } from '../support/people.js';

/**
 * What clients send for a POST without a body, byte for byte but for host and token: `### client`, then the request.
 * Recorded on Debian 12 by calls of our own; `npm run test:clients` runs real clients.
 */
const FILE = readFileSync(new URL('recorded-requests.http', import.meta.url), 'utf8');
const RECORDED = Array.from(
  FILE.matchAll(/^### (.+)\n([^]*?)(?=^### |(?![^]))/gm),
  ([, client = '', lines = '']) => ({
    client,
    request: lines.replaceAll('\n', '\r\n'),
  }),
);

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startApp();
  ann = await aUser(app);
});
afterAll(() => app.close());

describe('the specified call, as it is sent by', () => {
  it.each(RECORDED)('$client', async ({ request }) => {
    const bytes = request.replace('{host}', new URL(app.url).host).replace('{token}', ann.tokens.accessToken);

    const answer = await exchange(app.url, bytes);

    expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({
      status: 200,
      body: {
        data: expect.objectContaining({
          secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
          qrCodeUri: expect.stringMatching(/^data:image\/png;base64,/),
          backupCodes: Array.from({ length: 10 }, () => expect.any(String)),
        }),
      },
    });
  });

  it('twenty-four clients in all', () => {
    expect(RECORDED).toHaveLength(24);
  });
});
