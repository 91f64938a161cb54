import { factorProofs, prove } from './prove.js';
import type { SettingsFlow } from './settings-flow.js';
import { withoutFactor } from './without-factor.js';

export function turnOff(flow: SettingsFlow): void {
  prove(flow, {
    methods: factorProofs(flow),
    isDanger: true,
    withoutFactor: withoutFactor(flow),
    texts: ({ proof }) => ({
      title: proof.disableTitle,
      text: proof.disableText,
      submit: proof.disableSubmit,
    }),
    send: async (proof, isStillHere) => {
      const { visit } = flow;
      await flow.api.disable(proof);
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
