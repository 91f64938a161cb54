import { html } from 'lit';
import type { Authenticator, PasskeyAssertion } from '../api/two-factor-api.js';
import { tellAccepted } from '../passkeys/accepted-passkeys.js';
import { nameStep } from './name-step.js';
import { factorProofs, prove } from './prove.js';
import type { SettingsFlow } from './settings-flow.js';
import { withoutFactor } from './without-factor.js';

/** One authenticator: its name, and a way to remove it unless it is the last. */
export function authenticator(flow: SettingsFlow, one: Authenticator): void {
  const isLast = (flow.status?.authenticators.length ?? 0) <= 1;
  nameStep(flow, {
    texts: ({ authenticators }) => ({
      title: one.name,
      text: isLast ? authenticators.lastText : authenticators.types[one.type],
      submit: authenticators.rename,
    }),
    name: one.name,
    isRequired: true,
    send: async (name) => {
      const { view } = flow;
      await flow.api.rename(one.id, name);
      if (flow.view === view) {
        flow.finish(flow.t.done.renamed(name));
      }
    },
    ...(!isLast && {
      below: () =>
        html`<button
          type="button"
          class="text turn-off"
          part="button button-text"
          @click=${() => remove(flow, one)}
        >
          ${flow.t.authenticators.remove}
        </button>`,
    }),
  });
}

function remove(flow: SettingsFlow, { id, name, type }: Authenticator): void {
  prove(flow, {
    methods: factorProofs(flow),
    isDanger: true,
    withoutFactor: withoutFactor(flow),
    texts: ({ authenticators }) => ({
      title: authenticators.removeTitle(name),
      text: authenticators.removeText,
      submit: authenticators.remove,
    }),
    send: async (proof, isStillHere) => {
      const { visit } = flow;
      await flow.api.remove(id, proof);
      if (flow.visit !== visit) {
        return;
      }
      if (type === 'passkey') {
        void tellRemaining(flow, proof.passkey);
      }
      if (isStillHere() || flow.view.kind === 'overview') {
        flow.finish(flow.t.done.removed(name));
      }
    },
  });
}

/** Which passkeys are left the server says to whoever asks for one; whose they are, only a passkey itself. */
async function tellRemaining(flow: SettingsFlow, proof: PasskeyAssertion | undefined): Promise<void> {
  const userId = proof?.response.userHandle ?? undefined;
  if (userId === undefined) {
    return;
  }
  const options = await flow.api.requestOptions().catch(() => undefined);
  if (options !== undefined) {
    const credentialIds = options.allowCredentials.map(({ id }) => id);
    await tellAccepted({ rpId: options.rpId, userId, credentialIds });
  }
}
