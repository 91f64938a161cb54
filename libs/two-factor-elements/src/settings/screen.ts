import { type TemplateResult, html } from 'lit';
import { type Change, type Deed, enablingOf } from '../flows/change.js';
import { hasPasskeys } from '../passkeys/browser-passkeys.js';
import { doneText, proofTexts } from './screen-texts.js';
import type { SettingsFlow } from './settings-flow.js';
import { forgetUnsaved, isUnsaved } from './unsaved-codes.js';
import { activity } from './views/activity.js';
import { chooseOne } from './views/choose.js';
import { confirm } from './views/confirm.js';
import { failed } from './views/failed.js';
import { naming } from './views/naming.js';
import { overview } from './views/overview.js';
import { proof } from './views/proof.js';
import { type CodesOf, save } from './views/save.js';
import { scan } from './views/scan.js';
import { signedOut } from './views/signed-out.js';
import { voidSetup } from './views/void-setup.js';

type At<Step extends Change['step']> = Change & { readonly step: Step };

/** What is on the screen of the settings. */
export function screen(flow: SettingsFlow): TemplateResult {
  const { t, host, state, form, codes, copy, back: cancel } = flow;
  switch (state.step) {
    case 'failed': {
      const secondsLeft = flow.retry.isRunning ? flow.retry.secondsLeft : undefined;
      return failed({ t, failure: state.failure, secondsLeft, retry: cancel });
    }
    case 'signed-out':
      return signedOut(t, () => host.emit('two-factor-signed-out'));
    case 'overview':
      return home(flow, state);
    case 'choosing': {
      const chosen = ({ id }: { readonly id: string }): void => flow.choose({ ...state.deed, replaces: id });
      return chooseOne({ t, among: state.among, chosen, cancel });
    }
    case 'naming':
      return name(flow, state);
    case 'proving':
    case 'creating-passkey':
      return form === undefined ? html`` : proof({ t, ...asked(flow, state), form, cancel });
    case 'scanning': {
      const { setup, deed, isStale } = state;
      const next = (): void => flow.take({ type: 'next' });
      return scan({ t, setup, change: enablingOf(deed), isStale, copy, next, cancel });
    }
    case 'confirming':
      return form === undefined
        ? html``
        : confirm({ t, form, back: cancel, hasSteps: state.deed.kind !== 'add-app' });
    case 'void': {
      const { because, isBusy, deed } = state;
      return voidSetup({ t, because, isBusy, startAgain: () => flow.choose(deed), cancel });
    }
    case 'saving':
      return codes === undefined ? html`` : save({ t, of: codesOf(state), form: codes });
    case 'loading':
      return host.skeleton();
  }
}

function asked(
  flow: SettingsFlow,
  state: At<'creating-passkey' | 'proving'>,
): Omit<Parameters<typeof proof>[0], 'cancel' | 'form' | 't'> {
  const { t } = flow;
  const { deed } = state;
  if (state.step === 'creating-passkey') {
    const { addPasskeyTitle: title, addPasskeyText: text, createPasskey: submit } = t.authenticators;
    return { title, text, submit, isDanger: false, withoutFactor: undefined };
  }
  const { instead } = state;
  return {
    ...proofTexts(t, deed),
    isDanger: deed.kind === 'remove' || deed.kind === 'turn-off',
    withoutFactor: instead && {
      text: ({ proof: texts }) => (instead.kind === 'replace' ? texts.withoutPhone : texts.withoutPasskey),
      go: () => flow.choose(instead),
    },
  };
}

function codesOf({ deed: { kind }, isDoubtful }: At<'saving'>): CodesOf {
  if (isDoubtful === true) {
    return 'doubtful';
  }
  return kind === 'draw-codes'
    ? 'drawn'
    : kind === 'first-passkey'
      ? 'passkey'
      : kind === 'replace'
        ? 'replaced'
        : 'enabled';
}

/** A name for a new app; or that of one that is there, and a way to remove it unless it is the last. */
function name(flow: SettingsFlow, { deed, status, isBusy, failure }: At<'naming'>): TemplateResult {
  const { t, isNameMissing: isMissing, back: cancel } = flow;
  const { authenticators: texts } = t;
  const common = {
    t,
    isBusy,
    failure,
    isMissing,
    cancel,
    send: (typed: string): void => flow.named(deed, typed),
  };
  if (deed.kind === 'add-app') {
    const { addAppTitle: title, addAppText: text, next: submit } = texts;
    return naming({ ...common, title, text, submit, name: '', isRequired: false, below: undefined });
  }
  const { authenticator } = deed;
  const isLast = status.authenticators.length <= 1;
  return naming({
    ...common,
    title: authenticator.name,
    text: isLast ? texts.lastText : texts.types[authenticator.type],
    submit: texts.rename,
    name: authenticator.name,
    isRequired: true,
    below: isLast
      ? undefined
      : html`<button
          type="button"
          class="text turn-off"
          part="button button-text"
          @click=${() => flow.choose({ kind: 'remove', authenticator })}
        >
          ${texts.remove}
        </button>`,
  });
}

function home(flow: SettingsFlow, { status, outcome, isBusy }: At<'overview'>): TemplateResult {
  const { t, host, events, isActivityOpen: isOpen } = flow;
  const { generatedAt } = status.backupCodes;
  const language = host.dateLocale;
  const choose = (deed: Deed) => (): void => flow.choose(deed);
  return html`${overview({
    t,
    language,
    status,
    notice: outcome && ('done' in outcome ? { text: doneText(t, outcome.done) } : outcome),
    isBusy,
    isUnsaved: isUnsaved(generatedAt),
    passkeys: !status.available.includes('passkey') ? 'none' : hasPasskeys() ? 'here' : 'elsewhere',
    turnOn: choose({ kind: 'first-app' }),
    firstPasskey: choose({ kind: 'first-passkey' }),
    change: (authenticator) => flow.choose({ kind: 'rename', authenticator }),
    addApp: choose({ kind: 'add-app' }),
    addPasskey: choose({ kind: 'add-passkey' }),
    replace: choose({ kind: 'replace' }),
    drawCodes: choose({ kind: 'draw-codes' }),
    turnOff: choose({ kind: 'turn-off' }),
    forgetUnsaved: () => {
      forgetUnsaved(generatedAt ?? '');
      host.requestUpdate();
      void host.focusOn('h2');
    },
  })}
  ${flow.trustedDevices.render()}
  ${activity({
    t,
    language,
    events,
    isOpen,
    toggle: () => {
      flow.isActivityOpen = !isOpen;
      host.requestUpdate();
    },
  })}`;
}
