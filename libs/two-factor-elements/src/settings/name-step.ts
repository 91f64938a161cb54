import type { TemplateResult } from 'lit';
import { CallFailure } from '../api/call-failure.js';
import type { Texts } from '../texts/texts.js';
import type { SettingsFlow } from './settings-flow.js';
import type { View } from './view.js';
import { NAME_ID, naming } from './views/naming.js';
import type { ProofTexts } from './views/proof.js';

interface Naming {
  readonly texts: (t: Texts) => ProofTexts;
  /** What it is called so far. */
  readonly name: string;
  readonly isRequired?: boolean;
  /** What it throws is shown. */
  readonly send: (name: string) => void | Promise<void>;
  readonly below?: () => TemplateResult;
}

/** Asks what an authenticator is called. */
export function nameStep(flow: SettingsFlow, { texts, name, isRequired = false, send, below }: Naming): void {
  let isBusy = false;
  let failure: CallFailure | undefined;
  let isMissing = false;
  flow.notice = undefined;
  const submit = async (typed: string): Promise<void> => {
    if (isBusy) {
      return;
    }
    isMissing = isRequired && typed === '';
    if (isMissing) {
      flow.host.requestUpdate();
      void flow.host.focusOn(`#${NAME_ID}`);
      return;
    }
    isBusy = true;
    failure = undefined;
    flow.host.requestUpdate();
    try {
      await send(typed);
    } catch (error) {
      failure = CallFailure.from(error);
      if (flow.view === view) {
        flow.takesSignedOut(failure);
      }
    } finally {
      isBusy = false;
      flow.host.requestUpdate();
    }
  };
  const view: View = {
    kind: 'name',
    render: () =>
      naming({
        t: flow.t,
        ...texts(flow.t),
        name,
        isRequired,
        isMissing,
        isBusy,
        failure,
        send: (typed) => void submit(typed),
        cancel: flow.backToOverview,
        below: below?.(),
      }),
  };
  flow.show(view);
  void flow.host.focusOn(`#${NAME_ID}`);
}
