import { CallFailure } from '../api/call-failure.js';
import type { Proof } from '../api/two-factor-api.js';
import { factorProofs, prove } from './prove.js';
import { saveCodes } from './save-codes.js';
import type { SettingsFlow } from './settings-flow.js';
import { withoutFactor } from './without-factor.js';

/** Ten new backup codes in place of those in use. */
export function drawCodes(flow: SettingsFlow): void {
  prove(flow, {
    methods: factorProofs(flow),
    withoutFactor: withoutFactor(flow),
    texts: ({ proof }) => ({ title: proof.codesTitle, text: proof.codesText, submit: proof.codesSubmit }),
    send: async (proof) => {
      const { visit } = flow;
      const codes = await drawn(flow, proof);
      if (flow.visit !== visit) {
        return;
      }
      // Wherever the screen is by now: they are shown once.
      const { service = location.hostname, account = '' } = flow.host;
      saveCodes(flow, { codes, service, account, drawnAt: new Date().toISOString() }, 'drawn');
      flow.host.emit('two-factor-codes-drawn');
      await mark(flow);
    },
  });
}

async function drawn(flow: SettingsFlow, proof: Proof): Promise<string[]> {
  const { visit } = flow;
  const before = flow.status?.backupCodes.generatedAt ?? null;
  try {
    const codes = await flow.api.drawBackupCodes(proof);
    flow.drawnBeforeDoubt = undefined;
    return codes;
  } catch (error) {
    if (CallFailure.from(error).isAnswerLost && flow.visit === visit) {
      flow.drawnBeforeDoubt = before;
    }
    throw error;
  }
}

/** The server says when the set was drawn; only this is remembered across a reload. */
async function mark(flow: SettingsFlow): Promise<void> {
  const status = await flow.api.status().catch(() => undefined);
  if (status !== undefined && flow.view.kind === 'save') {
    flow.status = status;
    flow.markUnsaved(status.backupCodes.generatedAt);
  }
}
