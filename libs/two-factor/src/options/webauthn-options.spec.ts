import { describe, expect, it } from 'vitest';
import { type WebAuthnOptions, webAuthnFaults, webAuthnSettingsFrom } from './webauthn-options.js';

const GOOD: WebAuthnOptions = {
  rpId: 'example.com',
  rpName: 'Acme',
  origins: ['https://example.com', 'https://app.example.com:8443'],
};

function faultsOf(changed: Readonly<Record<string, unknown>>): string[] {
  return webAuthnFaults({ ...GOOD, ...changed });
}

describe('the options of passkeys', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a domain and its pages', {}],
    ['localhost with http', { rpId: 'localhost', origins: ['http://localhost:8080', 'https://localhost'] }],
    ['an app for Android', { origins: [`android:apk-key-hash:${'A'.repeat(43)}`] }],
    ['a domain in Punycode', { rpId: 'xn--bcher-kva.example', origins: ['https://xn--bcher-kva.example'] }],
    ['every choice', { userVerification: 'required', residentKey: 'discouraged', counterRegress: 'report' }],
    [
      'limits to models',
      { allow: { aaguids: ['fbfc3007-154e-4ecc-8c0b-6e020557d7bd'], deviceBoundOnly: true } },
    ],
  ])('are taken: %s', (_, changed) => {
    expect(faultsOf(changed)).toEqual([]);
  });

  it.each([
    '127.0.0.1',
    '[::1]',
    '10.1',
    'https://example.com',
    'example.com:8080',
    'example.com/',
    'Example.com',
    'com',
    '-a.example',
    'a..example',
    '.example.com',
    'bücher.example',
    '',
    undefined,
    `${'a'.repeat(64)}.example`,
  ])('are refused with the rpId %j', (rpId) => {
    expect(faultsOf({ rpId })[0]).toMatch(/^rpId: must be a domain/);
  });

  it.each([
    ['https://example.com/', 'an origin as browsers write it'],
    ['https://example.com/path', 'an origin as browsers write it'],
    ['https://EXAMPLE.com', 'an origin as browsers write it'],
    ['https://example.com:443', 'an origin as browsers write it'],
    ['example.com', 'an origin as browsers write it'],
    ['null', 'an origin as browsers write it'],
    [7, 'an origin as browsers write it'],
    ['https://evil.example', 'at the rpId or below it'],
    ['https://evilexample.com', 'at the rpId or below it'],
    ['https://example.com.evil.example', 'at the rpId or below it'],
    ['http://example.com', 'https'],
    ['http://localhost', 'at the rpId or below it'],
    ['android:apk-key-hash:short', 'an origin as browsers write it'],
  ])('are refused with the origin %j', (origin, rule) => {
    const [fault, ...others] = faultsOf({ origins: ['https://example.com', origin] });

    expect(fault).toContain(`origins: each must be ${rule}`);
    expect(others).toEqual([]);
  });

  it('are refused with all their faults at once, and none of their values', () => {
    const faults = faultsOf({
      rpId: 'SECRET',
      rpName: '',
      origins: [],
      userVerification: 'SECRET',
      residentKey: true,
      counterRegress: null,
      allow: { aaguids: ['SECRET'], deviceBoundOnly: 'SECRET' },
    });

    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'rpId',
      'rpName',
      'origins',
      'userVerification',
      'residentKey',
      'counterRegress',
      'allow.aaguids',
      'allow.deviceBoundOnly',
    ]);
    expect(faults.join()).not.toContain('SECRET');
  });

  it('have defaults', () => {
    expect(webAuthnSettingsFrom(GOOD)).toEqual({
      ...GOOD,
      userVerification: 'preferred',
      residentKey: 'preferred',
      counterRegress: 'refuse',
      allow: { aaguids: undefined, deviceBoundOnly: false },
    });
  });
});
