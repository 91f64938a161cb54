import { CallFailure } from '../api/call-failure.js';
import type { PasskeyCreationOptions, PasskeyRegistration, Proof } from '../api/two-factor-api.js';
import type { Change, Deed } from '../flows/change.js';
import { tellAccepted } from '../passkeys/accepted-passkeys.js';
import { askForPasskey, createPasskey } from '../passkeys/browser-passkeys.js';
import { ProofForm, type ProofFormOptions } from '../proof/proof-form.js';
import type { Texts } from '../texts/texts.js';
import type { SettingsFlow } from './settings-flow.js';

/** The form of a step that asks for something. */
export function formOf(flow: SettingsFlow, state: Change): ProofForm | undefined {
  const send = (proof: Proof): Promise<void> => flow.perform(proof);
  if (state.step === 'proving') {
    return newForm(flow, state.deed, {
      methods: state.methods,
      passkey: async (signal) => ({ passkey: await askForPasskey(await flow.api.requestOptions(), signal) }),
      send,
    });
  }
  if (state.step === 'confirming') {
    return newForm(flow, state.deed, { methods: ['totp'], passkey: nothing, refusedHint, send });
  }
  return state.step === 'creating-passkey'
    ? newForm(flow, state.deed, { methods: ['passkey'], passkey: nothing, send: creating(flow, state) })
    : undefined;
}

/** What a view is about beside its step: with another one it is another view. */
export function subjectOf(state: Change): unknown {
  return state.step === 'proving' ? state.deed : state.step === 'saving' ? state.codes : undefined;
}

/** Nothing has been used yet: a replay is not what it is. */
const refusedHint = (t: Texts): string => t.confirm.refusedHint;

const nothing = (): Promise<Proof> => Promise.resolve({});

function newForm(
  flow: SettingsFlow,
  deed: Deed,
  { send, passkey, ...options }: Omit<ProofFormOptions, 'locks' | 'takes'>,
): ProofForm {
  return new ProofForm(flow.host, {
    ...options,
    locks: flow.locks,
    passkey: (signal) => flow.tried(deed, () => passkey(signal)),
    send: (proof, signal) => flow.tried(deed, () => send(proof, signal)),
  });
}

/**
 * Has the browser make a passkey. A button of its own starts that, also after a proof: browsers open their dialog for a press
 * only, and two dialogs in a row look like a mistake.
 */
function creating(
  flow: SettingsFlow,
  { deed, options: drawn }: Change & { readonly step: 'creating-passkey' },
): ProofFormOptions['send'] {
  /** Made already, when the server wants the password too: it is not made twice. */
  let made: { readonly options: PasskeyCreationOptions; readonly response: PasskeyRegistration } | undefined;
  return async ({ password }, signal) => {
    const { visit } = flow;
    if (made === undefined) {
      const options = drawn ?? (await flow.api.creationOptions({}));
      made = { options, response: await createPasskey(options, signal) };
    }
    const { options, response } = made;
    const answer = await flow.api
      .registerPasskey({ response, ...(password !== undefined && { password }) })
      .catch((error: unknown) => {
        if (!CallFailure.from(error).needsPassword) {
          made = undefined;
        }
        throw error;
      });
    const credentialIds = [...options.excludeCredentials, response].map(({ id }) => id);
    void tellAccepted({ rpId: options.rp.id, userId: options.user.id, credentialIds });
    const of = { account: options.user.name, service: options.rp.name };
    flow.take({ type: 'passkey-registered', deed, answer, of }, visit);
  };
}
