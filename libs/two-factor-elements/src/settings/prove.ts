import type { Method, Proof } from '../api/two-factor-api.js';
import type { Texts } from '../texts/texts.js';
import type { SettingsFlow } from './settings-flow.js';
import { type ProofTexts, proof } from './views/proof.js';

interface Deed {
  readonly methods: readonly Method[];
  readonly texts: (t: Texts) => ProofTexts;
  readonly isDanger?: boolean;
  readonly send: (proof: Proof) => Promise<void>;
}

/** Asks for the proof that something takes. */
export function prove(flow: SettingsFlow, { methods, texts, isDanger = false, send }: Deed): void {
  flow.notice = undefined;
  const form = flow.form({ methods, send });
  const cancel = flow.backToOverview;
  flow.show({
    kind: 'proof',
    form,
    render: () => proof({ t: flow.t, ...texts(flow.t), form, isDanger, cancel }),
  });
  form.focus();
}
