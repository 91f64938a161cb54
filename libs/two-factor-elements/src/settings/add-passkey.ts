import { CallFailure } from '../api/call-failure.js';
import {
  type Method,
  type PasskeyCreationOptions,
  type PasskeyRegistration,
  type RegisteredPasskey,
  tokensOf,
} from '../api/two-factor-api.js';
import { tellAccepted } from '../passkeys/accepted-passkeys.js';
import { createPasskey } from '../passkeys/browser-passkeys.js';
import type { TwoFactorEnabledDetail } from './enrolment.js';
import { allProofs, prove } from './prove.js';
import { saveCodes } from './save-codes.js';
import type { SettingsFlow } from './settings-flow.js';
import { markUnsaved } from './unsaved-codes.js';
import type { View } from './view.js';
import { proof as proofView } from './views/proof.js';

/** A passkey as the first factor of an account. */
export function firstPasskey(flow: SettingsFlow): void {
  create(flow, () => flow.api.creationOptions({}));
}

/**
 * A passkey beside the factors that there are.
 *
 * @param methods what may prove it, the first one first
 */
export function addPasskey(flow: SettingsFlow, methods: readonly Method[] = allProofs(flow)): void {
  prove(flow, {
    methods,
    texts: ({ proof, authenticators }) => ({
      title: authenticators.addPasskeyTitle,
      text: proof.addText,
      submit: proof.replaceSubmit,
    }),
    send: async (proof, isStillHere) => {
      const options = await flow.api.creationOptions(proof);
      if (isStillHere()) {
        create(flow, () => Promise.resolve(options));
      }
    },
  });
}

/**
 * Has the browser make one. A button of its own starts that, also after a proof: browsers open their dialog for a press
 * only, and two dialogs in a row look like a mistake.
 */
function create(flow: SettingsFlow, draw: () => Promise<PasskeyCreationOptions>): void {
  flow.notice = undefined;
  /** Made already, when the server wants the password too: it is not made twice. */
  let made: { readonly options: PasskeyCreationOptions; readonly response: PasskeyRegistration } | undefined;
  const form = flow.form({
    methods: ['passkey'],
    passkey: () => Promise.resolve({}),
    send: async ({ password }, signal) => {
      const { visit } = flow;
      if (made === undefined) {
        const options = await draw();
        made = { options, response: await createPasskey(options, signal) };
      }
      const { options, response } = made;
      const answer = await registered(flow, { response, ...(password !== undefined && { password }) });
      const credentialIds = [...options.excludeCredentials, response].map(({ id }) => id);
      void tellAccepted({ rpId: options.rp.id, userId: options.user.id, credentialIds });
      finish(flow, answer, { visit, account: options.user.name, service: options.rp.name });
    },
    takes: (failure) => {
      if (failure.code !== 'AUTH_REAUTHENTICATION_REQUIRED') {
        made = undefined;
      }
      if (failure.code !== 'TWO_FACTOR_PASSKEY_INVALID') {
        return false;
      }
      // What was asked for is spent or has run out, and with it the proof that it took.
      flow.notice = { failure };
      flow.reload();
      return true;
    },
  });
  const view: View = {
    kind: 'passkey',
    form,
    render: () => {
      const { authenticators: texts } = flow.t;
      return proofView({
        t: flow.t,
        title: texts.addPasskeyTitle,
        text: texts.addPasskeyText,
        submit: texts.createPasskey,
        form,
        isDanger: false,
        withoutFactor: undefined,
        cancel: flow.backToOverview,
      });
    },
  };
  flow.show(view);
  form.focus();
}

async function registered(
  flow: SettingsFlow,
  body: { readonly response: PasskeyRegistration; readonly password?: string },
): Promise<RegisteredPasskey> {
  const { visit, status } = flow;
  try {
    return await flow.api.registerPasskey(body);
  } catch (error) {
    if (CallFailure.from(error).isAnswerLost && flow.visit === visit && status?.enabled === false) {
      // It may have been done, with codes that nobody has seen.
      flow.drawnBeforeDoubt = status.backupCodes.generatedAt;
    }
    throw error;
  }
}

function finish(
  flow: SettingsFlow,
  answer: RegisteredPasskey,
  { visit, ...of }: { readonly visit: number; readonly account: string; readonly service: string },
): void {
  const { enabledAt, backupCodes, accessToken, refreshToken, tokenType, expiresIn } = answer;
  const isFirst = enabledAt !== undefined && backupCodes !== undefined;
  if (flow.visit !== visit) {
    if (isFirst) {
      markUnsaved(enabledAt);
    }
    return;
  }
  if (!isFirst) {
    flow.finish(flow.t.done.passkeyAdded);
    return;
  }
  if (
    accessToken !== undefined &&
    refreshToken !== undefined &&
    tokenType !== undefined &&
    expiresIn !== undefined
  ) {
    const tokens = tokensOf({ accessToken, refreshToken, tokenType, expiresIn });
    const detail: TwoFactorEnabledDetail = { change: 'first', enabledAt, tokens };
    flow.host.emit('two-factor-enabled', detail);
  }
  flow.markUnsaved(enabledAt);
  saveCodes(flow, { codes: backupCodes, drawnAt: enabledAt, ...of }, 'passkey');
}
