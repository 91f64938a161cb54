import type { Method, Proof } from '../api/two-factor-api.js';
import type { Texts } from '../texts/texts.js';
import type { SettingsFlow } from './settings-flow.js';
import type { View } from './view.js';
import { type ProofTexts, type WithoutFactor, proof } from './views/proof.js';

interface Deed {
  readonly methods: readonly Method[];
  readonly texts: (t: Texts) => ProofTexts;
  readonly isDanger?: boolean;
  readonly withoutFactor?: WithoutFactor | undefined;
  /** @param isStillHere whether the screen still shows this: a late answer takes over no other view */
  readonly send: (proof: Proof, isStillHere: () => boolean) => Promise<void>;
}

/** What proves a factor of the account, the strongest first. */
export function factorProofs({ status }: SettingsFlow): readonly Method[] {
  const factors = status?.methods.filter((method) => method !== 'backup_code') ?? [];
  return factors.length === 0 ? ['totp'] : factors;
}

/** The same, and what is left to somebody who has lost them. */
export function allProofs(flow: SettingsFlow): readonly Method[] {
  return [...factorProofs(flow), 'backup_code'];
}

/** Asks for the proof that something takes. */
export function prove(flow: SettingsFlow, deed: Deed): void {
  const { methods, texts, isDanger = false, withoutFactor, send } = deed;
  flow.notice = undefined;
  const form = flow.form({ methods, send: (sent) => send(sent, () => flow.view === view) });
  const cancel = flow.backToOverview;
  const view: View = {
    kind: 'proof',
    form,
    render: () => proof({ t: flow.t, ...texts(flow.t), form, isDanger, withoutFactor, cancel }),
  };
  flow.show(view);
  form.focus();
}
