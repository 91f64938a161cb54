import { describe, expect, it } from 'vitest';
import { SoftPasskey } from '../../testing/soft-passkey.js';
import { readAssertion, readRegistration } from './credential-json.js';

const passkey = new SoftPasskey('https://example.com');
const registration = passkey.create({
  rp: { id: 'example.com' },
  user: { id: 'AAAA' },
  challenge: 'AAAA',
});
const assertion = passkey.sign('AAAA');

type Changed = Readonly<Record<string, unknown>>;

function assertionWith(response: Changed, credential: Changed = {}): unknown {
  return { ...assertion, ...credential, response: { ...assertion.response, ...response } };
}

describe('what a browser gives', () => {
  it('is read as it comes, with fields that nobody asked for', () => {
    const { response } = assertion;

    expect(readAssertion({ ...assertion, authenticatorAttachment: 'platform', more: {} })).toEqual({
      id: assertion.id,
      clientDataJSON: response.clientDataJSON,
      authenticatorData: response.authenticatorData,
      signature: response.signature,
      userHandle: 'AAAA',
    });
    expect(readRegistration(registration)).toMatchObject({ transports: ['internal', 'hybrid'] });
  });

  it.each([[undefined], [null], ['']])('may have the user handle %j, which is none', (userHandle) => {
    expect(readAssertion(assertionWith({ userHandle }))).toMatchObject({ userHandle: undefined });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [assertion]],
    ['a text', JSON.stringify(assertion)],
    ['no response', { ...assertion, response: undefined }],
    ['a response that is a text', { ...assertion, response: 'x' }],
    ['another type', assertionWith({}, { type: 'password' })],
    ['two ids', assertionWith({}, { rawId: 'AAAA' })],
    ['an id that is no base64url', assertionWith({}, { id: 'a+b', rawId: 'a+b' })],
    ['an id with padding', assertionWith({}, { id: 'AA==', rawId: 'AA==' })],
    ['an empty id', assertionWith({}, { id: '', rawId: '' })],
    ['an id of 1,024 bytes', assertionWith({}, { id: 'A'.repeat(1366), rawId: 'A'.repeat(1366) })],
    ['no signature', assertionWith({ signature: undefined })],
    ['a signature that is bytes', assertionWith({ signature: [1, 2, 3] })],
    ['a long signature', assertionWith({ signature: 'A'.repeat(1025) })],
    ['long client data', assertionWith({ clientDataJSON: 'A'.repeat(4097) })],
    ['long authenticator data', assertionWith({ authenticatorData: 'A'.repeat(2049) })],
    ['a long user handle', assertionWith({ userHandle: 'A'.repeat(87) })],
    ['a user handle that is none', assertionWith({ userHandle: 0 })],
    ['a registration', registration],
  ])('is refused before it is decoded: %s', (_, value) => {
    expect(readAssertion(value)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['an assertion', assertion],
    ['nothing', undefined],
    [
      'a long attestation',
      { ...registration, response: { ...registration.response, attestationObject: 'A'.repeat(12_289) } },
    ],
  ])('is no registration: %s', (_, value) => {
    expect(readRegistration(value)).toBeUndefined();
  });

  it.each<[unknown, readonly string[]]>([
    [undefined, []],
    ['usb', []],
    [
      ['usb', 'usb', 'a new one', 7, 'smart-card'],
      ['usb', 'smart-card'],
    ],
    [Array.from({ length: 20 }, (_, index) => `t${index}`), ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7']],
  ])('names transports, a few and in form: %j', (transports, read) => {
    const value = { ...registration, response: { ...registration.response, transports } };

    expect(readRegistration(value)?.transports).toEqual(read);
  });
});
