import assert from 'node:assert/strict';
import { PASSKEYS_SCHEMAS } from '../../http/schemas/passkeys.schemas.js';
import { SoftPasskey } from '../soft-passkey.js';
import type { SoftCreationOptions, SoftRequestOptions } from '../soft-passkey-json.js';
import { fieldOf, isGood, shown, textOf } from './answer-fields.js';
import { AT_ONCE, refused } from './assertions.js';
import type { Check, Credentials, HostUnderTest } from './host-under-test.js';
import { fits } from './shapes.js';

const INVALID = 'TWO_FACTOR_PASSKEY_INVALID';

/** @param origin the page that they are used on: none, where the host has no passkeys */
export function passkeys(origin: string | undefined): Readonly<Record<string, Check>> {
  if (origin === undefined) {
    return {};
  }
  return {
    [`a passkey turns the factor on, and an answer of it works once, of ${AT_ONCE} at the same moment`]:
      async (host) => {
        const user = await host.newUser();
        const passkey = new SoftPasskey(origin);
        await add(host, passkey, { credentials: await host.session(user), proof: {} });
        const challengeToken = await host.challenge(user);
        const assertion = passkey.get(await requestOf(host, challengeToken));

        const answers = await Promise.all(
          Array.from({ length: AT_ONCE }, (_, turn) =>
            host.post('verify', { challengeToken, passkey: assertion }, { turn }),
          ),
        );

        const opened = answers.filter(isGood);
        assert.equal(opened.length, 1, `${opened.length} of ${AT_ONCE} uses of one answer opened a session`);
        const credentials = opened.map((answer) => host.credentialsOf(answer))[0];
        assert.ok(
          credentials !== undefined && (await host.isOpen(credentials)),
          'the answer holds a session',
        );
      },

    'a passkey is beside the phone, signs for this page only, and a wrong answer spends what was asked':
      async (host) => {
        const { user, phone, credentials } = await host.enrolled();
        const passkey = new SoftPasskey(origin);
        await add(host, passkey, { credentials, proof: { code: phone.freshCode() } });
        const challengeToken = await host.challenge(user);
        const elsewhere = await requestOf(host, challengeToken);
        const lie = passkey.get(elsewhere, { origin: 'https://attacker.example' });

        const phished = await host.post('verify', { challengeToken, passkey: lie });
        const late = await host.post('verify', { challengeToken, passkey: passkey.get(elsewhere) });
        const right = passkey.get(await requestOf(host, challengeToken));

        refused(host, phished, INVALID);
        assert.equal(phished.status, 422, 'a client that refreshes its token on 401 must not do so here');
        refused(host, late, INVALID);
        const answer = await host.post('verify', { challengeToken, passkey: right });
        assert.ok(isGood(answer), `a right answer opens a session; it was ${shown(answer)}`);
      },
  };
}

/** Makes a passkey; as the first factor of an account it turns that on. */
async function add<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  passkey: SoftPasskey,
  { credentials, proof }: { readonly credentials: Credentials; readonly proof: object },
): Promise<void> {
  const drawn = await host.post('passkeyOptions', proof, { credentials });
  fits(host, drawn, { call: 'passkeyOptions', schema: PASSKEYS_SCHEMAS.passkeyCreationOptions.answer });
  const response = passkey.create(creationIn(fieldOf(drawn.data, 'publicKey')));
  const added = await host.post('passkeys', { response, name: 'A key' }, { credentials });
  fits(host, added, { call: 'passkeys', schema: PASSKEYS_SCHEMAS.registerPasskey.answer });
  assert.equal(fieldOf(added.data, 'name'), 'A key', 'a passkey has the name that its owner gives it');
}

async function requestOf<User extends { readonly label: string }>(
  host: HostUnderTest<User>,
  challengeToken: string,
): Promise<SoftRequestOptions> {
  const answer = await host.post('verifyOptions', { challengeToken });
  assert.ok(isGood(answer), `A challenge has options for a passkey; it answered ${shown(answer)}`);
  const publicKey = fieldOf(answer.data, 'publicKey');
  return { rpId: textOf(publicKey, 'rpId'), challenge: textOf(publicKey, 'challenge') };
}

function creationIn(publicKey: unknown): SoftCreationOptions {
  return {
    rp: { id: textOf(fieldOf(publicKey, 'rp'), 'id') },
    user: { id: textOf(fieldOf(publicKey, 'user'), 'id') },
    challenge: textOf(publicKey, 'challenge'),
  };
}
