import { withoutPhone } from './enrolment.js';
import { prove } from './prove.js';
import type { SettingsFlow } from './settings-flow.js';

export function turnOff(flow: SettingsFlow): void {
  prove(flow, {
    methods: ['totp'],
    isDanger: true,
    withoutPhone: withoutPhone(flow),
    texts: ({ proof }) => ({
      title: proof.disableTitle,
      text: proof.disableText,
      submit: proof.disableSubmit,
    }),
    send: async ({ code = '', ...rest }, isStillHere) => {
      const { visit } = flow;
      await flow.api.disable({ ...rest, code });
      if (flow.visit !== visit) {
        return;
      }
      flow.host.emit('two-factor-disabled');
      if (isStillHere() || flow.view.kind === 'overview') {
        flow.finish(flow.t.done.disabled);
      }
    },
  });
}
