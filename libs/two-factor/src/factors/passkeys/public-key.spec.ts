import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isUsableKey } from './public-key.js';

function jwkOf(key: ReturnType<typeof generateKeyPairSync>['publicKey']): Record<string, Uint8Array> {
  const jwk = key.export({ format: 'jwk' });
  const entries = Object.entries(jwk).map(([name, text]) => [name, Buffer.from(String(text), 'base64url')]);
  return Object.fromEntries(entries) as Record<string, Uint8Array>;
}

const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const ed = jwkOf(generateKeyPairSync('ed25519').publicKey);
const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
const weak = jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);

const ES256: readonly (readonly [number, unknown])[] = [
  [1, 2],
  [3, -7],
  [-1, 1],
  [-2, ec['x']],
  [-3, ec['y']],
];

describe('a COSE key', () => {
  it.each<[string, readonly (readonly [number, unknown])[]]>([
    ['ES256', ES256],
    [
      'EdDSA',
      [
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, ed['x']],
      ],
    ],
    [
      'RS256',
      [
        [1, 3],
        [3, -257],
        [-1, rsa['n']],
        [-2, rsa['e']],
      ],
    ],
  ])('can be used with %s', (_, entries) => {
    expect(isUsableKey(new Map(entries))).toBe(true);
  });

  it.each<[string, readonly (readonly [number, unknown])[]]>([
    ['nothing in it', []],
    ['another algorithm', [...ES256, [3, -35]]],
    ['another curve', [...ES256, [-1, 2]]],
    ['the type of another algorithm', [...ES256, [1, 3]]],
    ['a point beside the curve', [...ES256, [-3, Buffer.alloc(32, 1)]]],
    ['a point that is cut off', [...ES256, [-3, ec['y']?.subarray(0, 27)]]],
    ['a text for a point', [...ES256, [-2, 'x']]],
    [
      '1,024 bits',
      [
        [1, 3],
        [3, -257],
        [-1, weak['n']],
        [-2, weak['e']],
      ],
    ],
  ])('cannot be used with %s', (_, entries) => {
    expect(isUsableKey(new Map(entries))).toBe(false);
  });
});
