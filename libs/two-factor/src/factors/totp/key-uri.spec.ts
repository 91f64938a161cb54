import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyUri } from './key-uri.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** Reads a Key URI as an authenticator app does: with a URL parser, then percent-decoding. */
function readByAnApp(uri: string): {
  readonly label: readonly string[];
  readonly query: Record<string, string>;
} {
  const { protocol, host, pathname, search, hash, username, port } = new URL(uri);
  expect({ protocol, host, hash, username, port }).toEqual({
    protocol: 'otpauth:',
    host: 'totp',
    hash: '',
    username: '',
    port: '',
  });
  // Not URLSearchParams, which takes `+` for a space: some apps do, others do not.
  const pairs = search.slice(1).split('&');
  return {
    label: pathname.slice(1).split(':').map(decodeURIComponent),
    query: Object.fromEntries(pairs.map((pair) => pair.split('=').map(decodeURIComponent))),
  };
}

const PARAMETERS = { secret: SECRET, algorithm: 'SHA1', digits: '6', period: '30' };

/** Any code points at all. The unit `binary` of fast-check says the same and takes seconds to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 20 })
  .map((codePoints) => String.fromCodePoint(...codePoints).toWellFormed());

describe('keyUri', () => {
  it('writes the Key URI that authenticator apps know', () => {
    const uri = keyUri({ secret: SECRET, issuer: 'Acme', account: 'alice@example.com' });

    expect(uri).toBe(
      'otpauth://totp/Acme:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme&algorithm=SHA1&digits=6&period=30',
    );
  });

  it('writes a space as %20 and a plus as %2B, which every app reads alike', () => {
    const uri = keyUri({ secret: SECRET, issuer: 'Acme Corp', account: 'a+b c@x.io' });

    expect(uri).toContain('/Acme%20Corp:a%2Bb%20c%40x.io?');
    expect(uri).toContain('&issuer=Acme%20Corp&');
    expect(uri).not.toContain('+');
  });

  it.each([
    ['every separator of a URI', 'a+b:c&d%/é😀@x.io'],
    ['another query', 'a?secret=EVIL&issuer=evil#fragment'],
    ['an escape already', '%41%3A%00%zz'],
    ['double quotes', '"a"@x.io'],
    ['single quotes and parentheses', "o'(brien)*!~@x.io"],
    ['markup', '<script>alert(1)</script>'],
    ['newlines and tabs, which a URL parser drops', 'a\r\nb\tc'],
    ['NUL', 'a\0b'],
    ['spaces around', '  a  '],
    ['a backslash', 'a\\..\\b'],
    ['a step up', '../../evil'],
    ['only dots', '..'],
    ['right-to-left text and a mark', 'שלום\u202e@x.io'],
    ['a family of code points', '👨‍👩‍👧‍👦'],
    ['nothing', ''],
  ])('brings a label back whole: %s', (_, label) => {
    const asAccount = readByAnApp(keyUri({ secret: SECRET, issuer: 'Acme', account: label }));
    const asIssuer = readByAnApp(keyUri({ secret: SECRET, issuer: label, account: 'alice' }));

    expect(asAccount).toEqual({ label: ['Acme', label], query: { ...PARAMETERS, issuer: 'Acme' } });
    expect(asIssuer).toEqual({ label: [label, 'alice'], query: { ...PARAMETERS, issuer: label } });
  });

  it.each([
    ['the first half of a pair', 'a\ud83db'],
    ['the second half of a pair', 'a\ude00b'],
  ])('writes U+FFFD for %s, which has no UTF-8', (_, label) => {
    const { label: parts, query } = readByAnApp(keyUri({ secret: SECRET, issuer: label, account: label }));

    expect(parts).toEqual(['a\ufffdb', 'a\ufffdb']);
    expect(query).toEqual({ ...PARAMETERS, issuer: 'a\ufffdb' });
  });

  it('brings any label back whole, in ASCII without a space', () => {
    const label = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      anyText,
      fc.string({ unit: fc.constantFrom(...':/?#[]@!$&\'()*+,;=%"<>\\^`{|}. \t\n\0'.split('')) }),
    );
    fc.assert(
      fc.property(label, label, (issuer, account) => {
        const uri = keyUri({ secret: SECRET, issuer, account });

        expect(uri).toMatch(/^[!-~]+$/);
        expect(readByAnApp(uri)).toEqual({ label: [issuer, account], query: { ...PARAMETERS, issuer } });
      }),
      { numRuns: 200 },
    );
  });

  it.each(['😀'.repeat(1000), 'x'.repeat(10_000)])(
    'cuts a name that no QR code could hold, between characters',
    (name) => {
      const uri = keyUri({ secret: SECRET, issuer: name, account: name });

      const { label } = readByAnApp(uri);
      expect(uri.length).toBeLessThan(1800);
      expect(label.every((part) => part.length > 20 && name.startsWith(part))).toBe(true);
    },
  );
});
